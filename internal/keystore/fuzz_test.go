package keystore

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/passphrase"
)

// FuzzRecord: a record is read and written again as the same, or refused; one of a newer
// version is told as such whatever else is in it, and no file changes by being read or by
// a change that is refused.
func FuzzRecord(f *testing.F) {
	for _, text := range []string{
		"", "{", "[]", `{"version":1} x`, `{"version":0}`, `{"version":1,"keystore":"cupboard"}`, `{"version":2,"keys":[1]}`, `{"version":2} {`, `{"version":"2"}`,
		`{"version":1,"keystore":"file","keys":{"phoebe":{"access_key_id":"AKIAIOSFODNN7EXAMPLE","arn":"arn:aws:iam::123456789012:user/phoebe","added":"2026-11-20T09:30:00Z"}},"seeds":["d"],"leaving":{"keystore":"pass","keys":["phoebe"]}}`,
	} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	path, again := filepath.Join(dir, "keystore.json"), filepath.Join(dir, "again", "keystore.json")
	if err := os.Mkdir(filepath.Dir(again), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, p := range []string{path, again} {
			if err := os.WriteFile(p, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		rec, err := ReadRecord(path)
		changed := amend(again, func(*Record) {})
		if (err == nil) != (changed == nil) {
			t.Fatalf("read: %v, changed: %v (%q)", err, changed, text)
		}
		if left, _ := os.ReadFile(path); string(left) != string(text) {
			t.Errorf("reading changed %q to %q", text, left)
		}
		var head struct{ Version int }
		if json.Unmarshal(text, &head) == nil && (head.Version > recordVersion) != errors.Is(err, ErrNewer) {
			t.Errorf("version %d: %v (%q)", head.Version, err, text)
		}
		if err != nil {
			if left, _ := os.ReadFile(again); string(left) != string(text) || !errors.Is(err, ErrNewer) && !errors.Is(err, ErrCorrupt) {
				t.Errorf("%v, and %q is now %q", err, text, left)
			}
			return
		}
		if rec.Keys == nil {
			rec.Keys = map[string]KeyInfo{}
		}
		if len(rec.Seeds) == 0 {
			rec.Seeds = nil // an empty list is not written
		}
		back, err := ReadRecord(again)
		if back.Keys == nil {
			back.Keys = map[string]KeyInfo{}
		}
		if err != nil || !reflect.DeepEqual(back, rec) {
			t.Errorf("%+v comes back as %+v, %v (%q)", rec, back, err, text)
		}
	})
}

// FuzzStoredKey: whatever a keychain gives back for a key, there is a whole key that
// stands in it, or an error without it.
func FuzzStoredKey(f *testing.F) {
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	for _, text := range []string{
		`{"version":1,"access_key_id":"AKIAIOSFODNN7EXAMPLE","secret_access_key":"` + secret + `","info":{"arn":"arn:aws:iam::123456789012:user/phoebe","added":"2026-11-20T09:30:00Z"}}`,
		`{"version":1,"access_key_id":"AKIAIOSFODNN7EXAMPLE","secret_access_key":"` + secret, `{"version":2,"key":["` + secret + `"]}`, `{"version":"` + secret + `"}`, "", "[]", secret,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &Store{kind: File, backend: &holding{data: data}}
		c, info, err := s.GetWithInfo(context.Background(), "phoebe")
		if err != nil {
			if c.AccessKeyID != "" || !c.SecretAccessKey.IsEmpty() || strings.Contains(err.Error(), secret) || !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer) {
				t.Errorf("%+v, %v", c, err)
			}
			return
		}
		var is storedKey
		if json.Unmarshal(data, &is) != nil || is.AccessKeyID != c.AccessKeyID || is.SecretAccessKey != c.SecretAccessKey.Reveal() || info.AccessKeyID != c.AccessKeyID || c.Temporary() {
			t.Errorf("%+v of %q", c, data)
		}
	})
}

// holding is a keychain with one item.
type holding struct {
	backend
	data []byte
}

func (h *holding) get(context.Context, string) ([]byte, error) { return h.data, nil }

// FuzzSealedFile: of all bytes that may be in an encrypted file only those that were
// sealed open, with the passphrase and under their own name.
func FuzzSealedFile(f *testing.F) {
	saved := rounds
	rounds = 1000 // a guess is not to be dear here
	f.Cleanup(func() { rounds = saved })
	pass, item := key("", "correct horse battery staple").SecretAccessKey, itemName(keySpace, "phoebe")
	store := &fileStore{dir: f.TempDir()}
	for _, name := range []string{checkItem, item} {
		if err := store.write(name, []byte("what is kept"), pass); err != nil {
			f.Fatal(err)
		}
	}
	whole, err := os.ReadFile(store.path(item))
	if err != nil {
		f.Fatal(err)
	}
	check, _ := os.ReadFile(store.path(checkItem))
	for _, data := range [][]byte{whole, whole[:len(whole)/2], check, []byte("a.b.c.d.e"), nil, []byte(strings.Replace(string(whole), ".", "..", 1))} {
		f.Add(data, uint16(0), byte(0))
	}
	f.Add([]byte(nil), uint16(len(whole)-1), byte(2))
	f.Fuzz(func(t *testing.T, data []byte, at uint16, by byte) {
		if len(data) == 0 { // one byte of this process's own file
			data = append(data, whole...)
			data[int(at)%len(data)] ^= by
		}
		if n, ok := passphrase.RoundsOf(data); ok && (n > 10_000 || n < 0) {
			return // a try would take long, as it is to
		}
		if err := os.WriteFile(store.path(item), data, 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := store.read(item, pass)
		switch {
		case err == nil && string(opened) != "what is kept":
			t.Errorf("%q opens as %q", data, opened)
		case err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer):
			t.Errorf("%q: %v", data, err)
		case err != nil && (opened != nil || strings.Contains(err.Error(), "what is kept")):
			t.Errorf("%q with %v", opened, err)
		}
	})
}
