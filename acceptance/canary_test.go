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

	"github.com/awsbroker/awsbroker/internal/machine"
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
	w, tm := bare(t, -1), machine.NewTerminal(t)
	watch := watchCommandLines(t, 3*time.Millisecond, func(line string) bool { return strings.Contains(line, w.Dir) })
	canaries := []canary{newCanary("the secret access key", canaryKey), newCanary("the passphrase", machine.Passphrase), newCanary("the seed", w.AWS.Device.Seed)}
	var said strings.Builder // everything on stderr
	note := func(what string, r machine.Result, code int) machine.Result {
		t.Helper()
		if r.Code != code {
			t.Fatalf("%s: want exit code %d: %v", what, code, r)
		}
		fmt.Fprintf(&said, "%s: %s\n", what, r.Stderr)
		return r
	}
	code := func() string {
		c := w.Code()
		canaries = append(canaries, newCodeCanary(c))
		return c
	}

	// add and setup, at the terminal, with the secret typed.
	w = w.Without("AWSBROKER_FILE_PASSPHRASE")
	add := w.At(tm, "add", "add", "phoebe", "--debug")
	for _, step := range [][2]string{
		{"access key id: ", canaryID}, {"(not shown): ", canaryKey},
		{"new passphrase: ", machine.Passphrase}, {"repeat it: ", machine.Passphrase},
	} {
		tm.Expect(step[0])
		tm.Send(step[1] + "\n")
	}
	note("add", add.Outcome(), 0)

	w = w.With("AWSBROKER_FILE_PASSPHRASE=" + machine.Passphrase)
	setup := w.At(tm, "setup", "setup", "admin", "--key", "phoebe", "--region", "eu-central-1", "--yes", "--debug")
	tm.Expect(asking)
	setupCode := code()
	tm.Send(setupCode + "\n")
	note("setup", setup.Outcome(), 0)
	machine.Rest()

	// A command source, which looks around.
	w.Profile("source", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "role_session_name = other",
		"awsbroker_mfa_process = env >"+w.Path("child-env")+"; cat /proc/$$/environ >"+w.Path("child-environ")+
			"; tr '\\0' ' ' </proc/$$/cmdline >"+w.Path("child-cmdline")+"; sleep 2; cat "+w.Path("bin/code"))

	var sessions []string
	holds := func(text string) {
		for _, key := range []string{"SecretAccessKey", "SessionToken"} {
			if m := regexp.MustCompile(`"` + key + `":"([^"]+)"`).FindStringSubmatch(text); m != nil {
				sessions = append(sessions, m[1])
				canaries = append(canaries, newCanary("the session's "+key, m[1]))
			}
		}
	}
	polluted := w.With("AWS_ACCESS_KEY_ID="+canaryID, "AWS_SECRET_ACCESS_KEY="+canaryKey, "AWS_SESSION_TOKEN=ambient")
	holds(note("login", w.RunWith(code(), "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 0).Stdout)
	holds(note("cached", w.Run("credential-process", "--profile", "admin"), 0).Stdout)
	holds(note("cached, debug", w.Run("credential-process", "--profile", "admin", "--debug"), 0).Stdout)
	w.Write(w.Path("bin/code"), code()+"\n")
	holds(note("command source", polluted.Run("credential-process", "--profile", "source", "--debug"), 0).Stdout)
	holds(note("export json", w.Run("export", "--profile", "source", "--format", "json", "--debug"), 0).Stdout)
	for _, format := range []string{"env", "fish", "powershell", "ini", "dotenv"} {
		note("export "+format, w.Run("export", "--profile", "admin", "--format", format, "--debug"), 0)
	}
	child := note("exec", polluted.Run("exec", "--profile", "admin", "--debug", "--", "env"), 0).Stdout
	listed := note("list", w.Run("list", "--debug"), 0).Stdout + note("list", w.Run("list", "--json", "--debug"), 0).Stdout

	// Calls that fail: wrong code, wrong passphrase, AWS away, AWS's own words.
	wrong := w.wrongCodes(1)[0]
	canaries = append(canaries, newCodeCanary(wrong))
	note("logout", w.Run("logout", "--all", "--debug"), 0)
	note("wrong code", w.RunWith(wrong, "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 5)
	note("same code", w.RunWith(wrong, "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 5)
	note("five digits", w.RunWith("12345", "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 2)
	note("no terminal", w.Run("credential-process", "--profile", "admin", "--debug"), 4)
	note("wrong passphrase", w.With("AWSBROKER_FILE_PASSPHRASE=not-"+machine.Passphrase).Run("credential-process", "--profile", "admin", "--debug"), 7)
	note("away", w.With("AWS_ENDPOINT_URL_STS=http://127.0.0.1:1").RunWith(code(), "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 6)
	w.AWS.Key.Deactivate()
	note("unknown key", w.RunWith(code(), "login", "--profile", "admin", "--mfa-code", "-", "--debug"), 5)
	note("add from env", polluted.Run("add", "temporary", "--from-env", "--debug"), 1)
	note("remove", w.Run("remove", "phoebe", "--yes", "--debug"), 0)

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
			in("the command source's "+name, w.Read(w.Path(name)))
		}
		if !strings.HasPrefix(c.name, "the session's") {
			in("the exec child's environment", child)
		}
		if !strings.HasPrefix(c.name, "the MFA code") { // typed in the light
			in("the screen", tm.Screen())
		}
		for _, file := range files(t, w.Dir) {
			sealed := strings.HasSuffix(file, ".sealed") // random bytes, and six digits are few
			if strings.HasPrefix(file, w.Path("bin/")) || sealed && strings.HasPrefix(c.name, "the MFA code") {
				continue
			}
			in("the file "+file, w.Read(file))
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
