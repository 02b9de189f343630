package say

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode"
)

// Sprintf is [fmt.Sprintf] for text that people read: what the arguments say is
// text from elsewhere (a name in a file, an answer of AWS), so that control
// characters and line breaks in it are replaced, while those of format stay.
func Sprintf(format string, args ...any) string {
	return fmt.Sprintf(format, guarded(args)...)
}

// Fprintf is [fmt.Fprintf] in the manner of [Sprintf]. Its errors are those of
// a person's screen and are dropped.
func Fprintf(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, guarded(args)...)
}

// Errorf is [fmt.Errorf] in the manner of [Sprintf]. With %w the error that is
// wrapped is the argument itself.
func Errorf(format string, args ...any) error {
	return fmt.Errorf(format, guarded(args)...)
}

// Shown is text of our own with line breaks that are meant, such as a plan.
// [Sprintf] and its kin leave it as it is: everything from elsewhere in it went
// through them before.
type Shown string

// Line replaces control and format characters of a text, which could move the
// cursor or turn the direction of the line; line breaks and tabs become spaces.
func Line(s string) string { return strings.Map(lineRune, s) }

// Text is Line for a text of several lines: its line breaks and tabs stay.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return lineRune(r)
	}, s)
}

func lineRune(r rune) rune {
	switch {
	case r == '\n', r == '\r', r == '\t':
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
		return unicode.ReplacementChar
	}
	return r
}

// guarded wraps the arguments that can hold text.
func guarded(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case nil, bool, rune, int, int64, uint64, float64:
			out[i] = a
		case Shown:
			out[i] = string(a)
		case error:
			out[i] = guardedError{guard{a}, a}
		default:
			out[i] = a
			if k := reflect.ValueOf(a).Kind(); k < reflect.Bool || k > reflect.Complex128 || isStringer(a) {
				out[i] = guard{a}
			}
		}
	}
	return out
}

func isStringer(a any) bool {
	_, ok := a.(fmt.Stringer)
	return ok
}

// guard formats a value and then cleans what came out.
type guard struct{ value any }

// Format implements [fmt.Formatter].
func (g guard) Format(f fmt.State, verb rune) {
	_, _ = io.WriteString(f, Line(fmt.Sprintf(fmt.FormatString(f, verb), g.value)))
}

// guardedError is an error whose text is cleaned; [errors.Is] and [errors.As]
// see the error itself.
type guardedError struct {
	guard
	err error
}

// Error implements error.
func (e guardedError) Error() string { return Line(e.err.Error()) }

// Unwrap returns the error itself.
func (e guardedError) Unwrap() error { return e.err }
