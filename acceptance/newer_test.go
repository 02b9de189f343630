//go:build linux

package acceptance

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/notes"
)

// TestRefusesNewer: a file of a newer awsbroker is told as such in one line, with exit
// code 1 and the hint to install that version, and stays as it is, byte by byte.
func TestRefusesNewer(t *testing.T) {
	const user = "arn:aws:iam::123456789012:user/phoebe"
	state := func(w *world) string { return filepath.Join(w.Home, ".local/state/awsbroker") }
	for _, c := range []struct {
		what string
		make func(w *world) string // writes the file, and returns its path
		runs [][]string
	}{
		{"record", func(w *world) string {
			return newer(w, filepath.Join(state(w), "keystore.json"), `{"version": 2, "keychains": ["file"], "keys": [{"name": "phoebe"}]}`)
		}, [][]string{{"list"}, {"credential-process", "--profile", "admin"}, {"add", "other", "--from-env"}, {"remove", "phoebe", "--yes"}, {"explain", "--profile", "admin"}, {"keystore", "move", "pass"}, {"rotate", "phoebe", "--yes"}}},
		{"key", func(w *world) string {
			path := filepath.Join(w.Home, ".local/share/awsbroker/keystore/awsbroker%2Fkey%2Fphoebe")
			header, rest, _ := strings.Cut(w.Read(path), ".")
			text, err := base64.RawURLEncoding.DecodeString(header)
			if err != nil || !strings.Contains(string(text), `"awsbroker":1`) {
				w.t.Fatalf("%s, %v", text, err)
			}
			return newer(w, path, base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), `"awsbroker":1`, `"awsbroker":2`, 1)))+"."+rest)
		}, [][]string{{"credential-process", "--profile", "admin"}, {"login", "--profile", "admin"}, {"rotate", "phoebe", "--yes"}}},
		{"rotation", func(w *world) string {
			return newer(w, notes.RotationFile(state(w), "phoebe"), `{"version": 2, "key": {"name": "phoebe"}}`)
		}, [][]string{{"rotate", "phoebe", "--yes"}, {"remove", "phoebe", "--yes"}}},
		{"revocation", func(w *world) string {
			return newer(w, notes.RevocationFile(state(w), "phoebe", w.AWS.Role.ARN()), `{"version": 2}`)
		}, [][]string{{"revoke", "--profile", "admin", "--yes"}}},
		{"replacement", func(w *world) string {
			return newer(w, notes.ReplacementFile(state(w), user), `{"version": 2}`)
		}, [][]string{{"mfa", "enroll", "--replace", "phoebe", "--yes"}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t)
			w = w.With("AWS_ENDPOINT_URL=" + w.URL)
			if c.what != "record" && c.what != "key" {
				w.Login("admin")
			}
			path := c.make(w)
			text, keys := w.Read(path), len(w.AWS.User.AccessKeys())
			for _, args := range c.runs {
				r := w.With("AWS_ACCESS_KEY_ID=AKIAOTHEROTHER234567", "AWS_SECRET_ACCESS_KEY="+canaryKey).RunWith(w.Code(), append(args, "--mfa-code", "-")...)
				if r.Code != 1 || r.Stdout != "" || !strings.Contains(r.Stderr, "written by a newer awsbroker") || !strings.Contains(r.Stderr, "install that version") || strings.Contains(r.Stderr, "--replace") {
					t.Errorf("%q: %v", args, r)
				}
				if now, err := os.ReadFile(path); err != nil || string(now) != text {
					t.Errorf("%q: the file is now %q (%v)", args, now, err)
				}
			}
			if now := len(w.AWS.User.AccessKeys()); now != keys {
				t.Errorf("%d access keys in AWS, and there were %d", now, keys)
			}
		})
	}
}

func newer(w *world, path, text string) string {
	w.Write(path, text)
	return path
}
