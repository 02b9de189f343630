package say

import (
	"strings"
	"testing"
)

func TestFit(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"short", "a b\n", "a b\n"},
		{"between words", "one two three four\n", "one two\nthree four\n"},
		{"indented", "  one two three\n", "  one two\n  three\n"},
		{"a long word", "x abcdefghijklmnop y\n", "x\nabcdefghijklmnop\ny\n"},
		{"characters, not bytes", "ü ü ü ü ü\n", "ü ü ü ü ü\n"},
		{"colours take no columns", "\x1b[1;31mone\x1b[0m two th four\n", "\x1b[1;31mone\x1b[0m two th\nfour\n"},
		{"several lines", "one two three\nfour\n\n", "one two\nthree\nfour\n\n"},
		{"an item", "- one two three\n", "- one two\n  three\n"},
		{"the second column", "why  a bb cc\n", "why  a bb\n     cc\n"},
		{"a question", "one two three: ", "one two\nthree: "},
		{"a command", "    awsbroker add phoebe\n", "    awsbroker add phoebe\n"},
		{"a diff", "--- /home/phoebe/a b\n@@ -0,0 +1,6 @@\n a = bbb ccc ddd\n+a = bbb ccc ddd\n", "--- /home/phoebe/a b\n@@ -0,0 +1,6 @@\n a = bbb ccc ddd\n+a = bbb ccc ddd\n"},
	} {
		if got := Fit(tt.in, 10); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, in := range []string{"to do it: awsbroker keys list; else wait", "to do it: awsbroker keys list"} {
		if got := Fit(in, 22); !strings.Contains(got, "\nawsbroker keys list") {
			t.Errorf("the command of %q is broken: %q", in, got)
		}
	}
	text := "awsbroker: error: " + strings.Repeat("word ", 20)
	for i, line := range strings.Split(Fit(text, 60), "\n") {
		if Columns(strings.TrimRight(line, " ")) > 60 || i > 0 && !strings.HasPrefix(line, "           word") {
			t.Errorf("%q", line)
		}
	}
}

func TestAdvice(t *testing.T) {
	for in, want := range map[string]string{
		"try again in a moment":                     "try again in a moment",
		"run: awsbroker --help":                     "run:\n    awsbroker --help",
		"awsbroker setup admin":                     "    awsbroker setup admin",
		"choose one, or: awsbroker add x":           "choose one, or:\n    awsbroker add x",
		"it is: awsbroker runs without one":         "it is: awsbroker runs without one",
		"a: awsbroker mfa remove X; b: aws iam y":   "a:\n    awsbroker mfa remove X\n           b:\n    aws iam y",
		"a: A=1 awsbroker set x 'y, z', and run":    "a:\n    A=1 awsbroker set x 'y, z'\n           and run",
		"did you mean: awsbroker ls, awsbroker log": "did you mean:\n    awsbroker ls\n    awsbroker log",
	} {
		if !strings.HasPrefix(want, " ") {
			want = " " + want
		} else {
			want = "\n" + want
		}
		if got := Advice(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
