package codecommit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Request is what Git asks a credential helper for
// (https://git-scm.com/docs/git-credential#IOFMT).
type Request struct {
	Protocol string
	Host     string // with a port, if it has one
	Path     string // without a slash in front; empty unless credential.useHttpPath is set
	Username string // that somebody wants; empty: any
}

// maxRequest is far beyond what Git sends, in bytes.
const maxRequest = 64 << 10

// ReadRequest reads lines of key=value until an empty one or the end. Keys that it does
// not know, lists (key[]) among them, are ignored, as Git wants it.
func ReadRequest(in io.Reader) (q Request, err error) {
	lines := bufio.NewScanner(io.LimitReader(in, maxRequest))
	lines.Buffer(nil, maxRequest)
	for lines.Scan() && lines.Text() != "" {
		key, value, ok := strings.Cut(lines.Text(), "=")
		if !ok {
			return q, errors.New("standard input has a line that is no key=value; Git runs this command by itself")
		}
		switch key {
		case "protocol":
			q.Protocol = value
		case "host":
			q.Host = value
		case "path":
			q.Path = value
		case "username":
			q.Username = value
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return q, errors.New("standard input has a line without an end; Git runs this command by itself")
	}
	return q, lines.Err()
}

// margin is how much earlier than CodeCommit Git takes a password for dead.
const margin = time.Minute

// Write answers Git with a login. One that has no end is an IAM user's.
func (l Login) Write(out io.Writer) error {
	if l.Ends.IsZero() {
		_, err := fmt.Fprintf(out, "username=%s\npassword=%s\n", l.Username.Reveal(), l.Password.Reveal())
		return err
	}
	_, err := fmt.Fprintf(out, "username=%s\npassword=%s\npassword_expiry_utc=%d\n", l.Username.Reveal(), l.Password.Reveal(), l.Ends.Add(-margin).Unix())
	return err
}

// WriteQuit tells Git to ask nobody else: no other helper, and no person for a password
// that there is not.
func WriteQuit(out io.Writer) error {
	_, err := io.WriteString(out, "quit=1\n")
	return err
}
