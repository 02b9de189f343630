//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// terminal is a real one, with a person's eyes and fingers on our side.
type terminal struct {
	t      *testing.T
	master *os.File
	slave  *os.File

	mu   sync.Mutex
	seen strings.Builder
	from int // what was expected up to here is done with
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	tm := &terminal{t: t, master: master, slave: slave}
	go tm.watch()
	t.Cleanup(func() {
		slave.Close()
		master.Close()
		if t.Failed() {
			t.Logf("on the screen:\n%s", tm.screen())
		}
	})
	return tm
}

func (tm *terminal) watch() {
	buf := make([]byte, 4096)
	for {
		n, err := tm.master.Read(buf)
		tm.mu.Lock()
		tm.seen.Write(buf[:n])
		tm.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// screen is all that was ever shown.
func (tm *terminal) screen() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.seen.String()
}

func (tm *terminal) count(text string) int { return strings.Count(tm.screen(), text) }

// expect waits for text after what was expected before, and returns what was
// shown from there up to its end.
func (tm *terminal) expect(text string) string {
	tm.t.Helper()
	return tm.expectWithin(text, patience)
}

func (tm *terminal) expectWithin(text string, limit time.Duration) string {
	tm.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		screen := tm.screen()
		if i := strings.Index(screen[tm.from:], text); i >= 0 {
			shown := screen[tm.from : tm.from+i+len(text)]
			tm.from += i + len(text)
			return shown
		}
		if time.Now().After(end) {
			tm.t.Fatalf("%q was not shown", text)
		}
	}
}

func (tm *terminal) send(keys string) {
	tm.t.Helper()
	if _, err := tm.master.WriteString(keys); err != nil {
		tm.t.Fatal(err)
	}
}

// hangUp closes it, as a window does. Our own reader holds it until something
// is shown.
func (tm *terminal) hangUp() {
	tm.master.Close()
	_, _ = tm.slave.WriteString(".")
	tm.slave.Close()
}

const (
	controlC = "\x03"
	controlD = "\x04"
)

// echoes reports whether the terminal shows what is typed.
func (tm *terminal) echoes() bool {
	tm.t.Helper()
	master, err := tm.master.SyscallConn() // Fd would make it impossible to close while it is read
	if err != nil {
		tm.t.Fatal(err)
	}
	var state *unix.Termios
	if e := master.Control(func(fd uintptr) { state, err = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); e != nil || err != nil {
		tm.t.Fatal(e, err)
	}
	return state.Lflag&unix.ECHO != 0 && state.Lflag&unix.ICANON != 0
}

// job is a process at a terminal, in a session of its own whose controlling
// terminal it is.
type job struct {
	t      *testing.T
	cmd    *exec.Cmd
	ended  chan struct{}
	result result
}

// start puts a command in the foreground. What it does not send elsewhere
// itself goes to the screen.
func (tm *terminal) start(cmd *exec.Cmd) *job {
	tm.t.Helper()
	if cmd.Stdin == nil {
		cmd.Stdin = tm.slave
	}
	if cmd.Stdout == nil {
		cmd.Stdout = tm.slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = tm.slave
	}
	cmd.ExtraFiles = []*os.File{tm.slave}
	cmd.SysProcAttr.Setctty, cmd.SysProcAttr.Ctty = true, 3
	started := time.Now()
	if err := cmd.Start(); err != nil {
		tm.t.Fatal(err)
	}
	j := &job{t: tm.t, cmd: cmd, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		j.result.code, j.result.took = cmd.ProcessState.ExitCode(), time.Since(started)
		close(j.ended)
	}()
	tm.t.Cleanup(j.end)
	return j
}

// end kills what is left of the job's session.
func (j *job) end() {
	for _, pid := range j.processes("") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-j.ended
}

// wait returns the exit code of the job, -1 if a signal ended it.
func (j *job) wait() int {
	j.t.Helper()
	return j.waitWithin(patience).code
}

func (j *job) waitWithin(limit time.Duration) result {
	j.t.Helper()
	select {
	case <-j.ended:
	case <-time.After(limit):
		j.t.Fatalf("%s has not ended after %s", j.cmd.Args[0], limit)
	}
	return j.result
}

// processes of the job's session with a name, or all.
func (j *job) processes(name string) []int {
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		s := string(data) // pid (comm) state ppid pgrp session …
		end := strings.LastIndexByte(s, ')')
		comm, f := s[strings.IndexByte(s, '(')+1:end], strings.Fields(s[end+1:])
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if f[3] == strconv.Itoa(j.cmd.Process.Pid) && f[0] != "Z" && (name == "" || comm == name) {
			found = append(found, pid)
		}
	}
	return found
}

// awsbrokers waits until n of them run in the job's session.
func (j *job) awsbrokers(n int) []int {
	j.t.Helper()
	var running []int
	eventually(j.t, fmt.Sprintf("%d awsbrokers run", n), func() bool {
		running = j.processes("awsbroker")
		return len(running) >= n
	})
	return running
}

// at starts awsbroker at a terminal, stdout and stderr in files.
func (w *world) at(tm *terminal, name string, args ...string) *caller {
	w.t.Helper()
	c := &caller{w: w, name: name}
	cmd := w.command(w.bin, args...)
	out, complaint := w.create(name+".out"), w.create(name+".err")
	defer out.Close()
	defer complaint.Close()
	cmd.Stdout, cmd.Stderr = out, complaint
	c.job = tm.start(cmd)
	return c
}

func (w *world) create(name string) *os.File {
	w.t.Helper()
	f, err := os.Create(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// caller is a run whose output is in files.
type caller struct {
	w    *world
	name string
	*job
}

func (c *caller) outcome() result {
	c.w.t.Helper()
	return c.outcomeWithin(patience)
}

func (c *caller) outcomeWithin(limit time.Duration) result {
	c.w.t.Helper()
	r := c.waitWithin(limit)
	r.stdout, r.stderr = c.w.read(c.w.path(c.name+".out")), c.w.read(c.w.path(c.name+".err"))
	return r
}
