//go:build linux

package acceptance

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// initialised are the packages that a run initialised.
func (w *world) initialised(args ...string) []string {
	w.t.Helper()
	r := w.With("GODEBUG=inittrace=1").Run(args...)
	var names []string
	for _, line := range regexp.MustCompile(`(?m)^init (\S+) @`).FindAllStringSubmatch(r.Stderr, -1) {
		names = append(names, line[1])
	}
	return names
}

// early reports whether a call was answered by package early.
func (w *world) early(args ...string) bool {
	w.t.Helper()
	return !slices.Contains(w.initialised(args...), "unicode")
}

// beforeEarly are the packages that may be initialised before a cached answer
// is given. Most are those of Go's os package, which every program has.
var beforeEarly = []string{
	"internal/bytealg", "internal/runtime/gc/scan", "runtime", "math", "errors", "iter", "sync", "internal/godebug", "syscall",
	"time", "internal/poll", "io/fs", "os", "internal/cpu", "internal/syscall/unix", "internal/oserror", "internal/syscall/execenv",

	// What imports no more than package os does, and comes first by its path.
	"crypto/internal/fips140deps/cpu", "crypto/internal/fips140deps/time", "encoding/base32", "encoding/base64", "crypto",
	"hash/crc32", "context", "github.com/aws/aws-sdk-go-v2/internal/sdk", "github.com/aws/aws-sdk-go-v2/internal/timeouts",

	"github.com/awsbroker/awsbroker/internal/grant", // two errors
}

// TestEarlyInitialisesLittle: a package more is felt by whoever runs an AWS
// tool. Package layers holds which ones may be imported; this is what a linked
// program makes of that.
func TestEarlyInitialisesLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	warm(t, w)
	for _, args := range [][]string{
		{"credential-process", "--profile", "admin"}, {"export", "--profile", "admin"}, {"exec", "--profile", "admin", "--", "true"},
	} {
		names := w.initialised(args...)
		if len(names) == 0 {
			t.Fatalf("%v: no trace", args)
		}
		for _, name := range names {
			if !slices.Contains(beforeEarly, name) {
				t.Errorf("%v: %s is initialised before the answer", args, name)
			}
		}
	}
}

// TestEarlyGivesWhatMainGives: a flag before the command is nothing that
// package early knows, and main gives the same.
func TestEarlyGivesWhatMainGives(t *testing.T) {
	t.Parallel()
	w := newWorld(t).With("AWS_SECRET_ACCESS_KEY=other", "AWS_CONTAINER_X=y", "AWS_REGION=eu-west-3", "Z=a=b", "PATH=/usr/local/bin:/usr/bin:/bin", "AWS_PROFILE=admin")
	w.Write(w.Path("plain"), "echo \"$0 $*\"\n") // a script without #!
	w.Chmod(0o700, w.Path("plain"))
	for _, name := range []string{"mc", "s3", "terraform"} { // main has a word about two of them, and serves the third
		w.Write(w.Path(name), "#!/bin/sh\necho ${AWS_ACCESS_KEY_ID:+variables}\n")
		w.Chmod(0o700, w.Path(name))
	}
	warm(t, w)
	for _, args := range [][]string{
		{"credential-process", "--profile", "admin"},
		{"export"}, {"export", "--format", "env"}, {"export", "--format=fish", "--profile=admin"}, {"export", "--format", "powershell"},
		{"export", "--format", "dotenv"}, {"export", "--format", "ini"}, {"export", "--format", "json"}, {"export", "--format", "other"},
		{"exec", "cat", "/proc/self/environ"}, {"exec", "admin", "cat", "/proc/self/environ"}, {"exec", "--", "cat", "/proc/self/environ"}, {"exec", "admin", "--", "cat", "/proc/self/environ"},
		{"exec", "--profile", "admin", "cat", "/proc/self/cmdline", "--", "--profile", "x", ""},
		{"exec", "--", "cat", "/proc/self/limits"}, {"exec", "--", "ls", "/proc/self/fd"},
		{"exec", "--", "grep", "-E", "^(Sig[^Q]|Shd|Cap|NoNewPrivs|Seccomp|Groups)", "/proc/self/status"},
		{"exec", "--", "sh", "-c", "umask; pwd; ulimit -a; readlink /proc/self/exe; echo complaint >&2; exit 7"},
		{"exec", "--", "sh", "-c", "kill -TERM $$"}, {"exec", "--", "sh", "-c", "kill -PIPE $$"},
		{"exec", "--", w.Path("plain"), "a", "b c"}, {"exec", "--", w.Path("mc")}, {"exec", "--env", "--", w.Path("s3")}, {"exec", "--", w.Path("terraform")},
		{"exec", "--", "no-such-command"}, {"exec", "--", "/etc"}, {"exec", "--", "/etc/hostname"}, {"exec", "--profile", "other", "true"},
	} {
		script := "umask 027; trap '' HUP; exec \"$@\""
		run := func(before ...string) machine.Result {
			argv := slices.Concat([]string{"-c", script, "sh", w.Bin}, before, args)
			r := w.Finish(w.Command("/bin/sh", argv...))
			r.Took = 0
			return r
		}
		if early, main := run(), run("--prompt", "none"); early != main {
			t.Errorf("%v\nearly: %v\nmain:  %v", args, early, main)
		}
	}
	if !w.early("exec", "--", "cat", "/proc/self/environ") || !w.early("exec", "admin", "cat", "/proc/self/environ") || !w.early("export", "--format=fish") {
		t.Error("nothing was answered early")
	}
	w.wantAssumed(1)
	w.wantLogged("exec", "export", "credential-process")
}

// wantLogged holds that what was given early is in the log as it is when main
// gives it, but for the time and the process.
func (w *world) wantLogged(commands ...string) {
	w.t.Helper()
	varies := regexp.MustCompile(`"(time|pid|program)":[^,]*,`)
	log := varies.ReplaceAllString(w.Read(w.Path("home/.local/state/awsbroker/log")), "")
	for _, command := range commands {
		lines := map[string]int{}
		for _, line := range strings.Split(log, "\n") {
			if strings.Contains(line, fmt.Sprintf("%q:%q", "command", command)) {
				lines[line]++
			}
		}
		if len(lines) != 1 {
			w.t.Errorf("%s: %v", command, lines)
		}
	}
}

// TestEarlyIsNotForAll: what main has more to say or to ask about is left to it.
func TestEarlyIsNotForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	warm(t, w)
	yes := []string{"exec", "--profile", "admin", "--", "true"}
	if !w.early(yes...) {
		t.Fatal("it is not answered early at all")
	}
	for name, w := range map[string]*world{
		"the log is off in other letters": w.With("AWSBROKER_LOG=Off"),
		"in a helper":                     w.With("_AWSBROKER_PROFILE_CHAIN=x"),
		"another region":                  w.With("AWS_REGION=eu-west-3"),
		"another home":                    w.With("HOME=" + w.Path("elsewhere")),
		"a file that is relative":         w.With("AWS_CONFIG_FILE=home/.aws/config"),
		"another config":                  w.With("AWS_CONFIG_FILE=" + w.Path("other")),
		"a relative PATH":                 w.With("PATH=:/usr/bin:/bin"),
		"no PATH":                         w.With("PATH="),
	} {
		if w.early(yes...) {
			t.Errorf("%s: answered early", name)
		}
	}
	for name, change := range map[string]func(){
		"log out":                 func() { w.Run("logout", "--profile", "admin") },
		"the sealed file is gone": func() { w.Sh("rm home/.cache/awsbroker/sessions/*.sealed") },
		"the config is edited":    func() { w.Sh("echo >>home/.aws/config") },
		"a setting is misspelt":   func() { w.Sh("echo awsbroker_confrim = true >>home/.aws/config") },
		"a yes is needed":         func() { w.Sh("sed -i 's/confrim/confirm/' home/.aws/config") },
	} {
		w.Sh("cp home/.aws/config saved")
		change()
		if w.early(yes...) {
			t.Errorf("%s: answered early", name)
		}
		w.Sh("cp saved home/.aws/config")
		warm(t, w)
		if !w.early(yes...) {
			t.Errorf("after %s: not answered early again", name)
		}
	}
}

// TestSealedFilesAnswer: where the kernel keeps no answer, as for paths that
// depend on more than a few variables, the sealed files have one before main.
func TestSealedFilesAnswer(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		skip(t, "there is no strace")
	}
	w := newWorld(t).With("AWS_CONFIG_FILE=~/.aws/config")
	warm(t, w)
	trace := w.Path("trace")
	r := w.Finish(w.Command("strace", "-f", "-o", trace, w.Bin, "credential-process", "--profile", "admin"))
	wantAnswer(t, r)
	calls := w.Read(trace)
	if !regexp.MustCompile(`open(at)?\(.*\.sealed`).MatchString(calls) || strings.Contains(calls, "open(.*aws/config") {
		t.Errorf("the answer is not from the sealed files:\n%s", calls)
	}
}
