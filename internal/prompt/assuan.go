package prompt

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/say"
)

// assuan is a client of the protocol that GnuPG's programs speak over pipes.
// It takes nothing that the manual does not allow: https://www.gnupg.org/documentation/manuals/assuan/
type assuan struct {
	in  *bufio.Reader
	out io.Writer
}

// maxAssuan is the length of a line in bytes, its newline included.
const maxAssuan = 1000

// maxAssuanData is more than any answer of ours has.
const maxAssuanData = maxLine

var errAssuan = errors.New("the answer is not in the Assuan protocol")

// assuanError is an ERR line.
type assuanError struct {
	code int // without the number of the program that reports it
	text string
}

func (e *assuanError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// Codes of libgpg-error (err-codes.h.in).
const (
	gpgTimeout        = 62
	gpgCanceled       = 99
	gpgNotConfirmed   = 114
	gpgFullyCanceled  = 198
	gpgAssuanCanceled = 277
)

func newAssuan(in io.Reader, out io.Writer) *assuan {
	return &assuan{bufio.NewReaderSize(in, maxAssuan), out}
}

// call sends a command, whose argument is cut to what fits, and reads the
// data and the end of the response.
func (a *assuan) call(command, argument string) ([]byte, error) {
	line := command
	if argument != "" {
		line += " " + assuanEscape(argument, maxAssuan-len(command)-2)
	}
	if _, err := io.WriteString(a.out, line+"\n"); err != nil {
		return nil, err
	}
	return a.response()
}

// response reads lines up to the one that ends a response. Status lines and
// comments are for others.
func (a *assuan) response() ([]byte, error) {
	var data []byte
	for {
		line, err := a.line()
		if err != nil {
			return nil, err
		}
		word, rest, _ := strings.Cut(string(line), " ")
		switch {
		case word == "OK":
			return data, nil
		case word == "ERR":
			return nil, parseAssuanError(rest)
		case word == "D":
			part, err := assuanUnescape(line[min(2, len(line)):])
			if err != nil {
				return nil, err
			}
			if data = append(data, part...); len(data) > maxAssuanData {
				return nil, fmt.Errorf("%w: too much data", errAssuan)
			}
		case word == "S" || strings.HasPrefix(word, "#"):
		default: // INQUIRE, for one: nothing that was sent allows it
			return nil, fmt.Errorf("%w: %q", errAssuan, word)
		}
	}
}

func (a *assuan) line() ([]byte, error) {
	line, err := a.in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: a line of more than %d bytes", errAssuan, maxAssuan)
	case errors.Is(err, io.EOF):
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

func parseAssuanError(rest string) error {
	number, text, _ := strings.Cut(rest, " ")
	code, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return fmt.Errorf("%w: an error without a code", errAssuan)
	}
	return &assuanError{int(code & 0xffff), say.Clean(text)}
}

// assuanEscape makes text fit for an argument of at most limit bytes.
func assuanEscape(text string, limit int) string {
	var b strings.Builder
	for _, r := range text {
		part := string(r)
		switch {
		case r == utf8.RuneError:
			part = "\uFFFD"
		case r < ' ' || r == '%' || r == 0x7f:
			part = fmt.Sprintf("%%%02X", r)
		}
		if b.Len()+len(part) > limit {
			break
		}
		b.WriteString(part)
	}
	return b.String()
}

// assuanUnescape undoes %XX.
func assuanUnescape(line []byte) ([]byte, error) {
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		if line[i] != '%' {
			out = append(out, line[i])
			continue
		}
		if i+2 >= len(line) {
			return nil, fmt.Errorf("%w: half of an escaped byte", errAssuan)
		}
		n, err := strconv.ParseUint(string(line[i+1:i+3]), 16, 8)
		if err != nil {
			return nil, fmt.Errorf("%w: a byte with a wrong escape", errAssuan)
		}
		out, i = append(out, byte(n)), i+2
	}
	return out, nil
}
