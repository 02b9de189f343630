//go:build linux

package acceptance

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestCancelledExecRunsNothing: Ctrl-C at the question, with an old session
// still good, is a no to the command.
func TestCancelledExecRunsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AWS.Server.SetSessionLife(30 * time.Second)
	w.Login("admin")
	time.Sleep(16 * time.Second) // less than half is left, but it is still good
	w.AWS.Server.SetSessionLife(0)
	tm := machine.NewTerminal(t)
	c := w.At(tm, "run", "exec", "--profile", "admin", "--", "touch", w.Path("ran"))
	tm.Expect(asking)
	tm.Send(machine.ControlC)
	if r := c.Outcome(); r.Code != 4 {
		t.Error(r)
	}
	if _, err := os.Stat(w.Path("ran")); err == nil {
		t.Error("the command ran after Ctrl-C")
	}
	// The same with a code that was typed before: AWS answers slowly.
	w.Run("logout", "--all")
	if err := w.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultDelay, Delay: 2 * time.Second}); err != nil {
		t.Fatal(err)
	}
	c = w.At(tm, "run2", "exec", "--profile", "admin", "--", "touch", w.Path("ran"))
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	eventually(t, "AWS is asked", func() bool { return w.assumed() == 2 })
	tm.Send(machine.ControlC)
	if r := c.Outcome(); r.Code != 4 {
		t.Error(r)
	}
	if _, err := os.Stat(w.Path("ran")); err == nil {
		t.Error("the command ran after Ctrl-C")
	}
	wantAnswer(t, w.Run("credential-process", "--profile", "admin")) // the code was not wasted
}

// TestSilentCallIsCancelled: nobody's code is at stake, so Ctrl-C is at once.
func TestSilentCallIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(w.Path("home/.aws/config"), "[profile user]\nregion = eu-central-1\nawsbroker_key = phoebe\n")
	if err := w.AWS.Server.AddFault(fakeaws.Fault{Action: "GetSessionToken", Kind: fakeaws.FaultHang, Times: -1}); err != nil {
		t.Fatal(err)
	}
	tm := machine.NewTerminal(t)
	c := w.At(tm, "run", "login", "--profile", "user")
	eventually(t, "AWS is asked", func() bool { return len(w.AWS.Server.Calls("GetSessionToken")) == 1 })
	tm.Send(machine.ControlC)
	if r := c.OutcomeWithin(10 * time.Second); r.Code != 4 || !strings.Contains(r.Stderr, "cancelled") {
		t.Error(r)
	}
}

// TestTwoQuestionsOfOurs: a yes-or-no question and one for a code do not stand
// on the screen together.
func TestTwoQuestionsOfOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tm := machine.NewTerminal(t)
	job := tm.Start(w.Command("/bin/sh", "-c", "awsbroker remove phoebe & sleep 0.5; awsbroker login --profile admin; wait"))
	tm.Expect("Remove it? [y/N] ")
	tm.Expect("waiting for process")
	tm.Send("n\n")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	if code := job.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	w.wantAssumed(1)
}

// TestControlBackslash: what quits a program does not leave its terminal mute.
func TestControlBackslash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tm := machine.NewTerminal(t)
	c := w.At(tm, "run", "add", "zoe", "--offline")
	tm.Expect("access key id: ")
	tm.Send("AKIAZOEZOEZOEZOE2345\n")
	tm.Expect("secret access key")
	tm.Send("\x1c")
	if r := c.Outcome(); r.Code != 4 || strings.Contains(r.Stderr, "goroutine") {
		t.Error(r)
	}
	if !tm.Echoes() {
		t.Error("the terminal does not show what is typed")
	}
}

// TestCommandLeavesNothingBehind: what an MFA command started at a terminal
// ends with it.
func TestCommandLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Profile("slow", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "awsbroker_mfa_process = sleep 77; echo 123456")
	tm := machine.NewTerminal(t)
	c := w.At(tm, "run", "credential-process", "--profile", "slow")
	eventually(t, "the command runs", func() bool { return len(c.Job.Processes("sleep")) == 1 })
	if err := syscall.Kill(c.Job.Cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, c.Outcome(), 4, "cancelled")
	eventually(t, "nothing is left", func() bool { return len(c.Job.Processes("")) == 0 })
}

// TestHelperOfTheSameDevice: a command for the code that needs a code itself
// is told so, and not left to wait for its own parent.
func TestHelperOfTheSameDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Profile("broken", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial,
		"awsbroker_mfa_process = "+w.Bin+" export --profile admin >/dev/null && echo 123456")
	r := w.Run("credential-process", "--profile", "broken")
	wantFailure(t, r, 4, "needs an MFA code of the same device")
	if r.Took > 10*time.Second {
		t.Errorf("took %s", r.Took)
	}
}

// TestCodeFromStdinLeavesTheRest for the command.
func TestCodeFromStdinLeavesTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.RunWith(w.Code()+"\nline two\nline three\n", "exec", "--profile", "admin", "--mfa-code", "-", "--", "cat")
	if r.Code != 0 || r.Stdout != "line two\nline three\n" {
		t.Error(r)
	}
}

// TestPassphraseThenOthersCode: who typed a passphrase, and then waits for
// another run's code, does not keep that one from the terminal.
func TestPassphraseThenOthersCode(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	// Its record does not know the key: it opens the keychain first of all.
	other := "XDG_STATE_HOME=" + w.Path("other") + " AWSBROKER_FILE_PASSPHRASE="
	run := " " + w.Bin + " credential-process --profile admin "
	j := tm.Start(w.Command("/bin/sh", "-c", other+run+">one.out 2>one.err & until test -e go; do sleep 0.05; done; "+
		run+"--debug >two.out 2>two.err & wait"))
	tm.Expect("passphrase of the encrypted file in ")
	w.Write(w.Path("go"), "")
	eventually(t, "the other has the device to itself", func() bool {
		said, _ := os.ReadFile(w.Path("two.err"))
		return strings.Contains(string(said), "keychain: ")
	})
	tm.Send(machine.Passphrase + "\n")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	j.Wait()
	for _, name := range []string{"one", "two"} {
		wantAnswer(t, machine.Result{Stdout: w.Read(w.Path(name + ".out"))})
	}
	w.wantAssumed(1)
}
