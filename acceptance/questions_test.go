//go:build linux

package acceptance

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// TestCancelledExecRunsNothing: Ctrl-C at the question, with an old session
// still good, is a no to the command.
func TestCancelledExecRunsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.aws.Server.SetSessionLife(30 * time.Second)
	w.login("admin")
	time.Sleep(16 * time.Second) // less than half is left, but it is still good
	w.aws.Server.SetSessionLife(0)
	tm := newTerminal(t)
	c := w.at(tm, "run", "exec", "--profile", "admin", "--", "touch", w.path("ran"))
	tm.expect(asking)
	tm.send(controlC)
	if r := c.outcome(); r.code != 4 {
		t.Error(r)
	}
	if _, err := os.Stat(w.path("ran")); err == nil {
		t.Error("the command ran after Ctrl-C")
	}
	// The same with a code that was typed before: AWS answers slowly.
	w.run("logout", "--all")
	if err := w.aws.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: fakeaws.FaultDelay, Delay: 2 * time.Second}); err != nil {
		t.Fatal(err)
	}
	c = w.at(tm, "run2", "exec", "--profile", "admin", "--", "touch", w.path("ran"))
	tm.expect(asking)
	tm.send(w.code() + "\n")
	eventually(t, "AWS is asked", func() bool { return w.assumed() == 2 })
	tm.send(controlC)
	if r := c.outcome(); r.code != 4 {
		t.Error(r)
	}
	if _, err := os.Stat(w.path("ran")); err == nil {
		t.Error("the command ran after Ctrl-C")
	}
	wantAnswer(t, w.run("credential-process", "--profile", "admin")) // the code was not wasted
}

// TestSilentCallIsCancelled: nobody's code is at stake, so Ctrl-C is at once.
func TestSilentCallIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(w.path("home/.aws/config"), "[profile user]\nregion = eu-central-1\nawsbroker_key = phoebe\n")
	if err := w.aws.Server.AddFault(fakeaws.Fault{Action: "GetSessionToken", Kind: fakeaws.FaultHang, Times: -1}); err != nil {
		t.Fatal(err)
	}
	tm := newTerminal(t)
	c := w.at(tm, "run", "login", "--profile", "user")
	eventually(t, "AWS is asked", func() bool { return len(w.aws.Server.Calls("GetSessionToken")) == 1 })
	tm.send(controlC)
	if r := c.outcomeWithin(10 * time.Second); r.code != 4 || !strings.Contains(r.stderr, "cancelled") {
		t.Error(r)
	}
}

// TestTwoQuestionsOfOurs: a yes-or-no question and one for a code do not stand
// on the screen together.
func TestTwoQuestionsOfOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tm := newTerminal(t)
	job := tm.start(w.command("/bin/sh", "-c", "awsbroker remove phoebe & sleep 0.5; awsbroker login --profile admin; wait"))
	tm.expect("remove it? [y/N] ")
	tm.expect("waiting for process")
	tm.send("n\n")
	tm.expect(asking)
	tm.send(w.code() + "\n")
	if code := job.wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	w.wantAssumed(1)
}

// TestControlBackslash: what quits a program does not leave its terminal mute.
func TestControlBackslash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tm := newTerminal(t)
	c := w.at(tm, "run", "add", "zoe", "--offline")
	tm.expect("access key id: ")
	tm.send("AKIAZOEZOEZOEZOE2345\n")
	tm.expect("secret access key")
	tm.send("\x1c")
	if r := c.outcome(); r.code != 4 || strings.Contains(r.stderr, "goroutine") {
		t.Error(r)
	}
	if !tm.echoes() {
		t.Error("the terminal does not show what is typed")
	}
}

// TestCommandLeavesNothingBehind: what an MFA command started at a terminal
// ends with it.
func TestCommandLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile("slow", "phoebe", w.aws.Role.ARN(), w.aws.Device.Serial, "awsbroker_mfa_process = sleep 77; echo 123456")
	tm := newTerminal(t)
	c := w.at(tm, "run", "credential-process", "--profile", "slow")
	eventually(t, "the command runs", func() bool { return len(c.processes("sleep")) == 1 })
	if err := syscall.Kill(c.cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, c.outcome(), 4, "cancelled")
	eventually(t, "nothing is left", func() bool { return len(c.processes("")) == 0 })
}

// TestHelperOfTheSameDevice: a command for the code that needs a code itself
// is told so, and not left to wait for its own parent.
func TestHelperOfTheSameDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile("broken", "phoebe", w.aws.Role.ARN(), w.aws.Device.Serial,
		"awsbroker_mfa_process = "+w.bin+" export --profile admin >/dev/null && echo 123456")
	r := w.run("credential-process", "--profile", "broken")
	wantFailure(t, r, 4, "needs an MFA code of the same device")
	if r.took > 10*time.Second {
		t.Errorf("took %s", r.took)
	}
}

// TestCodeFromStdinLeavesTheRest for the command.
func TestCodeFromStdinLeavesTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.runWith(w.code()+"\nline two\nline three\n", "exec", "--profile", "admin", "--mfa-code", "-", "--", "cat")
	if r.code != 0 || r.stdout != "line two\nline three\n" {
		t.Error(r)
	}
}

// TestPassphraseThenOthersCode: who typed a passphrase, and then waits for
// another run's code, does not keep that one from the terminal.
func TestPassphraseThenOthersCode(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), newTerminal(t)
	// Its record does not know the key: it opens the keychain first of all.
	other := "XDG_STATE_HOME=" + w.path("other") + " AWSBROKER_FILE_PASSPHRASE="
	run := " " + w.bin + " credential-process --profile admin "
	j := tm.start(w.command("/bin/sh", "-c", other+run+">one.out 2>one.err & until test -e go; do sleep 0.05; done; "+
		run+"--debug >two.out 2>two.err & wait"))
	tm.expect("passphrase of the encrypted keystore in ")
	w.write(w.path("go"), "")
	eventually(t, "the other has the device to itself", func() bool {
		said, _ := os.ReadFile(w.path("two.err"))
		return strings.Contains(string(said), "keychain: ")
	})
	tm.send(passphrase + "\n")
	tm.expect(asking)
	tm.send(w.code() + "\n")
	j.wait()
	for _, name := range []string{"one", "two"} {
		wantAnswer(t, result{stdout: w.read(w.path(name + ".out"))})
	}
	w.wantAssumed(1)
}
