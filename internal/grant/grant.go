// Package grant is one line of the log: a session that was given out, to whom
// and how. It holds no secret and no arguments of programs.
//
// Package early writes such lines: it may import what that may import.
package grant

import (
	"errors"
	"os"
	"strconv"
	"time"
	"unicode/utf8"
)

var (
	ErrNotOurs = errors.New("it is not a file that awsbroker wrote")
	ErrTorn    = errors.New("only a part of the line was written to the log") // the disk is full
)

// How a session that was given out came about.
type How string

const (
	Asked   How = "asked"   // made with an MFA code, whoever or whatever gave it
	Renewed How = "renewed" // made without one
	Cached  How = "cached"  // it was there

	// Lines about a coding agent, which were no session. Expires is the permission's end.
	Permitted How = "permitted" // a person said that it may have one
	Denied    How = "denied"    // a person, or the rule, said that it may not
)

// Grant is one session given out, or what was decided about one. The id of its access key is no secret: it is
// what CloudTrail calls the session
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html).
type Grant struct {
	Time        time.Time `json:"time"` // UTC, milliseconds
	Profile     string    `json:"profile"`
	RoleARN     string    `json:"role_arn"` // empty: a session of the user itself
	Account     string    `json:"account"`
	AccessKeyID string    `json:"access_key_id"` // ASIA…
	Expires     time.Time `json:"expires"`       // UTC, seconds
	How         How       `json:"how"`
	Command     string    `json:"command"`           // of awsbroker
	Program     string    `json:"program,omitempty"` // that exec ran, without its directory
	Caller      string    `json:"caller"`            // name of the program that ran it
	PID         int       `json:"pid"`               // of that program
	Agent       string    `json:"agent,omitempty"`   // coding agent that the program works for; empty: none is known
	Client      string    `json:"client,omitempty"`  // what it says of itself, where it asked at a socket: "aws on devbox"
	Dir         string    `json:"directory"`
}

// ProgramName returns the name of a program without its directory.
func ProgramName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if os.IsPathSeparator(path[i]) {
			return path[i+1:]
		}
	}
	return path
}

// MaxLine bounds a line in bytes. Linux writes that much, appended in one call
// to a file on a local disk, in one piece.
const MaxLine = 4096

// Lengths in bytes, escapes and all, to which texts are cut. AWS's longest
// role ARN is shorter (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const (
	maxName    = 400
	maxARN     = 700
	maxDir     = 1200
	maxAgent   = 40
	maxProgram = 100
	maxClient  = 200
)

// LineStart begins every line. It cannot be inside of one: quotes in texts
// are escaped.
const LineStart = `{"time":"`

// AppendLine adds the grant to b as it is written. encoding/json would take
// longer, and would leave characters as they are that turn a terminal's text
// around.
func (g Grant) AppendLine(b []byte) []byte {
	b = g.Time.UTC().AppendFormat(append(b, LineStart...), "2006-01-02T15:04:05.000Z")
	b = appendText(b, `","profile":"`, g.Profile, maxName)
	b = appendText(b, `","role_arn":"`, g.RoleARN, maxARN)
	b = appendText(b, `","account":"`, g.Account, 40)
	b = appendText(b, `","access_key_id":"`, g.AccessKeyID, 140)
	b = g.Expires.UTC().AppendFormat(append(b, `","expires":"`...), "2006-01-02T15:04:05Z")
	b = appendText(b, `","how":"`, string(g.How), 40)
	b = appendText(b, `","command":"`, g.Command, 40)
	if g.Program != "" {
		b = appendText(b, `","program":"`, g.Program, maxProgram)
	}
	b = appendText(b, `","caller":"`, g.Caller, maxName)
	b = strconv.AppendInt(append(b, `","pid":`...), int64(g.PID), 10)
	if g.Agent != "" {
		b = append(appendText(b, `,"agent":"`, g.Agent, maxAgent), '"')
	}
	if g.Client != "" {
		b = append(appendText(b, `,"client":"`, g.Client, maxClient), '"')
	}
	b = appendText(b, `,"directory":"`, g.Dir, maxDir)
	return append(b, "\"}\n"...)
}

// appendText adds s as the inside of a JSON string. What is not printable,
// control and bidirectional characters among it, is escaped, so that the file
// can be shown on a terminal. What is over most bytes is cut, with an ellipsis.
func appendText(b []byte, before, s string, most int) []byte {
	b = append(b, before...)
	end := len(b) + most - len("…")
	for _, r := range s {
		length := len(b)
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		default:
			b = AppendRune(b, r)
		}
		if len(b) > end {
			return append(b[:length], "…"...)
		}
	}
	return b
}

// AppendRune adds a character of a JSON string: as it is if it is printable, else
// as JSON's escape for it, which does nothing on a terminal.
func AppendRune(b []byte, r rune) []byte {
	switch {
	case strconv.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r < 0x10000:
		return appendUnit(b, r)
	}
	return appendUnit(appendUnit(b, 0xD800+(r-0x10000)>>10), 0xDC00+(r-0x10000)&0x3FF)
}

// appendUnit of UTF-16, of which JSON's escapes are made.
func appendUnit(b []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
