package layers

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onePlace are calls that only some files may make, so that a rule holds in one place.
var onePlace = []struct {
	call string
	in   []string // directories, of which test files are left out; nil: all that is shipped
	may  []string // the files, by their name in the tree
	why  string
}{
	{"json.NewEncoder(", []string{"cmd/awsbroker"}, []string{"json.go", "exec_server_unix.go"}, "writeJSON escapes what would act on a terminal"},
	{"json.Marshal", []string{"cmd/awsbroker"}, nil, "writeJSON escapes what would act on a terminal"},
	{"exec.LookPath(", nil, []string{"programs.go", "exec_unix.go", "exec_windows.go"}, "programs.Find passes over the current directory"},
}

func TestOnePlace(t *testing.T) {
	for _, rule := range onePlace {
		dirs := rule.in
		if dirs == nil {
			dirs = slices.Concat(levels...)
		}
		for _, dir := range dirs {
			all, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
			if err != nil || len(all) == 0 {
				t.Fatalf("%s: no files: %v", dir, err)
			}
			for _, path := range all {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(path, "_test.go") || slices.Contains(rule.may, filepath.Base(path)) {
					continue
				}
				if strings.Contains(string(text), rule.call) {
					t.Errorf("%s calls %s…): %s", strings.TrimPrefix(path, "../../"), rule.call, rule.why)
				}
			}
		}
	}
}
