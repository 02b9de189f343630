//go:build !windows

package keystore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/awsbroker/awsbroker/internal/say"
)

// gpgStatus is what gpg says on its standard error: lines for machines, as
// https://github.com/gpg/gnupg/blob/master/doc/DETAILS describes them, and the
// last line for people.
type gpgStatus struct {
	lines [][]string
	said  string
}

const statusPrefix = "[GNUPG:] "

func parseStatus(stderr string) gpgStatus {
	s := gpgStatus{said: "it gave no reason"}
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if status, ok := strings.CutPrefix(line, statusPrefix); ok {
			s.lines = append(s.lines, strings.Fields(status))
		} else if line != "" {
			s.said = fmt.Sprintf("%.300q", line)
		}
	}
	return s
}

// find returns the arguments of the first line that begins with words.
func (s gpgStatus) find(words ...string) ([]string, bool) {
	for _, line := range s.lines {
		if len(line) >= len(words) && slices.Equal(line[:len(words)], words) {
			return line[len(words):], true
		}
	}
	return nil, false
}

// The codes of libgpg-error that matter here; the upper half of the number
// says which program it came from.
const (
	codeChecksum      = 10
	codeBadPassphrase = 11
	codeWrongKey      = 18
	codeCancelled     = 99
	codeAllCancelled  = 198
	codeMask          = 0xffff
)

// decrypted says whether a file was decrypted, whole and unchanged. gpg's exit
// code does not: it is 0 for half a file.
func (s gpgStatus) decrypted() error {
	if _, ok := s.find("DECRYPTION_OKAY"); ok {
		return nil
	}
	if code, ok := s.find("ERROR", "pkdecrypt_failed"); ok && len(code) > 0 {
		n, _ := strconv.ParseUint(code[0], 10, 32)
		switch n & codeMask {
		case codeChecksum, codeWrongKey:
			return fmt.Errorf("%w: gpg cannot decrypt it", ErrCorrupt)
		case codeCancelled, codeAllCancelled:
			return ErrDismissed
		case codeBadPassphrase:
			return fmt.Errorf("%w: gpg did not get the right passphrase", ErrLocked)
		}
		return fmt.Errorf("%w: gpg could not use its secret key", ErrLocked)
	}
	if id, ok := s.find("NO_SECKEY"); ok {
		return fmt.Errorf("%w: gpg has no secret key for it (%s): the key or its card is missing", ErrMissing, strings.Join(id, " "))
	}
	for _, sign := range []string{"NODATA", "BADMDC", "DECRYPTION_FAILED", "UNEXPECTED"} {
		if _, ok := s.find(sign); ok {
			return fmt.Errorf("%w: gpg cannot decrypt it", ErrCorrupt)
		}
	}
	return fmt.Errorf("%w: gpg failed: %s", ErrMissing, s.said)
}

// recipient says why gpg does not encrypt for a key, or nothing.
func (s gpgStatus) recipient() string {
	refused, ok := s.find("INV_RECP")
	if !ok || len(refused) < 2 {
		return ""
	}
	who := strings.Join(refused[1:], " ")
	_, expired := s.find("KEYEXPIRED")
	_, revoked := s.find("KEYREVOKED")
	switch code := refused[0]; {
	case revoked || code == "4":
		return who + " is revoked"
	case expired || code == "5":
		return who + " has expired"
	case code == "10":
		return who + " is not trusted; trust it with: gpg --edit-key " + say.ShellWord(who) + " trust"
	}
	return who + " is not a key that gpg can encrypt for"
}

// pinentry is the process that shows gpg's dialog, zero if there is none.
func (s gpgStatus) pinentry() int {
	launched, ok := s.find("PINENTRY_LAUNCHED")
	if !ok || len(launched) == 0 {
		return 0
	}
	pid, _ := strconv.Atoi(launched[0])
	return pid
}
