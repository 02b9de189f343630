//go:build linux

package acceptance

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// At a terminal exec stays the parent of a command with a session in its environment, and
// nobody sees a difference.

// TestChildSignals: what is typed reaches the command once, what is sent to awsbroker
// reaches it, too, and it does not outlive awsbroker.
func TestChildSignals(t *testing.T) {
	t.Parallel()
	w := serverWorld(t)
	const script = `trap 'echo interrupt' INT; trap 'echo term' TERM; trap 'echo hup' HUP; trap 'echo usr' USR1; echo ready $$ >ready; while [ ! -e go ]; do sleep 0.05; done; exit 7`
	for name, end := range map[string]struct {
		how  func(tm *machine.Terminal, j *machine.Job)
		want string
	}{
		"ctrl-c": {func(tm *machine.Terminal, _ *machine.Job) { tm.Send(machine.ControlC) }, "interrupt"},
		"term":   {func(_ *machine.Terminal, j *machine.Job) { _ = j.Cmd.Process.Signal(syscall.SIGTERM) }, "term"},
		"hup":    {func(_ *machine.Terminal, j *machine.Job) { _ = j.Cmd.Process.Signal(syscall.SIGHUP) }, "hup"},
		"usr1":   {func(_ *machine.Terminal, j *machine.Job) { _ = j.Cmd.Process.Signal(syscall.SIGUSR1) }, "usr"},
	} {
		tm := machine.NewTerminal(t)
		_, _ = os.Remove(w.Path("ready")), os.Remove(w.Path("go"))
		j := tm.Start(w.Command("env", "--default-signal", w.Bin, "exec", "--profile", "admin", "--", "sh", "-c", script))
		eventually(t, "the command runs", func() bool { _, err := os.Stat(w.Path("ready")); return err == nil })
		end.how(tm, j)
		tm.Expect(end.want)
		w.Write(w.Path("go"), "")
		if code := j.Wait(); code != 7 || tm.Count(end.want) != 1 {
			t.Errorf("%s: exit %d, %d times", name, code, tm.Count(end.want))
		}
	}
	tm := machine.NewTerminal(t)
	j := tm.Start(w.Command(w.Bin, "exec", "--profile", "admin", "--", "sleep", "1000"))
	eventually(t, "the command runs", func() bool { return len(j.Processes("sleep")) == 1 })
	_ = j.Cmd.Process.Kill()
	eventually(t, "it ends with awsbroker", func() bool { return len(j.Processes("sleep")) == 0 })
	j.Wait()
}

// TestChildStops: Ctrl-Z stops both, and fg lets both go on.
func TestChildStops(t *testing.T) {
	t.Parallel()
	w, tm := serverWorld(t), machine.NewTerminal(t)
	j := tm.Start(w.With("PS1=$ ").Command("bash", "--norc", "--noediting", "-i"))
	tm.Expect("$ ")
	tm.Send("awsbroker exec --profile admin -- cat\n")
	eventually(t, "the command runs", func() bool { return len(j.Processes("cat")) == 1 })
	for range 3 {
		tm.Send("\x1a")
		tm.Expect("Stopped")
		tm.Expect("$ ")
		tm.Send("fg\n")
		tm.Expect("exec --profile admin -- cat")
		tm.Send("hello\n")
		tm.Expect("hello\r\nhello")
	}
	tm.Send(machine.ControlD)
	tm.Expect("$ ")
	tm.Send("awsbroker exec admin -- sh -c 'echo out; exit 5' | cat; echo status ${PIPESTATUS[0]}\n")
	tm.Expect("out\r\n")
	tm.Expect("status 5")
	tm.Send("exit\n")
	j.Wait()
	if strings.Contains(tm.Screen(), "warning") {
		t.Error("it said something")
	}
}
