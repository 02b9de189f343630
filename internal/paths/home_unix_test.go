//go:build !windows

package paths

import "testing"

func TestUnderHome(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	for dir, want := range map[string]string{"/home/me": "~", "/home/me/x": "~/x", "/home/meg": "/home/meg", "/": "/"} {
		if got := UnderHome(dir); got != want {
			t.Errorf("%q: %q", dir, got)
		}
	}
}
