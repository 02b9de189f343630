//go:build linux

package acceptance

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestQuestionEnds: however a question is ended from outside, nothing of it
// stays: no process, no lock, and a terminal as it was.
func TestQuestionEnds(t *testing.T) {
	t.Parallel()
	signalled := func(s syscall.Signal) func(*terminal, *job) {
		return func(_ *terminal, j *job) {
			for _, pid := range j.processes("awsbroker") {
				_ = syscall.Kill(pid, s)
			}
		}
	}
	ends := map[string]func(*terminal, *job){
		"ctrl-c":  func(tm *terminal, _ *job) { tm.send(controlC) },
		"sigint":  signalled(syscall.SIGINT),
		"sigterm": signalled(syscall.SIGTERM),
		"sighup":  signalled(syscall.SIGHUP),
		"sigkill": signalled(syscall.SIGKILL),
		"hangup":  func(tm *terminal, _ *job) { tm.hangUp() },
		"parent killed": func(_ *terminal, j *job) {
			for _, pid := range j.processes("dash") {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		},
	}
	commands := map[string]string{
		"credential-process": "credential-process --profile admin | cat >out",
		"login":              "login --profile admin",
		"exec":               "exec --profile admin -- sleep 100",
		"exec --server":      "exec --server --profile admin -- sleep 100",
	}
	for command, line := range commands {
		for end, how := range ends {
			t.Run(command+", "+end, func(t *testing.T) {
				t.Parallel()
				w, tm := newWorld(t), newTerminal(t)
				// The parent is no session leader, for whom the kernel would clean up, but a
				// job of a shell that gets the terminal back.
				j := tm.start(w.command("bash", "--norc", "-i", "-c", "set -m; dash -c '"+w.bin+" "+line+"; true'; sleep 100"))
				tm.expect(asking)
				how(tm, j)
				ended := time.Now()
				eventually(t, "it ended", func() bool { return len(j.processes("awsbroker")) == 0 })
				if took := time.Since(ended); took > 3*time.Second {
					t.Errorf("it lived on for %s", took)
				}
				if end != "hangup" && !tm.echoes() {
					t.Error("the terminal shows nothing any more")
				}
				wantLocksFree(t, w)
				w.noServer()
			})
		}
	}
}

// TestHiddenQuestionGoesOn: a secret is not shown either where the person
// stopped the question (Ctrl-Z) and came back to it. bash gives the terminal to
// a job as bash itself has it.
func TestHiddenQuestionGoesOn(t *testing.T) {
	t.Parallel()
	const controlZ = "\x1a"
	w, tm := newWorld(t), newTerminal(t)
	j := tm.start(w.with("PS1=$ ").command("bash", "--norc", "--noediting", "-i"))
	tm.expect("$ ")
	tm.send("awsbroker mfa seed --profile admin\n")
	for range 2 {
		tm.expect("seed of ")
		eventually(t, "nothing is shown", func() bool { return !tm.echoes() })
		tm.send(controlZ)
		tm.expect("Stopped")
		tm.expect("$ ")
		eventually(t, "the shell shows what is typed", tm.echoes)
		tm.send("fg\n")
	}
	eventually(t, "nothing is shown", func() bool { return !tm.echoes() })
	tm.send("not a seed, but nobody's business\n")
	tm.expect("that is not a seed")
	tm.expect("$ ")
	if strings.Contains(tm.screen(), "business") {
		t.Error("what was typed is on the screen")
	}
	eventually(t, "the shell shows what is typed", tm.echoes)
	tm.send("exit\n")
	j.wait()
}
