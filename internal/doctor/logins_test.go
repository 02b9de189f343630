package doctor

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
)

// TestLogins: a session of `aws login` that can still be renewed is found, with whose it
// is and how it ends; one that is over, and what is no session, is not.
func TestLogins(t *testing.T) {
	home, now := t.TempDir(), time.Now()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("AWS_LOGIN_CACHE_DIRECTORY", "")
	const arn = "arn:aws:iam::123456789012:user/wilma"
	file := fmt.Sprintf("%x.json", sha256.Sum256([]byte(arn)))
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(ends time.Time) string {
		return `{"accessToken": {"accountId": "123456789012", "expiresAt": "` + ends.UTC().Format(time.RFC3339) + `"}, "refreshToken": "x"}`
	}
	write("config", "[profile wilma]\nlogin_session = "+arn+"\n[profile work]\nlogin_session = "+arn+"\n")
	cfg, err := config.Load(filepath.Join(home, "config"), filepath.Join(home, "credentials"))
	if err != nil {
		t.Fatal(err)
	}
	look := func() (titles string) {
		d := &doctor{broker: &broker.Broker{}, cfg: cfg, now: now}
		if _, err := d.lookAtLogins(); err != nil {
			t.Fatal(err)
		}
		for _, f := range d.diagnosis.Findings {
			titles += f.Title + ": " + f.Mend + "\n"
		}
		return titles
	}
	if got := look(); got != "" {
		t.Errorf("nobody signed in: %s", got)
	}
	cache := ".aws/login/cache/"
	write(cache+file, kept(now.Add(10*time.Minute+30*time.Second)))
	write(cache+"over.json", kept(now.Add(-13*time.Hour)))
	write(cache+"other.json", `{"accessToken": "x"}`)
	if got := look(); got != "a session of aws login as "+arn+" (profile wilma, work) is in plaintext, for another 10 minutes, and can be renewed for 12 hours: aws logout --profile wilma\n" {
		t.Error(got)
	}
	write(cache+file, kept(now.Add(-2*time.Hour+30*time.Second)))
	if got := look(); !strings.Contains(got, "in plaintext, and can be renewed for up to 10 hours") {
		t.Error(got)
	}
	write("elsewhere/gone.json", kept(now))
	for _, dir := range []string{"~/elsewhere", "$HOME/elsewhere", filepath.Join(home, "elsewhere")} {
		t.Setenv("AWS_LOGIN_CACHE_DIRECTORY", dir)
		if got := look(); !strings.Contains(got, "a session of aws login for account 123456789012 is in plaintext: rm ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %s", dir, got)
		}
	}
}
