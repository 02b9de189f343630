package keystore

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// No secret may be in the record, in a file name, in a file of the encrypted
// keystore, or in the text of an error.
func TestCanary(t *testing.T) {
	const canary, passphrase = "canary/wJalrXUtnFEMI/K7MDENG", "canary of a passphrase"
	x := fileSubject(t)
	x.options.Passphrase = answer(passphrase)
	ctx := testContext(t)
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIACANARY", canary))
	if err := s.SetItem(ctx, "seal", credential.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}

	var said []string
	note := func(err error) { said = append(said, fmt.Sprintf("%v %+v %q", err, err, err)) }
	for _, temporary := range []credential.Credentials{
		{AccessKeyID: "ASIA", SecretAccessKey: credential.NewSecret(canary), SessionToken: credential.NewSecret(canary)},
		{SecretAccessKey: credential.NewSecret(canary)},
	} {
		note(s.Set(ctx, "other", temporary, KeyInfo{}))
	}
	// Values that are not ours, and hold a secret: a decoder likes to quote them.
	fs := s.backend.(*fileStore)
	for _, value := range []string{canary, `{"version":"` + canary + `"}`, `{"version":9,"access_key_id":"A","secret_access_key":"` + canary + `"}`, `{"access_key_id":"` + canary + `"}`} {
		if err := fs.set(ctx, itemName(keySpace, "odd"), []byte(value)); err != nil {
			t.Fatal(err)
		}
		_, err := s.Get(ctx, "odd")
		if err == nil {
			t.Errorf("a value of %d bytes that is no key was taken for one", len(value))
		}
		note(err)
	}
	x.damage(t, itemName(keySpace, "phoebe"))
	_, err := s.Get(ctx, "phoebe")
	note(err)
	wrong := x.options
	wrong.Passphrase = answer(passphrase + " but wrong")
	_, err = mustOpen(t, wrong).GetItem(ctx, "seal")
	note(err)
	said = append(said, fmt.Sprintf("%v %+v", x.options, s))

	for _, root := range []string{filepath.Dir(x.options.RecordPath), x.options.FileDir} {
		_ = filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			said = append(said, path)
			if err == nil && info.Mode().IsRegular() {
				data, _ := os.ReadFile(path)
				said = append(said, string(data))
			}
			return nil
		})
	}
	for _, secret := range []string{canary, passphrase} {
		for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))[:24]} {
			for _, text := range said {
				if strings.Contains(text, form) {
					t.Errorf("a secret is in %.60q", text)
				}
			}
		}
	}
}
