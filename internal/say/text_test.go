package say

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"
)

type kind string

func TestSprintfCleansArgumentsOnly(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{Sprintf("a\n%s\n", "x\ny"), "a\nx y\n"},
		{Sprintf("%s", "AKIA\u202eELPMAXE"), "AKIA\uFFFDELPMAXE"},
		{Sprintf("%q", "a\"\x1b[2J"), `"a\"\x1b[2J"`},
		{Sprintf("%v", errors.New("no\x07\tbell")), "no\uFFFD bell"},
		{Sprintf("%s", kind("a\x1bb")), "a\uFFFDb"},
		{Sprintf("%v", []string{"a\nb"}), "[a b]"},
		{Sprintf("%5d|%-4s|%s", 7, "ab", 3*time.Second), "    7|ab  |3s"},
		{Sprintf("%s", Shown("two\nlines")), "two\nlines"},
		{Sprintf("%d", 2*time.Nanosecond), "2"},
		{Line("a\r\nb\u2028c"), "a  b\uFFFDc"},
		{Text("a\n\x1bb"), "a\n\uFFFDb"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestErrorfWraps(t *testing.T) {
	inner := &fs.PathError{Op: "open", Path: "a\x1b", Err: fs.ErrNotExist}
	err := Errorf("cannot read: %w", inner)
	var as *fs.PathError
	if !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &as) || as != inner {
		t.Errorf("%v does not lead to its cause", err)
	}
	if strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q is not clean", err)
	}
}
