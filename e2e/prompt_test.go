package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// The callers that have no terminal to ask at: an IDE, a service, a desktop's
// launcher. There, too, a code that a person types does it.

// need is a program that other ways of asking are made of.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skipOrFail(t, "there is no "+name)
	}
	return path
}

// skipOrFail skips, unless everything is known to be there.
func skipOrFail(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("AWSBROKER_MUST_NOT_SKIP") != "" {
		t.Fatal("may not be skipped here: " + why)
	}
	t.Skip(why)
}

// TestQuestionThroughPinentry: GnuPG's pinentry asks at the terminal that
// GPG_TTY names, which is not the caller's.
func TestQuestionThroughPinentry(t *testing.T) {
	pinentry := need(t, "pinentry-tty")
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		w.logout()
		w.write(".gnupg/gpg-agent.conf", "pinentry-program "+pinentry+"\n", 0o600)
		tm, ended, before := machine.NewTerminal(t), make(chan machine.Result), w.assumeRoles()
		cmd := w.With("GPG_TTY="+tm.Slave.Name(), "TERM=vt100").silent(c.identity(w, "admin"))
		go func() { ended <- w.Finish(cmd) }()
		tm.ExpectWithin(question, runLimit)
		tm.Send(w.Code() + "\n")
		r := <-ended
		if r.Code != 0 || strings.TrimSpace(r.Stdout) != assumedRole {
			t.Errorf("ended with %d:\n%s%s\non the terminal: %s", r.Code, r.Stdout, r.Stderr, tm.Screen())
		}
		if n := w.assumeRoles() - before; n != 1 {
			t.Errorf("%d AssumeRole calls", n)
		}
	})
}

// TestQuestionInDialog: zenity asks on the screen.
func TestQuestionInDialog(t *testing.T) {
	need(t, "zenity")
	display := startScreen(t)
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		w.logout()
		before := w.assumeRoles()
		ended := make(chan struct{})
		go typeIntoDialog(display, w.Code, ended)
		r := w.With("DISPLAY="+display, "NO_AT_BRIDGE=1", "AWSBROKER_PROMPT=terminal,dialog").run(c.identity(w, "admin")...)
		close(ended)
		if r.Code != 0 || strings.TrimSpace(r.Stdout) != assumedRole {
			t.Errorf("ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
		if n := w.assumeRoles() - before; n != 1 {
			t.Errorf("%d AssumeRole calls", n)
		}
	})
}

// startScreen starts an X server that nobody sees.
func startScreen(t *testing.T) (display string) {
	t.Helper()
	server, _ := need(t, "Xvfb"), need(t, "xdotool")
	numbers, number, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer numbers.Close()
	cmd := exec.Command(server, "-displayfd", "3", "-screen", "0", "900x600x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{number}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	number.Close()
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var n int
	if _, err := fmt.Fscan(numbers, &n); err != nil {
		t.Fatal("Xvfb does not start")
	}
	return fmt.Sprintf(":%d", n)
}

// typeIntoDialog waits for one dialog and types a code into it.
func typeIntoDialog(display string, code func() string, ended <-chan struct{}) {
	do := func(args ...string) (string, error) {
		cmd := exec.Command("xdotool", args...)
		cmd.Env = append(os.Environ(), "DISPLAY="+display)
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	for {
		select {
		case <-ended:
			return
		case <-time.After(50 * time.Millisecond):
		}
		window, err := do("search", "--onlyvisible", "--name", "^awsbroker$")
		if err != nil || window == "" {
			continue
		}
		if _, err := do("windowfocus", "--sync", window); err != nil {
			continue
		}
		time.Sleep(300 * time.Millisecond) // until the dialog has noticed
		_, _ = do("type", "--delay", "20", code())
		_, _ = do("key", "Return")
		return
	}
}
