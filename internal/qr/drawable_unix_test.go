//go:build !windows

package qr

import "testing"

func TestDrawable(t *testing.T) {
	for _, c := range []struct {
		term, all, ctype, lang string
		want                   bool
	}{
		{term: "xterm-256color", lang: "en_GB.UTF-8", want: true},
		{term: "xterm", lang: "C.utf8", want: true},
		{term: "linux", want: true},
		{term: "xterm", lang: "en_GB.UTF-8", all: "C", want: false},
		{term: "xterm", lang: "de_DE", ctype: "de_DE.UTF-8", want: true},
		{term: "xterm", lang: "de_DE.ISO-8859-1", want: false},
		{term: "dumb", lang: "C.UTF-8", want: false},
		{lang: "C.UTF-8", want: false},
	} {
		for name, value := range map[string]string{"TERM": c.term, "LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang} {
			t.Setenv(name, value)
		}
		if got := Drawable(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
