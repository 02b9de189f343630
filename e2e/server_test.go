package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// server is a command line under exec --server.
func server(argv ...string) []string {
	return append([]string{program("awsbroker"), "exec", "--server", "--profile", "admin", "--"}, argv...)
}

// Every client takes its session from the server, whatever else it finds.
func TestServer(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		sameRole(t, w, "server", server(c.identity(w, "")...)...)
		sameRole(t, w.With(dirty...), "server, dirty", server(c.identity(w, "")...)...)
		sameRole(t, w, "another way in", server(c.identity(w, "admin")...)...)
	})
}

// A default profile that has credentials would win over the server everywhere
// (contract.md R19).
func TestServerShadowed(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		for _, shadow := range []struct{ name, config, credentials string }{
			{"keys in the credentials file", "", "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = stale\n"},
			{"keys in the config file", "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = stale\n", ""},
			{"credential_process", "[default]\ncredential_process = /bin/false\n", ""},
			{"role", "[default]\nrole_arn = arn:aws:iam::123456789012:role/other\nsource_profile = ghost\n[profile ghost]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = stale\n", ""},
		} {
			w := newSetUpWorld(t)
			w.write(".aws/config", shadow.config+w.config(), 0o600)
			if shadow.credentials != "" {
				w.write(".aws/credentials", shadow.credentials, 0o600)
			}
			before := w.assumeRoles()
			r := w.run(server(c.identity(w, "")...)...)
			if r.Code != 0 || strings.TrimSpace(r.Stdout) != assumedRole || strings.Count(r.Stderr, "awsbroker: ") != 1 {
				t.Errorf("%s: ended with %d:\n%s%s", shadow.name, r.Code, r.Stdout, r.Stderr)
			}
			r = w.run(server(c.identity(w, "admin")...)...) // through the copy of the config file
			if r.Code != 0 || strings.TrimSpace(r.Stdout) != assumedRole {
				t.Errorf("%s, other profile: ended with %d:\n%s%s", shadow.name, r.Code, r.Stdout, r.Stderr)
			}
			if n := w.assumeRoles() - before; n != 0 {
				t.Errorf("%s: %d AssumeRole calls", shadow.name, n)
			}
		}
	})
}

// longRunners are the programs that run for longer than a session. The Go SDK
// and boto3 keep one client; each run of the others is a program of its own.
var longRunners = []*client{goSDK, boto3Debian, awsCLI2, jsSDK}

// longRun is a command line that runs them all, side by side, for so many
// seconds. What each prints is in the file of its name.
func longRun(w *world, seconds int) []string {
	n := fmt.Sprint(seconds)
	loop := "end=$(($(date +%s) + " + n + ")); while [ $(date +%s) -lt $end ]; do %s || exit 1; sleep 0.5; done"
	lines := map[*client]string{
		goSDK:       words(program("gosdk"), "-times", n, "-every", "1s"),
		boto3Debian: words(append(boto3Identity("/usr/bin/python3", ""), "--times", n, "--every", "1")...),
		awsCLI2:     strings.Replace(loop, "%s ||", words(awsCLI2.identity(w, "")...)+" ||", 1),
		jsSDK:       strings.Replace(loop, "%s ||", words(jsSDK.identity(w, "")...)+" ||", 1),
	}
	script := "#!/bin/sh\n"
	for _, c := range longRunners {
		script += "( " + lines[c] + " ) >" + c.name + ".printed 2>&1 &\n"
	}
	return []string{w.write("bin/long-run", script+"wait\n", 0o700)}
}

func words(argv ...string) string { return "'" + strings.Join(argv, "' '") + "'" }

// checkLongRun checks that each printed who it is, and never anybody else.
func checkLongRun(t *testing.T, w *world, atLeast int) {
	t.Helper()
	for _, c := range longRunners {
		text, err := os.ReadFile(filepath.Join(w.Home, c.name+".printed"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), assumedRole+"\n"); n < atLeast || n*len(assumedRole+"\n") != len(text) {
			t.Errorf("%s printed:\n%s", c.name, text)
		}
	}
}

// Programs under exec --server run across three sessions and more, which come
// silently where an MFA session is there. Sessions live 8 seconds here, and are
// renewed after half of that.
func TestServerRenewsSilently(t *testing.T) {
	for _, c := range longRunners {
		c.need(t)
	}
	t.Parallel()
	w := newSetUpWorld(t)
	w.extend("awsbroker_mfa_session = 8h")
	w.login()
	w.AWS.Server.SetSessionLife(8 * time.Second)
	w.extend("awsbroker_duration_seconds = 900") // another role session, which is not there yet
	before := w.assumeRoles()
	if r := w.ok(server(longRun(w, 28)...)...); r.Stderr != "" {
		t.Errorf("on stderr: %s", r.Stderr)
	}
	checkLongRun(t, w, 3)
	if n := w.assumeRoles() - before; n < 4 || n > 12 {
		t.Errorf("%d sessions", n)
	}
	if calls, repeated := w.AWS.Server.Calls("GetSessionToken"), len(w.AWS.Server.RepeatedCodes()); len(calls) != 1 || repeated != 0 {
		t.Errorf("%d MFA sessions, %d codes sent twice", len(calls), repeated)
	}
}

// Without an MFA session the server cannot ask, here. It says so once a
// session, and a login elsewhere is enough. Sessions live 16 seconds.
func TestServerTakesLogin(t *testing.T) {
	for _, c := range longRunners {
		c.need(t)
	}
	t.Parallel()
	w := newSetUpWorld(t)
	w.extend("awsbroker_min_ttl = 8s")
	w.AWS.Server.SetSessionLife(16 * time.Second)
	w.login()
	before := w.assumeRoles()
	said := filepath.Join(w.Home, "said")
	ended, logins := make(chan struct{}), make(chan int)
	go func() { logins <- w.loginWhenTold(said, ended) }()
	r := w.run(append([]string{"/bin/sh", "-c", `exec "$@" 2>"$0"`, said}, server(longRun(w, 34)...)...)...)
	close(ended)
	n := <-logins
	if r.Code != 0 {
		t.Errorf("it ended with %d", r.Code)
	}
	checkLongRun(t, w, 5)
	if n < 3 || w.assumeRoles()-before != n {
		t.Errorf("%d sessions for %d logins", w.assumeRoles()-before, n)
	}
}

// loginWhenTold logs in each time that the file says that it is needed, and
// returns how often that was.
func (w *world) loginWhenTold(said string, ended <-chan struct{}) (logins int) {
	for {
		select {
		case <-ended:
			return logins
		case <-time.After(50 * time.Millisecond):
		}
		text, _ := os.ReadFile(said)
		if strings.Count(string(text), "in another terminal run: awsbroker login --profile admin\n") > logins {
			if r := w.run(w.loginCommand()...); r.Code != 0 {
				w.t.Errorf("login ended with %d: %s", r.Code, r.Stderr)
			}
			logins++
		}
	}
}

func (w *world) login() {
	w.t.Helper()
	w.ok(w.loginCommand()...)
}

func (w *world) loginCommand() []string {
	return []string{program("awsbroker"), "login", "--profile", "admin", "--mfa-code", w.Code()}
}
