package notes

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"
)

// What dd4a8c0 wrote is read, from the files that it would look for.
func TestReadsNotesOfDD4A8C0(t *testing.T) {
	const (
		state = "testdata/dd4a8c0"
		user  = "arn:aws:iam::123456789012:user/phoebe"
		role  = "arn:aws:iam::123456789012:role/admin-mfa"
		old   = "AKIAIOSFODNN7EXAMPLE"
	)
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	reads(t, RotationFile(state, "phoebe"), Rotation{Version: 1, Key: "phoebe", ARN: user, Old: old, Listed: []string{old}, Intent: at, New: "AKIAI44QH8DHBEXAMPLE", KeepOld: true})
	reads(t, RevocationFile(state, "phoebe", role), Revocation{Version: 1, Key: "phoebe", Profile: "admin", ARN: user, Role: role, Old: old, Stage: "replace", Cutoff: at})
	reads(t, ReplacementFile(state, user), Replacement{Version: 1, User: user, Old: "arn:aws:iam::123456789012:mfa/phoebe", New: "arn:aws:iam::123456789012:mfa/pixel-7"})
	reads(t, BootstrapFile(state, "123456789012"), Bootstrap{Version: 1, Account: "123456789012", Partition: "aws", Key: "root", KeyID: old, Things: []Thing{
		{Kind: Group, Name: "administrators", ID: "arn:aws:iam::123456789012:group/administrators", At: at, Done: true},
		{Kind: User, Name: "phoebe", At: at},
	}})
	if got := BootstrapAccounts(state); !reflect.DeepEqual(got, []string{"123456789012"}) {
		t.Errorf("accounts: %v", got)
	}
}

func reads[T kind[T]](t *testing.T, path string, want T) {
	t.Helper()
	got, found, err := Read[T](path)
	if err != nil || !found || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, %v, %v\nwant %+v", path, got, found, err, want)
	}
	// And what is written now is what is read.
	again := filepath.Join(t.TempDir(), "note.json")
	if err := Write(again, want); err != nil {
		t.Fatal(err)
	}
	if back, _, err := Read[T](again); err != nil || !reflect.DeepEqual(back, want) {
		t.Errorf("%+v comes back as %+v, %v", want, back, err)
	}
	if info, err := os.Stat(again); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" { // which has no modes
		t.Errorf("%v, %v: others may read it", info.Mode(), err)
	}
	if err := Remove(again); err != nil {
		t.Fatal(err)
	}
	if _, found, err := Read[T](again); found || err != nil {
		t.Errorf("it is there after it was removed: %v, %v", found, err)
	}
}

func TestRefusesOtherNotes(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]error{
		`{"version": 2, "key": "k", "old": "o"}`: ErrNewer,
		`{"version": 2, "key": {"a": 1}}`:        ErrNewer, // in whatever form
		`{"version": 1, "key": "k"}`:             ErrUnreadable,
		`{"version": 1, "key": "k", "old": "o"`:  ErrUnreadable,
		``:                                       ErrUnreadable,
		`[]`:                                     ErrUnreadable,
		`{"version": 1, "key": "k", "old": "o"}`: nil,
		`{"version": 1, "key": "k", "old": "o","x":1}`: nil,
	} {
		path := RotationFile(dir, "k")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, found, err := Read[Rotation](path); !errors.Is(err, want) || found != (want == nil) {
			t.Errorf("%s: %v, %v; want %v", text, found, err, want)
		}
		if err := Write(path, Rotation{Key: "k", Old: "o"}); errors.Is(want, ErrNewer) != errors.Is(err, ErrNewer) {
			t.Errorf("%s: overwriting it: %v", text, err)
		}
		if left, _ := os.ReadFile(path); errors.Is(want, ErrNewer) && string(left) != text {
			t.Errorf("%s is now %s", text, left)
		}
	}
}

func TestFindUnfinished(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [b] *c") // nothing to a pattern
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, err := range []error{
		Write(RotationFile(dir, "k"), Rotation{Key: "k", Old: "o"}),
		Write(RevocationFile(dir, "k", "r"), Revocation{Key: "k", Old: "o", Profile: "p"}),
		Write(GitPasswordFile(dir, "k"), GitPassword{Key: "k", ARN: "a"}),
		Write(BootstrapFile(dir, "1"), Bootstrap{Account: "1", Things: []Thing{{Kind: User, Name: "u", Done: true}}}), // not proved
		Write(BootstrapFile(dir, "2"), Bootstrap{Account: "2", Things: []Thing{{Kind: User, Name: "u", Done: true}}, Proved: &now}),
		Write(BootstrapFile(dir, "3"), Bootstrap{Account: "3", Things: []Thing{{Kind: Group, Name: "g"}}, Proved: &now}),
		os.WriteFile(filepath.Join(dir, "rotation-0.json"), []byte("{"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, u := range FindUnfinished(dir) {
		got = append(got, [...]string{"", "rotation", "revocation", "bootstrap", "git password"}[u.Work]+" "+u.Key+" "+u.Profile+" "+u.Account+" "+u.User)
	}
	want := []string{"rotation    ", "rotation k   ", "revocation k p  ", "bootstrap   1 u", "bootstrap   3 ", "git password k   "}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}
