//go:build linux

package acceptance

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// canary is a secret that must not turn up.
type canary struct {
	name string
	is   *regexp.Regexp
}

func newCanary(name, secret string) canary {
	return canary{name, regexp.MustCompile(regexp.QuoteMeta(secret))}
}

// newCodeCanary is for six digits, which may be part of a longer number by
// chance.
func newCodeCanary(code string) canary {
	return canary{"the MFA code " + code, regexp.MustCompile(`(^|[^0-9A-Za-z])` + code + `($|[^0-9A-Za-z])`)}
}

// TestCanary: a secret is in the keychain, in the answer, and in the exec
// child's environment. It is nowhere else: no file, no log, no debug output, no
// command line, no other environment.
func TestCanary(t *testing.T) {
	t.Parallel()
	w, tm := bare(t, -1), newTerminal(t)
	watch := watchCommandLines(t, 3*time.Millisecond, func(line string) bool { return strings.Contains(line, w.dir) })
	canaries := []canary{newCanary("the secret access key", canaryKey), newCanary("the passphrase", passphrase), newCanary("the seed", w.aws.Device.Seed)}
	var said strings.Builder // everything on stderr
	note := func(what string, r result, code int) result {
		t.Helper()
		if r.code != code {
			t.Fatalf("%s: want exit code %d: %v", what, code, r)
		}
		fmt.Fprintf(&said, "%s: %s\n", what, r.stderr)
		return r
	}
	code := func() string {
		c := w.code()
		canaries = append(canaries, newCodeCanary(c))
		return c
	}

	// add and setup, at the terminal, with the secret typed.
	w = w.without("AWSBROKER_FILE_PASSPHRASE")
	add := w.at(tm, "add", "add", "phoebe", "--debug")
	for _, step := range [][2]string{
		{"access key id: ", canaryID}, {"(not shown): ", canaryKey},
		{"new passphrase: ", passphrase}, {"the same again: ", passphrase},
	} {
		tm.expect(step[0])
		tm.send(step[1] + "\n")
	}
	note("add", add.outcome(), 0)

	w = w.with("AWSBROKER_FILE_PASSPHRASE=" + passphrase)
	setup := w.at(tm, "setup", "setup", "admin", "--key", "phoebe", "--region", "eu-central-1", "--yes", "--debug")
	tm.expect(asking)
	setupCode := code()
	tm.send(setupCode + "\n")
	note("setup", setup.outcome(), 0)
	settled()

	// A command source, which looks around.
	w.profile("source", "phoebe", w.aws.Role.ARN(), w.aws.Device.Serial, "role_session_name = other",
		"awsbroker_mfa_process = env >"+w.path("child-env")+"; cat /proc/$$/environ >"+w.path("child-environ")+
			"; tr '\\0' ' ' </proc/$$/cmdline >"+w.path("child-cmdline")+"; sleep 2; cat "+w.path("bin/code"))

	var sessions []string
	holds := func(text string) {
		for _, key := range []string{"SecretAccessKey", "SessionToken"} {
			if m := regexp.MustCompile(`"` + key + `":"([^"]+)"`).FindStringSubmatch(text); m != nil {
				sessions = append(sessions, m[1])
				canaries = append(canaries, newCanary("the session's "+key, m[1]))
			}
		}
	}
	polluted := w.with("AWS_ACCESS_KEY_ID="+canaryID, "AWS_SECRET_ACCESS_KEY="+canaryKey, "AWS_SESSION_TOKEN=ambient")
	holds(note("login", w.runWith(code(), "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 0).stdout)
	holds(note("cached", w.run("credential-process", "--profile", "admin"), 0).stdout)
	holds(note("cached, debug", w.run("credential-process", "--profile", "admin", "--debug"), 0).stdout)
	w.write(w.path("bin/code"), code()+"\n")
	holds(note("command source", polluted.run("credential-process", "--profile", "source", "--debug"), 0).stdout)
	holds(note("export json", w.run("export", "--profile", "source", "--format", "json", "--debug"), 0).stdout)
	for _, format := range []string{"env", "fish", "powershell", "ini", "dotenv"} {
		note("export "+format, w.run("export", "--profile", "admin", "--format", format, "--debug"), 0)
	}
	child := note("exec", polluted.run("exec", "--profile", "admin", "--debug", "--", "env"), 0).stdout
	listed := note("list", w.run("list", "--debug"), 0).stdout + note("list", w.run("list", "--json", "--debug"), 0).stdout

	// Calls that fail: wrong code, wrong passphrase, AWS away, AWS's own words.
	wrong := w.wrongCodes(1)[0]
	canaries = append(canaries, newCodeCanary(wrong))
	note("logout", w.run("logout", "--all", "--debug"), 0)
	note("wrong code", w.runWith(wrong, "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 5)
	note("same code", w.runWith(wrong, "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 5)
	note("five digits", w.runWith("12345", "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 2)
	note("no terminal", w.run("credential-process", "--profile", "admin", "--debug"), 4)
	note("wrong passphrase", w.with("AWSBROKER_FILE_PASSPHRASE=not-"+passphrase).run("credential-process", "--profile", "admin", "--debug"), 7)
	note("away", w.with("AWS_ENDPOINT_URL_STS=http://127.0.0.1:1").runWith(code(), "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 6)
	w.aws.Key.Deactivate()
	note("unknown key", w.runWith(code(), "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 5)
	note("add from env", polluted.run("add", "temporary", "--from-env", "--debug"), 1)
	note("remove", w.run("remove", "phoebe", "--yes", "--debug"), 0)

	if len(sessions) < 4 || sessions[0] == sessions[len(sessions)-2] {
		t.Fatalf("these are not the sessions of two profiles: %q", sessions)
	}
	commandLines := strings.Join(watch(), "\n")
	if !strings.Contains(commandLines, "child-environ") {
		t.Error("the command source was not even seen among the command lines")
	}
	for _, c := range canaries {
		in := func(where, text string) {
			if at := c.is.FindStringIndex(text); at != nil {
				t.Errorf("%s is in %s, near %q", c.name, where, text[max(0, at[0]-80):at[0]])
			}
		}
		in("stderr", said.String())
		in("the output of list", listed)
		in("a command line", commandLines)
		for _, name := range []string{"child-env", "child-environ", "child-cmdline"} {
			in("the command source's "+name, w.read(w.path(name)))
		}
		if !strings.HasPrefix(c.name, "the session's") {
			in("the exec child's environment", child)
		}
		if !strings.HasPrefix(c.name, "the MFA code") { // typed in the light
			in("the screen", tm.screen())
		}
		for _, file := range files(t, w.dir) {
			sealed := strings.HasSuffix(file, ".sealed") // random bytes, and six digits are few
			if strings.HasPrefix(file, w.path("bin/")) || sealed && strings.HasPrefix(c.name, "the MFA code") {
				continue
			}
			in("the file "+file, w.read(file))
		}
	}
	wantExecEnvironment(t, child, sessions[0])
}

// wantExecEnvironment holds the child's environment to contract.md R18.
func wantExecEnvironment(t *testing.T, environ, secret string) {
	t.Helper()
	var aws []string
	for _, line := range strings.Split(environ, "\n") {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "AWS") {
			aws = append(aws, name)
		}
		if name == "AWS_SECRET_ACCESS_KEY" && value != secret {
			t.Error("the child has another session")
		}
	}
	for _, unwanted := range []string{"AWSBROKER_FILE_PASSPHRASE", "AWS_PROFILE"} {
		if strings.Contains(environ, unwanted+"=") {
			t.Errorf("the child has %s", unwanted)
		}
	}
	for _, wanted := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_REGION"} {
		if strings.Count("\n"+environ, "\n"+wanted+"=") != 1 {
			t.Errorf("the child does not have %s once: %v", wanted, aws)
		}
	}
}

// watchCommandLines reads the command lines of all processes over and over. What
// it returns gives those that were seen and are wanted.
func watchCommandLines(t *testing.T, every time.Duration, wanted func(line string) bool) func() []string {
	var mu sync.Mutex
	seen := map[string]bool{}
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	go func() {
		for {
			paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range paths {
				if line, err := os.ReadFile(path); err == nil && wanted(string(line)) {
					mu.Lock()
					seen[string(line)] = true
					mu.Unlock()
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(every):
			}
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Collect(maps.Keys(seen))
	}
}
