package prompt

import "testing"

func TestFit(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"short", "a b\n", "a b\n"},
		{"between words", "one two three four\n", "one two\nthree four\n"},
		{"indented", "  one two three\n", "  one two\n  three\n"},
		{"a long word", "x abcdefghijklmnop y\n", "x\nabcdefghijklmnop\ny\n"},
		{"characters, not bytes", "ü ü ü ü ü\n", "ü ü ü ü ü\n"},
		{"drawn", "\x1b[7m▄▄▄▄▄▄▄▄▄▄▄▄ ▄▄\x1b[0m\n", "\x1b[7m▄▄▄▄▄▄▄▄▄▄▄▄ ▄▄\x1b[0m\n"},
		{"several lines", "one two three\nfour\n\n", "one two\nthree\nfour\n\n"},
	} {
		if got := fit(tt.in, 10); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
