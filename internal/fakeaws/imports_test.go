package fakeaws

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestIndependence: the fake and its packages share no code with what it is to
// test.
func TestIndependence(t *testing.T) {
	var seen []string
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		pkg, err := build.ImportDir(dir, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		if err != nil {
			return err
		}
		seen = append(seen, dir)
		for _, path := range pkg.Imports {
			if strings.Contains(path, ".") && !allowed(path) {
				t.Errorf("%s imports %s", dir, path)
			}
		}
		return nil
	})
	if err != nil || !slices.Contains(seen, "policy") || !slices.Contains(seen, "sigv4") {
		t.Error(seen, err)
	}
}

// allowed: the fake's own packages, and the computation of codes.
func allowed(path string) bool {
	const fake = "github.com/awsbroker/awsbroker/internal/fakeaws"
	return path == fake || strings.HasPrefix(path, fake+"/") || strings.HasPrefix(path, "github.com/pquerna/otp")
}
