//go:build linux

package acceptance

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestUninstallKilled anywhere: the key is in the keychain or in the credentials file at
// any moment, the next run does the rest, and what the profile was before is there again.
func TestUninstallKilled(t *testing.T) {
	t.Parallel()
	for _, fate := range []string{"credentials", "delete"} {
		t.Run(fate, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w = w.With("AWS_ENDPOINT_URL_IAM=" + w.URL)
			const kills = 6
			var whole time.Duration
			for i := range kills + 1 { // the first is not killed
				w.keepHome(t, i == 0)
				if fate == "delete" {
					if i > 0 {
						w.AWS.Key = w.AWS.User.ImportAccessKey(canaryID, canaryKey)
					}
					w.Login("admin")
				}
				cmd := w.Command(w.Bin, "uninstall", "--yes", "--keys", fate)
				started := time.Now()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				if i > 0 {
					time.Sleep(whole * time.Duration(i) / kills)
					_ = cmd.Process.Kill()
				}
				_ = cmd.Wait()
				if i == 0 {
					whole = time.Since(started)
				}
				w.wantKeySomewhere(t, fate)
				if r := w.Run("uninstall", "--yes", "--keys", fate); r.Code != 0 {
					t.Fatalf("again: %d\n%s", r.Code, r.Stderr)
				}
				w.wantLeft(t, fate)
			}
		})
	}
}

// keepHome saves the home and the runtime directory, or puts back what was saved.
func (w *world) keepHome(t *testing.T, save bool) {
	t.Helper()
	script := `cd "$1" && rm -rf home run && cp -a saved/. .`
	if save {
		script = `cd "$1" && mkdir saved && for d in home run; do [ ! -e $d ] || cp -a $d saved; done`
	}
	if out, err := exec.Command("sh", "-c", script, "sh", w.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// wantKeySomewhere fails if the only copy of a key that works is gone.
func (w *world) wantKeySomewhere(t *testing.T, fate string) {
	t.Helper()
	text, _ := os.ReadFile(w.credentials())
	inFile := strings.Contains(string(text), canaryKey)
	inKeychain := strings.Contains(w.Run("list").Stdout, canaryID)
	if fate == "credentials" && !inFile && !inKeychain {
		t.Error("the key was lost")
	}
	if fate == "delete" && inFile {
		t.Error("the key was written down")
	}
}

// wantLeft fails if something of awsbroker's is there.
func (w *world) wantLeft(t *testing.T, fate string) {
	t.Helper()
	config := w.Read(w.Config())
	back := strings.Contains(config, "role_arn = "+w.AWS.Role.ARN()) && strings.Contains(config, "source_profile = phoebe")
	if strings.Contains(config, "awsbroker") || back != (fate == "credentials") {
		t.Errorf("config:\n%s", config)
	}
	text, _ := os.ReadFile(w.credentials())
	if strings.Contains(string(text), "aws_secret_access_key = "+canaryKey) != (fate == "credentials") {
		t.Error("credentials: the key is where it should not be, or not where it should be")
	}
	for _, path := range files(t, w.Home) {
		if strings.Contains(path, "/awsbroker/") {
			t.Errorf("%s is left", path)
		}
	}
	for _, k := range w.AWS.User.AccessKeys() {
		if k.ID == canaryID && fate == "delete" {
			t.Error("the key is in AWS")
		}
	}
}
