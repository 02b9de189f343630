//go:build linux

package acceptance

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestQuestionEnds: however a question is ended from outside, nothing of it
// stays: no process, no lock, and a terminal as it was.
func TestQuestionEnds(t *testing.T) {
	t.Parallel()
	signalled := func(s syscall.Signal) func(*machine.Terminal, *machine.Job) {
		return func(_ *machine.Terminal, j *machine.Job) {
			for _, pid := range j.Processes("awsbroker") {
				_ = syscall.Kill(pid, s)
			}
		}
	}
	ends := map[string]func(*machine.Terminal, *machine.Job){
		"ctrl-c":  func(tm *machine.Terminal, _ *machine.Job) { tm.Send(machine.ControlC) },
		"sigint":  signalled(syscall.SIGINT),
		"sigterm": signalled(syscall.SIGTERM),
		"sighup":  signalled(syscall.SIGHUP),
		"sigkill": signalled(syscall.SIGKILL),
		"hangup":  func(tm *machine.Terminal, _ *machine.Job) { tm.HangUp() },
		"parent killed": func(_ *machine.Terminal, j *machine.Job) {
			for _, pid := range j.Processes("dash") {
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
				w, tm := newWorld(t), machine.NewTerminal(t)
				// The parent is no session leader, for whom the kernel would clean up, but a
				// job of a shell that gets the terminal back.
				j := tm.Start(w.Command("bash", "--norc", "-i", "-c", "set -m; dash -c '"+w.Bin+" "+line+"; true'; sleep 100"))
				tm.Expect(asking)
				how(tm, j)
				ended := time.Now()
				eventually(t, "it ended", func() bool { return len(j.Processes("awsbroker")) == 0 })
				if took := time.Since(ended); took > 3*time.Second {
					t.Errorf("it lived on for %s", took)
				}
				if end != "hangup" && !tm.Echoes() {
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
	w, tm := newWorld(t), machine.NewTerminal(t)
	j := tm.Start(w.With("PS1=$ ").Command("bash", "--norc", "--noediting", "-i"))
	tm.Expect("$ ")
	tm.Send("awsbroker mfa seed --profile admin\n")
	for range 2 {
		tm.Expect("seed of ")
		eventually(t, "nothing is shown", func() bool { return !tm.Echoes() })
		tm.Send(controlZ)
		tm.Expect("Stopped")
		tm.Expect("$ ")
		eventually(t, "the shell shows what is typed", tm.Echoes)
		tm.Send("fg\n")
	}
	eventually(t, "nothing is shown", func() bool { return !tm.Echoes() })
	tm.Send("not a seed, but nobody's business\n")
	tm.Expect("that is not a seed")
	tm.Expect("$ ")
	if strings.Contains(tm.Screen(), "business") {
		t.Error("what was typed is on the screen")
	}
	eventually(t, "the shell shows what is typed", tm.Echoes)
	tm.Send("exit\n")
	j.Wait()
}
