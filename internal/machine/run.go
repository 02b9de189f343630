//go:build !windows

package machine

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// runLimit is beyond every deadline of awsbroker's: what takes longer hangs.
const runLimit = 90 * time.Second

// Result is how a run ended.
type Result struct {
	Stdout, Stderr string
	Code           int // -1: by a signal
	Took           time.Duration
}

func (r Result) String() string {
	return fmt.Sprintf("exit %d after %s\nstdout: %q\nstderr: %q", r.Code, r.Took.Round(time.Millisecond), r.Stdout, r.Stderr)
}

// Command is the person running a program in a session of its own, without a
// terminal.
func (m *Machine) Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir = m.Env, m.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if m.UID >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(m.UID), Gid: uint32(m.UID)}
	}
	return cmd
}

// Run runs awsbroker without a terminal and with nothing on stdin.
func (m *Machine) Run(args ...string) Result { return m.RunWith("", args...) }

// RunWith is Run with something on stdin.
func (m *Machine) RunWith(stdin string, args ...string) Result {
	m.T.Helper()
	cmd := m.Command(m.Bin, args...)
	cmd.Stdin = strings.NewReader(stdin)
	return m.Finish(cmd)
}

// Sh runs a script without a terminal.
func (m *Machine) Sh(script string) Result {
	m.T.Helper()
	return m.Finish(m.Command("/bin/sh", "-c", script))
}

// Finish starts a command and waits for its end. What it writes and does not
// send elsewhere itself is in the result.
func (m *Machine) Finish(cmd *exec.Cmd) Result {
	m.T.Helper()
	var out, complaint bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &complaint
	}
	started := time.Now()
	m.check(cmd.Start())
	timer := time.AfterFunc(runLimit, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timer.Stop()
	cmd.WaitDelay = 5 * time.Second
	_ = cmd.Wait()
	return Result{out.String(), complaint.String(), cmd.ProcessState.ExitCode(), time.Since(started)}
}
