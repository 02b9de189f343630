package say

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"aws":                       "aws",
		"a\nb\tc\r":                 "a b c",
		"\x1b[2Jgone":               "\uFFFD[2Jgone",
		"a\x00b":                    "a\uFFFDb",
		"admin\u202Etxt.exe":        "admin\uFFFDtxt.exe",
		"zero\u200Bwidth":           "zero\uFFFDwidth",
		"\u2028line":                "\uFFFDline",
		"größe 測試":                  "größe 測試",
		"  spaces  ":                "spaces",
		"\u0085next":                "\uFFFDnext",
		"bad\xffutf":                "bad\uFFFDutf",
		strings.Repeat("x", 10_000): strings.Repeat("x", maxShown) + "…",
	} {
		got := Clean(in)
		if got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("Clean(%q) is not UTF-8", in)
		}
	}
}
