//go:build linux

package acceptance

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestUnderWatch: watch(1) leaves a terminal on which Enter is a carriage return and
// nothing is shown. A question there takes a code, and an end.
func TestUnderWatch(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"watch", "timeout"} {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, "there is no "+program)
		}
	}
	for name, keys := range map[string]string{"code": "", "Ctrl-D": machine.ControlD} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, tm := newWorld(t), machine.NewTerminal(t)
			tm.Resize(24, 100)
			script := w.Bin + " login --profile admin 2>" + w.Path("said") + "; echo $? >" + w.Path("code.new") + "; mv " + w.Path("code.new") + " " + w.Path("code") + "; sleep 60"
			cmd := w.Command("watch", script)
			cmd.Env = append(cmd.Env, "TERM=xterm")
			tm.Start(cmd)
			tm.Expect(asking)
			before := terminalMode(t, tm)
			if before.Lflag&unix.ICANON == 0 {
				t.Error("the question is not asked in a mode of its own")
			}
			if keys == "" {
				keys = w.Code() + "\r"
			}
			tm.Send(keys)
			eventually(t, "the question to end", func() bool { _, err := os.Stat(w.Path("code")); return err == nil })
			want := map[string]string{"code": "0\n", "Ctrl-D": "4\n"}[name]
			if got := w.Read(w.Path("code")); got != want {
				t.Errorf("exit code %q, want %q: %s", got, want, w.Read(w.Path("said")))
			}
			if m := terminalMode(t, tm); m.Lflag&(unix.ICANON|unix.ECHO) != 0 || m.Iflag&unix.ICRNL != 0 {
				t.Error("watch's own mode is gone")
			}
		})
	}
}

// TestUnderTimeout: timeout(1) puts its command in the background, where it cannot
// ask. It is told at once, and with what timeout can do about it, it asks.
func TestUnderTimeout(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("timeout"); err != nil {
		skip(t, "there is no timeout")
	}
	w, tm := newWorld(t), machine.NewTerminal(t)
	job := tm.Start(w.Command("/bin/sh", "-c", "timeout 60 "+w.Bin+" login --profile admin; exit $?"))
	tm.Expect("timeout runs its command in the background, where awsbroker cannot ask; write: timeout --foreground")
	tm.Expect("awsbroker login --profile admin")
	if r := job.WaitWithin(10 * time.Second); r.Code != 4 {
		t.Errorf("exit code %d", r.Code)
	}
	job = tm.Start(w.Command("/bin/sh", "-c", "timeout --foreground 60 "+w.Bin+" login --profile admin; exit $?"))
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	if r := job.WaitWithin(machine.Patience); r.Code != 0 {
		t.Errorf("exit code %d", r.Code)
	}
	job = tm.Start(w.Command("/bin/sh", "-c", "set -m; "+w.Bin+" --prompt terminal login --profile admin & wait $!"))
	if said := tm.Expect("run it without &"); strings.Contains(said, "timeout") {
		t.Error(said)
	}
	job.Wait()
}

func terminalMode(t *testing.T, tm *machine.Terminal) *unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(tm.Slave.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
