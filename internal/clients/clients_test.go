package clients

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/variables"
)

func TestFind(t *testing.T) {
	for program, want := range map[string]string{"aws": "aws", "gdalinfo": "gdal*", "ogr2ogr": "ogr*", "s3": "s3", "s3cmd": "s3cmd"} {
		if c := Find(program); c == nil || c.Name != want {
			t.Errorf("%s: %v", program, c)
		}
	}
	for _, program := range []string{"", "a", "gda", "awscli", "AWS"} {
		if c := Find(program); c != nil {
			t.Errorf("%s: %v", program, *c)
		}
	}
}

// TestAll: what the rows say of a program agrees.
func TestAll(t *testing.T) {
	if !slices.IsSortedFunc(All[:], func(a, b Client) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not in alphabetical order")
	}
	for _, c := range All {
		if c.Again && !c.Container || c.Container && c.Lack != "" {
			t.Errorf("%s: %+v", c.Name, c)
		}
		if c.Format != "" && !slices.Contains(variables.Formats[:], c.Format) {
			t.Errorf("%s: there is no format %s", c.Name, c.Format)
		}
	}
}

// TestPage: docs/tools.md, which is made of runs of the programs, and these rows do not part.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/tools.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for row := range strings.Lines(string(text)) {
		cells := strings.Split(row, " | ")
		if len(cells) != 10 || cells[0] == "| tool" {
			continue
		}
		program, _, _ := strings.Cut(strings.TrimPrefix(cells[0], "| "), " ")
		if _, typed, is := strings.Cut(cells[1], " -- "); is {
			program, _, _ = strings.Cut(typed, " ")
		}
		c := Find(program)
		if c == nil {
			c = &Client{Name: program}
		}
		seen[c.Name] = true
		if c.Again != strings.HasSuffix(cells[3], "renewed") || (c.Lack == "") != (cells[4] == "yes") || !strings.Contains(cells[7], c.Lack) || !strings.Contains(cells[7], c.Note) {
			t.Errorf("%+v, and the page: %s", *c, row)
		}
	}
	served, err := os.ReadFile("../../docs/long-commands.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range All {
		if c.Again && !strings.Contains(string(served), "`"+c.Name+"`") {
			t.Errorf("docs/long-commands.md does not name %s, whose session exec renews", c.Name)
		}
		if (c.Lack != "" || c.Note != "") && !seen[c.Name] {
			t.Errorf("the page has no row for %s", c.Name)
		}
	}
}
