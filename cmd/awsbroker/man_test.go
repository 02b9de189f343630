package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra/doc"
)

// TestManPages holds the man pages in docs/man against the commands they are
// made from. `make man` writes them.
func TestManPages(t *testing.T) {
	t.Setenv("AWSBROKER_KEYSTORE", "")
	t.Setenv("AWSBROKER_PROMPT", "")
	root := newRoot(&app{}, "")
	root.DisableAutoGenTag = true
	root.InitDefaultCompletionCmd()
	fresh := t.TempDir()
	date := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "awsbroker", Manual: "awsbroker", Date: &date}, fresh); err != nil {
		t.Fatal(err)
	}
	const dir = "../../docs/man"
	pages, err := filepath.Glob(filepath.Join(fresh, "*.1"))
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages were made", err)
	}
	if os.Getenv("AWSBROKER_WRITE_MAN") != "" {
		writePages(t, pages, dir)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(kept) != len(pages) {
		t.Errorf("%d pages in docs/man for %d commands (%v); run: make man", len(kept), len(pages), err)
	}
	for _, page := range pages {
		want, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, filepath.Base(page)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("docs/man/%s is not what the command says (%v); run: make man", filepath.Base(page), err)
		}
	}
}

func writePages(t *testing.T, pages []string, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(page)), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
