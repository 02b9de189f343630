package layers

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReliabilityNamesTests: each row of the table in docs/reliability.md names a test or
// a story that exists, or says that it is a text.
func TestReliabilityNamesTests(t *testing.T) {
	page, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, "_test.go"):
			text, err := os.ReadFile(path)
			for _, m := range declared.FindAllSubmatch(text, -1) {
				have[string(m[1])] = true
			}
			return err
		case strings.HasSuffix(path, ".txtar"):
			have["story "+strings.TrimSuffix(filepath.Base(path), ".txtar")] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\b(?:Test|Fuzz)\w+|\bstor(?:y|ies) \w+(?:, [a-z]\w+)*`)
	rows := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "/"), "|")
		if len(cells) != 6 || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| fault ") {
			if strings.HasPrefix(line, "|") && len(cells) != 6 {
				t.Errorf("this row has not four cells: %s", line)
			}
			continue
		}
		rows++
		names := named.FindAllString(cells[3], -1)
		if len(names) == 0 && !strings.Contains(cells[3], "text only") {
			t.Errorf("%s has no test: %s", strings.TrimSpace(cells[1]), cells[3])
		}
		for _, name := range names {
			if list, ok := strings.CutPrefix(name, "stor"); ok {
				_, list, _ = strings.Cut(list, " ")
				for _, story := range strings.Split(list, ", ") {
					if !have["story "+story] {
						t.Errorf("%s: there is no story %s", strings.TrimSpace(cells[1]), story)
					}
				}
			} else if !have[name] {
				t.Errorf("%s: there is no test %s", strings.TrimSpace(cells[1]), name)
			}
		}
	}
	if rows < 20 {
		t.Errorf("%d rows", rows)
	}
}
