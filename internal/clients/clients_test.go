package clients

import (
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
		if c.Again && !c.Container || c.Container && !c.Variables {
			t.Errorf("%s: %+v", c.Name, c)
		}
		if c.Format != "" && !slices.Contains(variables.Formats[:], c.Format) {
			t.Errorf("%s: there is no format %s", c.Name, c.Format)
		}
	}
}
