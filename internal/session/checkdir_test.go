//go:build !windows

package session

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCheckDir: it foretells what FindDir comes to, and makes nothing.
func TestCheckDir(t *testing.T) {
	for name, arrange := range map[string]func(dir string) (runtime, cache string){
		"a runtime directory": func(dir string) (string, string) { return filepath.Join(dir, "run"), "" },
		"only a cache":        func(dir string) (string, string) { return "", filepath.Join(dir, "home/.cache/awsbroker") },
		"neither":             func(dir string) (string, string) { return filepath.Join(dir, "gone"), "" },
		"a file in the way": func(dir string) (string, string) {
			_ = os.WriteFile(filepath.Join(dir, "home/sessions"), nil, 0o600)
			return "", filepath.Join(dir, "home")
		},
		"a link in the way": func(dir string) (string, string) {
			_ = os.Symlink(dir, filepath.Join(dir, "run/awsbroker"))
			return filepath.Join(dir, "run"), ""
		},
		"a link in the way, and a cache": func(dir string) (string, string) {
			_ = os.Symlink(dir, filepath.Join(dir, "run/awsbroker"))
			return filepath.Join(dir, "run"), filepath.Join(dir, "home")
		},
		"nothing that may be written": func(dir string) (string, string) {
			_ = os.Chmod(filepath.Join(dir, "run"), 0o500)
			return filepath.Join(dir, "run"), ""
		},
		"below a file": func(dir string) (string, string) {
			_ = os.WriteFile(filepath.Join(dir, "home/file"), nil, 0o600)
			return "", filepath.Join(dir, "home/file/cache")
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, d := range []string{"run", "home"} {
				if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			runtime, cache := arrange(dir)
			t.Setenv("XDG_RUNTIME_DIR", runtime)
			before := tree(dir)
			checked := CheckDir(cache)
			if after := tree(dir); after != before {
				t.Errorf("it left\n%s\nof\n%s", after, before)
			}
			_, err := FindDir(cache, true)
			if (checked == nil) != (err == nil) {
				t.Errorf("CheckDir: %v; FindDir: %v", checked, err)
			}
		})
	}
}

func tree(dir string) string {
	text := ""
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		text += path + "\n"
		return err
	})
	return text
}
