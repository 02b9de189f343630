package fakeaws

import (
	"go/build"
	"strings"
	"testing"
)

// The fake shares no code with what it is to test.
func TestIndependence(t *testing.T) {
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if strings.Contains(path, ".") && !strings.HasPrefix(path, "github.com/pquerna/otp") {
			t.Errorf("imports %s", path)
		}
	}
}
