package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// result is how a program ended.
type result struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

// runLimit is beyond every deadline of awsbroker's: what takes longer hangs.
const runLimit = 70 * time.Second

// run runs a program where there is no terminal to ask at: in a session of
// its own, with a stdin that stays silent.
func (w *world) run(argv ...string) result {
	w.t.Helper()
	cmd, done := w.command(argv)
	defer done()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return w.finish(cmd, nil)
}

// ok is run for what has to succeed.
func (w *world) ok(argv ...string) result {
	w.t.Helper()
	r := w.run(argv...)
	if r.code != 0 {
		w.t.Fatalf("%v ended with %d:\n%s%s", argv, r.code, r.stdout, r.stderr)
	}
	return r
}

// command is a program with a pipe as its stdin that nothing is written to.
func (w *world) command(argv []string) (cmd *exec.Cmd, done func()) {
	w.t.Helper()
	silent, writer, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	cmd = exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = w.home, w.env, silent
	cmd.WaitDelay = time.Second
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // all of its session
	return cmd, func() {
		cancel()
		silent.Close()
		writer.Close()
	}
}

// finish starts the program, lets during happen, and waits for its end.
func (w *world) finish(cmd *exec.Cmd, during func()) result {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	started := time.Now()
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	if during != nil {
		during()
	}
	err := cmd.Wait()
	r := result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), time.Since(started)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("%v: %v\n%s%s", cmd.Args, err, r.stdout, r.stderr)
	}
	return r
}
