package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/clients"
)

// The tests run in a network namespace, as the command does. What they need is installed
// before (e2e/run).
func TestMain(m *testing.M) {
	if isIsolated() {
		os.Exit(m.Run())
	}
	if err := isolate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Tools that matter most still do what docs/tools.md says.
func TestOften(t *testing.T) {
	l, err := newLab(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	shown := readPage(t)
	for _, x := range tools {
		if !x.often {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			r := &row{tool: x, version: x.from.installed()}
			if r.version == "" {
				if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
					t.Fatal("it is not here")
				}
				t.Skip("it is not here")
			}
			l.tryWays(t, r)
			if unsaid := r.unsaid(); len(unsaid) > 0 {
				t.Errorf("it does not work, and awsbroker says nothing, by %v", unsaid)
			}
			want, is := shown[x.name], strings.TrimSuffix(line(r.cells()), "\n")
			if want == "" || withoutVersion(want) != withoutVersion(is) {
				t.Errorf("the page says\n%s\nand this happens:\n%s\nprofile %v\nexec %v\nserver %v", want, is, r.profile.Result, r.env.Result, r.server.Result)
			}
		})
	}
}

// withoutVersion is a row of the page without what changes from one system to the next.
func withoutVersion(row string) string {
	cells := strings.Split(row, " | ")
	return strings.Join(slices.Delete(cells, 8, 9), " | ")
}

// readPage returns the rows of the page's table of ways, by their tools.
func readPage(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	return rowsOf(string(text), wayColumns)
}

// readEnds returns the rows of its other table.
func readEnds(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	return rowsOf(string(text), endColumns)
}

// Each tool has a row, and works in at least one way, or the page says why in none.
func TestEachToolHasAWay(t *testing.T) {
	shown := readPage(t)
	for _, x := range tools {
		row := shown[x.name]
		if row == "" {
			t.Errorf("%s: no row in docs/tools.md; run: make tools", x.name)
		}
		works := strings.Contains(row, "| `")
		if none := strings.Contains(row, "| no way: "); works == none {
			t.Errorf("%s: works %v, says none %v: %s", x.name, works, none, row)
		}
	}
}

// What CI installs is what is tried there.
func TestOftenIsInstalled(t *testing.T) {
	for _, file := range []string{".ci/run", "e2e/run"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		words := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \n;()", r) })
		for _, x := range tools {
			for _, name := range x.from.names {
				if x.often && !slices.Contains(words, name) {
					t.Errorf("%s does not install %s", file, name)
				}
			}
		}
	}
}

// What exec knows of a program, and prints, is what the page saw, and says.
func TestExecKnowsTheTools(t *testing.T) {
	shown, ends := readPage(t), readEnds(t)
	for _, x := range programs {
		cells := strings.Split(shown[x.name], " | ")
		known := clients.Find(x.client)
		if known == nil || len(cells) != wayColumns {
			t.Errorf("%s: exec knows %v, the page %q", x.name, known, cells)
			continue
		}
		if variables, container := cells[4] == "yes", cells[5] == "yes"; (known.Lack == "") != variables || known.Container != container {
			t.Errorf("exec knows %+v, and the page saw variables %v, container endpoint %v", *known, variables, container)
		}
		if known.Again != strings.HasSuffix(cells[3], "renewed") {
			t.Errorf("%s: exec knows that its session is renewed: %v, and the page says %q", x.name, known.Again, cells[3])
		}
		if end := ends[x.name]; known.Again && !strings.HasSuffix(end, " | continues |") && !strings.HasSuffix(end, " | was done |") {
			t.Errorf("exec serves %s, which does not continue: %s", x.name, end)
		}
		if !strings.Contains(cells[7], known.Lack) || !strings.Contains(cells[7], known.Note) {
			t.Errorf("%s: exec says %q, and the page %q", x.name, known.Lack+known.Note, cells[7])
		}
	}
}
