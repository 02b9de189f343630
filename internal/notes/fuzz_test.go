package notes

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// FuzzRead: a note is read and written again as the same, is told as newer or as
// unreadable, and is left as it is.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(paths) < 4 {
		f.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	f.Add([]byte(`{"version": 2, "key": {"a": 1}}`))
	f.Add([]byte(`{"version": 1e9, "key": "k", "old": "o"} {}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		checkNote[Rotation](t, dir, text)
		checkNote[Revocation](t, dir, text)
		checkNote[Replacement](t, dir, text)
		checkNote[Bootstrap](t, dir, text)
		checkNote[GitPassword](t, dir, text)
	})
}

func checkNote[T kind[T]](t *testing.T, dir string, text []byte) {
	t.Helper()
	path, again := filepath.Join(dir, "note.json"), filepath.Join(dir, "again.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	note, found, err := Read[T](path)
	var head struct{ Version int }
	if json.Unmarshal(text, &head) == nil && head.Version > note.newest() && !errors.Is(err, ErrNewer) {
		t.Errorf("%q is newer, and read: %v", text, err)
	}
	if !found {
		if !errors.Is(err, ErrNewer) && !errors.Is(err, ErrUnreadable) {
			t.Errorf("%q: %v", text, err)
		}
		return
	}
	data, err := json.Marshal(note.stamped()) // as Write does, and does not wait for the disk
	if err := errors.Join(err, os.WriteFile(again, data, 0o600)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if back, found, err := Read[T](again); !found || err != nil || !reflect.DeepEqual(back, note.stamped()) {
		t.Errorf("%+v comes back as %+v, %v (%q)", note, back, err, text)
	}
	if left, err := os.ReadFile(path); err != nil || string(left) != string(text) {
		t.Errorf("reading changed %q to %q (%v)", text, left, err)
	}
}
