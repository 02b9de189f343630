//go:build linux

package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestMisses: a cached answer is for the very call it was made for.
func TestMisses(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) func(*world) *world {
		return func(w *world) *world {
			config := w.Path("home/.aws/config")
			before := w.Read(config)
			after := strings.Replace(before, old, new, 1)
			info, err := os.Stat(config)
			if err != nil || after == before || len(after) != len(before) {
				w.t.Fatalf("%q is not there to be replaced (%v)", old, err)
			}
			w.Write(config, after)
			if err := os.Chtimes(config, info.ModTime(), info.ModTime()); err != nil { // an editor can do that
				w.t.Fatal(err)
			}
			return w
		}
	}
	onSessions := func(do func(data []byte) []byte) func(*world) *world {
		return func(w *world) *world {
			sealed, _ := filepath.Glob(w.Path("home/.cache/awsbroker/sessions/*.sealed"))
			for _, file := range sealed {
				if err := os.WriteFile(file, do([]byte(w.Read(file))), 0o600); err != nil {
					w.t.Fatal(err)
				}
			}
			return w
		}
	}
	changes := map[string]func(*world) *world{
		"another role, same size and time": replace("role/admin-mfa", "role/admin-mfb"),
		"another region in the profile":    replace("eu-central-1", "eu-northxx-1"),
		"another region":                   func(w *world) *world { return w.With("AWS_REGION=us-west-2") },
		"another endpoint":                 func(w *world) *world { return w.With("AWS_ENDPOINT_URL_STS=" + w.URL + "/") },
		"another keystore":                 func(w *world) *world { return w.With("AWSBROKER_KEYSTORE=") },
		"a replaced key": func(w *world) *world {
			key := w.AWS.User.AddAccessKey()
			r := w.With("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret).Run("add", "phoebe", "--from-env", "--replace")
			if r.Code != 0 {
				w.t.Fatal(r)
			}
			return w
		},
		"corrupt":   onSessions(func(data []byte) []byte { data[len(data)/2] ^= 1; return data }),
		"truncated": onSessions(func(data []byte) []byte { return data[:len(data)/2] }),
		"empty":     onSessions(func([]byte) []byte { return nil }),
		"foreign":   onSessions(func([]byte) []byte { return []byte("\x01 somebody else's file, which is long enough to be one") }),
		"swapped": func(w *world) *world { // one sealed file in the place of another
			sealed, _ := filepath.Glob(w.Path("home/.cache/awsbroker/sessions/*.sealed"))
			for i, file := range sealed[1:] {
				if err := exec.Command("cp", file, sealed[i]).Run(); err != nil {
					w.t.Fatal(err)
				}
			}
			if err := os.Remove(sealed[len(sealed)-1]); err != nil {
				w.t.Fatal(err)
			}
			return w
		},
		"logged out": func(w *world) *world { w.Run("logout", "--profile", "admin"); return w },
	}
	worlds := map[string]*world{}
	for name := range changes {
		worlds[name] = newWorld(t)
	}
	machine.Rest() // once for all
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := *worlds[name]
			w.t = t
			w.Login("admin")
			wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
			r := change(&w).Run("credential-process", "--profile", "admin")
			if strings.HasPrefix(name, "another keystore") || strings.HasPrefix(name, "another region") { // the same session by another way
				wantAnswer(t, r)
			} else if r.Code == 0 || r.Stdout != "" {
				t.Errorf("answered: %v", r)
			}
			w.wantAssumed(1)
		})
	}
}
