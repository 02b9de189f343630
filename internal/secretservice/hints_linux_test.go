package secretservice

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/awsbroker/awsbroker/internal/desktop"
	"github.com/awsbroker/awsbroker/internal/fault"
)

// The hints are pasted as they are, into a shell of the desktop that the daemon is on.

// commandIn returns the command at the end of the hint of an error.
func commandIn(t *testing.T, err error) string {
	t.Helper()
	var advised *fault.Advised
	if !errors.As(err, &advised) {
		t.Fatalf("no hint: %v", err)
	}
	command := advised.Hint[strings.LastIndex(advised.Hint, ": ")+2:]
	if i := strings.Index(advised.Hint, ": bash -c"); i >= 0 {
		command = advised.Hint[i+2:]
	}
	t.Logf("%s: %s", err, command)
	return command
}

// paste types a command into an interactive shell, and a line when it asks. The shell
// stays to the end of the test, as a person's does.
func paste(t *testing.T, d *desktop.Daemon, command, question, answer string) {
	t.Helper()
	shell := exec.Command("bash", "--norc", "-i")
	shell.Env = append(d.Environ(t), "PS1=$ ")
	terminal, err := pty.Start(shell)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close(); _ = shell.Wait() })
	typeAt := func(seen, text string) {
		await(t, terminal, seen)
		if _, err := terminal.WriteString(text + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	typeAt("$ ", command)
	typeAt(question, answer)
	typeAt("$ ", "echo ended with $?")
	await(t, terminal, "ended with 0")
	desktop.AwaitService(t, true)
}

// await reads a terminal until it shows a text. What is typed is not taken for it.
func await(t *testing.T, terminal *os.File, text string) {
	t.Helper()
	if err := terminal.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	for b := make([]byte, 1); !strings.HasSuffix(seen.String(), text); {
		if _, err := terminal.Read(b); err != nil {
			t.Fatalf("no %q: %v: %s", text, err, seen.String())
		}
		seen.Write(b)
	}
}

func lockedError(t *testing.T, k *Keyring) error {
	t.Helper()
	desktop.Lock(t, "")
	_, err := k.Get(testContext(t), "awsbroker/key/phoebe")
	wantError(t, err, fault.ErrLocked)
	return err
}

func testHintGNOME(t *testing.T) {
	d := desktop.StartGNOME(t)
	k := connectTo(t, 5*time.Second, 5*time.Second)
	mustSet(t, k, "one")
	command := commandIn(t, lockedError(t, k))
	desktop.EndOther(t)
	paste(t, d, command, "password of the keyring: ", desktop.Password)
	wantValue(t, k, "one")
}

func testHintEmptyGNOME(t *testing.T) {
	d := desktop.StartLockedGNOME(t, desktop.ShortDir(t))
	k := connectTo(t, 5*time.Second, 5*time.Second)
	err := k.Reach(testContext(t))
	wantError(t, err, fault.ErrMissing)
	desktop.EndOther(t)
	paste(t, d, commandIn(t, err), "password of the keyring: ", desktop.Password)
	mustSet(t, k, "one")
}

func testHintKWallet(t *testing.T) {
	d := desktop.StartKWallet(t, desktop.ShortDir(t))
	k := connectTo(t, 5*time.Second, 5*time.Second)
	mustSet(t, k, "one")
	cmd := exec.Command("bash", "-c", commandIn(t, lockedError(t, k)))
	cmd.Env = d.Environ(t)
	desktop.Press(t, 0, "KDE Wallet", desktop.Type(desktop.Password)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantValue(t, k, "one")
}

func testHintKeePassXC(t *testing.T) {
	d := desktop.StartKeePassXC(t, desktop.ShortDir(t), false)
	k := connectTo(t, 5*time.Second, 5*time.Second)
	mustSet(t, k, "one")
	cmd := exec.Command("bash", "-c", commandIn(t, lockedError(t, k)))
	cmd.Env = d.Environ(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	desktop.Press(t, 0, "Locked", desktop.Type(desktop.Password)...)
	desktop.AwaitUnlocked(t)
	wantValue(t, k, "one")
}

// A dialog that nobody answers is no keychain that is somewhere else.
func testHintNobodyAnswered(t *testing.T) {
	desktop.StartKWallet(t, desktop.ShortDir(t))
	k := connectTo(t, 5*time.Second, time.Second)
	mustSet(t, k, "one")
	desktop.Lock(t, "")
	t.Setenv("DISPLAY", desktop.Display(t))
	_, err := k.Get(testContext(t), "awsbroker/key/phoebe")
	wantError(t, err, fault.ErrTimeout)
	if command := commandIn(t, err); command != "kwallet-query -l kdewallet" {
		t.Errorf("the hint is %q", command)
	}
}
