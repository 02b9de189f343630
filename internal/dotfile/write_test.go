package dotfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files lists a directory, to find what a write left behind.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// skip leaves a test out on a machine where it cannot be made, unless this is
// one where it has to be possible and AWSBROKER_MUST_NOT_SKIP says so.
func skip(t *testing.T, possible bool, format string, args ...any) {
	t.Helper()
	if possible && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

func put(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", path, got, err, want)
	}
}

func TestWriteNewFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home", ".aws")
	path := filepath.Join(dir, "config")
	if err := Write(path, nil, []byte("x")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "x")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	put(t, path, "old", 0o644)
	if err := Write(path, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

func TestWriteChangedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	for _, before := range []string{"other", ""} {
		put(t, path, "theirs", 0o600)
		if err := Write(path, []byte(before), []byte("new")); !errors.Is(err, ErrChanged) {
			t.Errorf("got %v", err)
		}
		holds(t, path, "theirs")
	}
	if err := Write(filepath.Join(dir, "gone"), []byte("old"), []byte("new")); !errors.Is(err, ErrChanged) {
		t.Errorf("gone: %v", err)
	}
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

func TestWriteReadOnlyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	put(t, path, "old", 0o400)
	if err := Write(path, []byte("old"), []byte("new")); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("got %v", err)
	}
	holds(t, path, "old")
}

func TestWriteDirectory(t *testing.T) {
	if err := Write(t.TempDir(), nil, []byte("new")); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

func TestWriteInPlace(t *testing.T) {
	for _, texts := range [][2]string{{"old", "much longer"}, {"much longer", "new"}, {"", "new"}, {"old", ""}} {
		dir := t.TempDir()
		path := filepath.Join(dir, "config")
		put(t, path, texts[0], 0o640)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := writeInPlace(path, info, []byte(texts[0]), []byte(texts[1])); err != nil {
			t.Fatal(err)
		}
		holds(t, path, texts[1])
		if got := files(t, dir); got != "config" {
			t.Errorf("left behind: %s", got)
		}
		// A copy from a crash is the only whole one: it is not overwritten.
		put(t, path+".awsbroker-backup", "precious", 0o600)
		if err := writeInPlace(path, info, []byte(texts[1]), []byte("x")); err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("got %v", err)
		}
		holds(t, path, texts[1])
		holds(t, path+".awsbroker-backup", "precious")
	}
}

func TestCheckWritable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "credentials")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckWritable(path); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("it left something: %v", entries)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := CheckWritable(path); err == nil {
		t.Error("a read-only file")
	}
}
