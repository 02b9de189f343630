package layers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestActionsArePinned: a tag of an action can be moved, a commit cannot; and no token
// stays where the code of a pull request runs.
func TestActionsArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d`)
	paths, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, "uses:") && !pinned.MatchString(line) {
				t.Errorf("%s: %s: name a commit, and its tag in a comment", filepath.Base(path), strings.TrimSpace(line))
			}
		}
		if got, want := strings.Count(string(text), "persist-credentials: false"), strings.Count(string(text), "uses: actions/checkout@"); got != want {
			t.Errorf("%s: %d of %d checkouts leave no token behind", filepath.Base(path), got, want)
		}
		if !strings.Contains(string(text), "\npermissions: {}\n") {
			t.Errorf("%s: no permissions but those that a job names", filepath.Base(path))
		}
	}
}
