//go:build !windows

package machine

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Job is a process at a terminal, in a session of its own whose controlling
// terminal it is.
type Job struct {
	T      T
	Cmd    *exec.Cmd
	Ended  chan struct{}
	Result Result // once it has ended; what it wrote is on the screen
}

// Start puts a command in the foreground. What it does not send elsewhere
// itself goes to the screen.
func (tm *Terminal) Start(cmd *exec.Cmd) *Job {
	tm.T.Helper()
	if cmd.Stdin == nil {
		cmd.Stdin = tm.Slave
	}
	if cmd.Stdout == nil {
		cmd.Stdout = tm.Slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = tm.Slave
	}
	cmd.ExtraFiles = []*os.File{tm.Slave} // descriptor 3
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty, cmd.SysProcAttr.Ctty = true, true, 3
	started := time.Now()
	if err := cmd.Start(); err != nil {
		tm.T.Fatal(err)
	}
	j := &Job{T: tm.T, Cmd: cmd, Ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		j.Result.Code, j.Result.Took = cmd.ProcessState.ExitCode(), time.Since(started)
		close(j.Ended)
	}()
	tm.T.Cleanup(j.End)
	return j
}

// End kills what is left of the job's session.
func (j *Job) End() {
	select {
	case <-j.Ended:
	default:
		_ = syscall.Kill(-j.Cmd.Process.Pid, syscall.SIGKILL)
	}
	for _, pid := range j.Processes("") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-j.Ended
}

// Wait returns the exit code of the job, -1 if a signal ended it.
func (j *Job) Wait() int {
	j.T.Helper()
	return j.WaitWithin(Patience).Code
}

// WaitWithin is Wait with a patience of its own.
func (j *Job) WaitWithin(limit time.Duration) Result {
	j.T.Helper()
	select {
	case <-j.Ended:
	case <-time.After(limit):
		j.T.Fatalf("%s has not ended after %s", j.Cmd.Args[0], limit)
	}
	return j.Result
}

// Caller is a run of awsbroker at a terminal whose output is in files.
type Caller struct {
	Job  *Job
	m    *Machine
	name string
}

// At starts awsbroker at a terminal, stdout and stderr in files of that name.
func (m *Machine) At(tm *Terminal, name string, args ...string) *Caller {
	m.T.Helper()
	cmd := m.Command(m.Bin, args...)
	out, complaint := m.Create(name+".out"), m.Create(name+".err")
	defer out.Close()
	defer complaint.Close()
	cmd.Stdout, cmd.Stderr = out, complaint
	return &Caller{tm.Start(cmd), m, name}
}

// Outcome waits for the end.
func (c *Caller) Outcome() Result {
	c.m.T.Helper()
	return c.OutcomeWithin(Patience)
}

// OutcomeWithin is Outcome with a patience of its own.
func (c *Caller) OutcomeWithin(limit time.Duration) Result {
	c.m.T.Helper()
	r := c.Job.WaitWithin(limit)
	r.Stdout, r.Stderr = c.m.Read(c.m.Path(c.name+".out")), c.m.Read(c.m.Path(c.name+".err"))
	return r
}
