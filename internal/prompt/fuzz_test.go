package prompt

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"
)

// FuzzAssuanResponse: however a response is cut into reads it is the same one; data comes
// with an OK only, and is what the D lines in front of it say.
func FuzzAssuanResponse(f *testing.F) {
	for _, text := range []string{"OK\n", "D 123456\nOK\n", "S x\n# y\nD %25\nERR 83886179 c\n", "INQUIRE x\n", "D 1\r\nD %0A2\nOK bye\n", "OK\nD 1\nOK\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data, err := reply(text)
		slowly, slowErr := newAssuan(iotest.OneByteReader(strings.NewReader(text)), io.Discard).response()
		if !bytes.Equal(data, slowly) || (err == nil) != (slowErr == nil) || err != nil && err.Error() != slowErr.Error() {
			t.Errorf("%q, %v; byte by byte %q, %v", data, err, slowly, slowErr)
		}
		if err == nil {
			if want, ok := dataOf(text); !ok || want != string(data) {
				t.Errorf("%q is %q, want %q, %v", text, data, want, ok)
			}
			return
		}
		var refusal *assuanError
		if data != nil || !isLine(err.Error()) || errors.As(err, &refusal) && !strings.Contains(text, "ERR ") {
			t.Errorf("%q, %q", data, err)
		}
	})
}

// dataOf reads the D lines up to the OK with string functions only. ok is false where
// there is no such end.
func dataOf(text string) (data string, ok bool) {
	for {
		line, rest, whole := strings.Cut(text, "\n")
		line, text = strings.TrimSuffix(line, "\r"), rest
		switch {
		case !whole:
			return "", false
		case line == "OK", strings.HasPrefix(line, "OK "):
			return data, len(data) <= maxAssuanData
		case strings.HasPrefix(line, "D "):
			parts := strings.Split(line[2:], "%")
			data += parts[0]
			for _, p := range parts[1:] {
				const hex = "0123456789abcdef"
				if len(p) < 2 {
					return "", false
				}
				high, low := strings.Index(hex, strings.ToLower(p[:1])), strings.Index(hex, strings.ToLower(p[1:2]))
				if high < 0 || low < 0 {
					return "", false
				}
				data += string([]byte{byte(high<<4 | low)}) + p[2:]
			}
		}
	}
}

// isLine reports whether text can be shown in one line.
func isLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) })
}

// FuzzAssuanArgument: an argument is one short line, and what a server makes of it is the
// text or its beginning.
func FuzzAssuanArgument(f *testing.F) {
	f.Add("a%\nb", 20)
	f.Add("€€€", 4)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		line := assuanEscape(text, limit)
		if len(line) > max(limit, 0) || strings.ContainsAny(line, "\r\n\x00") || !utf8.ValidString(line) {
			t.Errorf("%q (at most %d) is no argument", line, limit)
		}
		back, err := assuanUnescape([]byte(line))
		whole := text
		if !utf8.ValidString(text) { // each byte of it that is none becomes a character
			whole = string([]rune(text))
		}
		if err != nil || !strings.HasPrefix(whole, string(back)) || limit > 4*len(whole) && string(back) != whole {
			t.Errorf("%q came back as %q (%v)", text, back, err)
		}
	})
}

// FuzzCode: what a program prints is a code if it is six digits, with spaces or without,
// and nothing else is.
func FuzzCode(f *testing.F) {
	for _, text := range []string{"123456", " 123 456\r\n", "12345", "1234567", "１２３４５６", "123456\n654321", "code: 123456", "123\x00456", "\u00a0123456"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := Code(text)
		var digits strings.Builder
		others := false
		for _, r := range text {
			switch {
			case r >= '0' && r <= '9':
				digits.WriteRune(r)
			case !unicode.IsSpace(r):
				others = true
			}
		}
		want := !others && digits.Len() == 6
		if ok != want || ok && code != digits.String() || !ok && code != "" {
			t.Errorf("%q is %q, %v", text, code, ok)
		}
	})
}

// FuzzProgram: whatever a dialog or a command prints and ends with, there is an answer
// of it or one line that can be shown, and a yes is an exit code of 0 only.
func FuzzProgram(f *testing.F) {
	f.Add("123456\n", "", 0)
	f.Add("", "Gtk-WARNING **: cannot open display\n\x1b[2J", 1)
	f.Add("timeout", "\u202e", 5)
	f.Fuzz(func(t *testing.T, out, complaint string, exit int) {
		for name, k := range map[string]dialogKind{"zenity": zenity, "kdialog": kdialog} {
			for _, kind := range []queryKind{askLine, askHidden, askConfirm} {
				answer, err := k.outcome(query{kind: kind}, ran{exit: exit, answer: out, complaint: complaint})
				switch {
				case err == nil && exit != 0, err != nil && answer != "", name == "kdialog" && kind == askConfirm && err == nil && answer != "yes", strings.HasSuffix(answer, "\n"), !strings.HasPrefix(out, answer):
					t.Errorf("%s: %q, %v", name, answer, err)
				case err != nil && !isLine(err.Error()):
					t.Errorf("%s: not fit to be shown: %q", name, err)
				}
			}
		}
		if line := lastLine(complaint); !isLine(line) {
			t.Errorf("not fit to be shown: %q", line)
		}
	})
}

// FuzzWrap: a text that is broken into lines has all its words, in lines that fit.
func FuzzWrap(f *testing.F) {
	f.Add(strings.Repeat("word ", 40))
	f.Add(strings.Repeat("€", 200) + "\n\n x")
	f.Fuzz(func(t *testing.T, text string) {
		wrapped := wrap(text)
		for line := range strings.Lines(wrapped) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\r\n")) > textWidth {
				t.Errorf("a line of %d characters", utf8.RuneCountInString(line))
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "", "\r", "")
		if utf8.ValidString(text) && bare.Replace(wrapped) != bare.Replace(text) {
			t.Errorf("%q became %q", text, wrapped)
		}
	})
}
