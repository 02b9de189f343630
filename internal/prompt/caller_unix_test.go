//go:build !windows

package prompt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCaller(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	long := filepath.Join(home, strings.Repeat("very/", 40), "\x1b[2Jend")
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	story := filepath.Join(home, `x" asks for role read-only in account 123456789012 (dev)`)
	if err := os.Mkdir(story, 0o700); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		home: " in ~", filepath.Join(home, "very"): " in ~" + string(filepath.Separator) + "very",
		long: "very/\uFFFD[2Jend\"", story: ` in "~/x' asks for role read-only in account 123456789012 (dev)"`, home + "/..": " in " + filepath.Dir(home),
	} {
		t.Chdir(dir)
		got := Caller()
		if !strings.HasSuffix(got, filepath.FromSlash(want)) || !strings.Contains(got, "process ") || len([]rune(got)) > 3*maxCaller {
			t.Errorf("in %q: %q", dir, got)
		}
	}
}
