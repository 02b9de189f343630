package busy

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/natefinch/atomic"
)

// TestReplaceWhatOthersRead: a file is read by some and replaced by others, and nobody
// is refused. Package e2e runs it under Wine.
func TestReplaceWhatOthersRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func() error { _, err := os.ReadFile(path); return err }
	var all sync.WaitGroup
	for i := range 4 {
		source := filepath.Join(dir, string(rune('a'+i)))
		replace := func() error { return atomic.ReplaceFile(source, path) }
		all.Go(func() {
			for range 50 {
				if err := os.WriteFile(source, []byte("1"), 0o600); err != nil {
					t.Error(err)
				} else if err := Retry(replace); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 200 {
				if err := Retry(read); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
