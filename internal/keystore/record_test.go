package keystore

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestNothingChosen(t *testing.T) {
	o := fileSubject(t).options
	o.Kind = ""
	_, err := Open(testContext(t), o)
	wantError(t, err, ErrNoKeystore)
	if _, err := os.Stat(filepath.Dir(o.RecordPath)); !os.IsNotExist(err) {
		t.Error("looking made a directory")
	}
}

func TestPin(t *testing.T) {
	o := fileSubject(t).options
	o.Kind = ""
	s, kind, err := Choose(testContext(t), Options{RecordPath: o.RecordPath, FileDir: o.FileDir, Kind: File, Passphrase: o.Passphrase})
	if err != nil || kind != File {
		t.Fatalf("Choose gave %q, %v", kind, err)
	}
	if _, err := Open(testContext(t), o); err == nil {
		t.Error("Choose pinned before a key was stored")
	}
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	if s := mustOpen(t, o); s.Kind() != File {
		t.Errorf("opened %q", s.Kind())
	}
	if _, kind, err := Choose(testContext(t), o); err != nil || kind != File {
		t.Errorf("Choose gave %q, %v", kind, err)
	}

	o.Kind = SecretService
	_, _, err = Choose(testContext(t), o)
	wantError(t, err, ErrPinned)
	if !strings.Contains(err.Error(), "awsbroker keystore move secret-service") {
		t.Errorf("the error does not say how to move: %v", err)
	}
	// Whatever keychain that is, nothing may be written to it.
	other := &Store{kind: SecretService, recordPath: o.RecordPath, backend: s.backend}
	wantError(t, other.Set(testContext(t), "ross", key("AKIATWO", "two"), KeyInfo{}), ErrPinned)
	wantError(t, other.Remove(testContext(t), "phoebe"), ErrPinned)
	wantError(t, other.SetItem(testContext(t), "seal", key("", "x").SecretAccessKey), ErrPinned)
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))

	if err := s.Remove(testContext(t), "phoebe"); err != nil {
		t.Fatal(err)
	}
	mustSet(t, other, "ross", key("AKIATWO", "two")) // with no key left the pin may change
	if rec, _ := ReadRecord(o.RecordPath); rec.Keystore != SecretService {
		t.Errorf("the pin is %q", rec.Keystore)
	}
}

func TestKindsThisBuildHasNot(t *testing.T) {
	o := fileSubject(t).options
	for _, kind := range kinds {
		if slices.Contains(preferred, kind) {
			continue
		}
		o.Kind = kind
		_, err := Open(testContext(t), o)
		wantError(t, err, ErrMissing)
		_, _, err = Choose(testContext(t), o)
		wantError(t, err, ErrMissing)
	}
	if _, err := ParseKind("keyring"); err == nil || !strings.Contains(err.Error(), "secret-service") {
		t.Errorf("ParseKind: %v", err)
	}
	o.Kind = "keyring"
	if _, err := Open(testContext(t), o); err == nil {
		t.Error("opened an unknown kind")
	}
}

func TestUnreadableRecord(t *testing.T) {
	o := fileSubject(t).options
	s := mustOpen(t, o)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	for _, text := range []string{"", "{", "[]", `{"version":1} x`, `{"version":0}`, `{}`, `{"version":1,"keystore":"cupboard"}`} {
		if err := os.WriteFile(o.RecordPath, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadRecord(o.RecordPath)
		wantError(t, err, ErrCorrupt)
		if !strings.Contains(err.Error(), o.RecordPath) {
			t.Errorf("the error does not name the file: %v", err)
		}
		wantError(t, s.Set(testContext(t), "ross", key("AKIATWO", "two"), KeyInfo{}), ErrCorrupt)
		if got, _ := os.ReadFile(o.RecordPath); string(got) != text {
			t.Error("a damaged record was overwritten")
		}
	}
	if err := os.WriteFile(o.RecordPath, []byte(`{"version":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRecord(o.RecordPath); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer record: %v", err)
	}
}

func TestRecordIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	o := fileSubject(t).options
	for _, dir := range []string{filepath.Dir(o.RecordPath), o.FileDir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(o.RecordPath, []byte(`{"version":1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.RecordPath+"123", nil, 0o600); err != nil { // of a killed writer
		t.Fatal(err)
	}
	mustSet(t, mustOpen(t, o), "phoebe", key("AKIAONE", "one"))
	for _, root := range []string{filepath.Dir(o.RecordPath), o.FileDir} {
		_ = filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v: %v", path, info.Mode(), err)
			}
			return nil
		})
	}
	if _, err := os.Stat(o.RecordPath + "123"); err == nil {
		t.Error("a killed writer's file was left")
	}
}

func TestRecordKeepsEveryAdd(t *testing.T) {
	path := recordIn(t)
	var wg sync.WaitGroup
	names := oddNames()
	for _, name := range names {
		wg.Go(func() {
			err := withRecordLock(t.Context(), path, func() error {
				return amend(path, func(r *Record) { r.Keys[name] = KeyInfo{AccessKeyID: name, Added: time.Unix(1, 0)} })
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rec, err := ReadRecord(path)
	if err != nil || len(rec.Keys) != len(names) {
		t.Errorf("%d of %d keys are on record: %v", len(rec.Keys), len(names), err)
	}
}

func TestCheckName(t *testing.T) {
	for _, name := range oddNames() {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", " a", "a ", "-a", "a\n", "a\tb", "a\x00b", "a\u202eb", "a\u200bb", "a\u00a0b", "a\u2028b", "\xff", strings.Repeat("x", 129),
	} {
		wantError(t, CheckName(name), ErrName)
		wantError(t, (&Store{}).Set(testContext(t), name, key("AKIA", "x"), KeyInfo{}), ErrName)
	}
}

func TestItemNames(t *testing.T) {
	seen := map[string]string{}
	for _, name := range oddNames() {
		for _, space := range []string{keySpace, itemSpace} {
			item := itemName(space, name)
			if other, taken := seen[item]; taken {
				t.Errorf("%q and %q are both %q", name, other, item)
			}
			seen[item] = name
			if rest := strings.Trim(item, "abcdefghijklmnopqrstuvwxyz0123456789._-/="); rest != "" {
				t.Errorf("%q has %q", item, rest)
			}
			if len(fileName(item)) > 200 || strings.HasSuffix(item, ".") {
				t.Errorf("%q is no portable file name", fileName(item))
			}
		}
	}
	for name, want := range map[string]string{
		"phoebe": "awsbroker/key/phoebe", "Acme Prod": "awsbroker/key/=41cme=20=50rod", "a.": "awsbroker/key/a=2e",
	} {
		if got := itemName(keySpace, name); got != want {
			t.Errorf("%q is %q, want %q: stored keys would be lost", name, got, want)
		}
	}
}
