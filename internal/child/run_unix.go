//go:build !windows

package child

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// End is how a command ended.
type End struct{ status syscall.WaitStatus }

// Code returns the exit status as a shell has it: 128 and the number of a signal.
func (e End) Code() int {
	if e.status.Signaled() {
		return 128 + int(e.status.Signal())
	}
	return e.status.ExitStatus()
}

// Interrupted reports whether somebody ended the command: by Ctrl-C, kill or a hangup.
func (e End) Interrupted() bool {
	code := e.Code()
	return e.status.Signaled() || code == 128+int(syscall.SIGINT) || code == 128+int(syscall.SIGTERM)
}

// Leave ends this process as the command ended, by the same signal where it was one.
func (e End) Leave() {
	if e.status.Signaled() {
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) // the command has dumped its memory, and ours has secrets
		signal.Reset(e.status.Signal())
		_ = syscall.Kill(os.Getpid(), e.status.Signal())
		time.Sleep(time.Second) // the first process of a container does not die of it
	}
	os.Exit(e.Code())
}

// Run runs a command in this process's group, with its terminal and its descriptors, and
// returns when it has ended. What a terminal sends reaches both, so that Ctrl-Z stops both, and
// what is sent to this process alone is passed on. The command is killed where this process is.
func Run(path string, args, environ []string) (End, error) {
	runtime.LockOSThread() // the kernel takes the end of the thread that started it for ours
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, passed()...)
	defer signal.Stop(signals)
	pid, err := start(path, args, environ)
	if err != nil {
		return End{}, err
	}
	letGo()
	go func() {
		for s := range signals {
			pass(s.(syscall.Signal), pid)
		}
	}()
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			return End{status}, err
		}
	}
}

func start(path string, args, environ []string) (pid int, err error) {
	attr := &syscall.ProcAttr{Env: environ, Files: []uintptr{0, 1, 2}, Sys: killedWithUs()}
	pid, err = syscall.ForkExec(path, args, attr)
	if errors.Is(err, syscall.ENOEXEC) { // a script without a #! line: shells run it themselves
		pid, err = syscall.ForkExec("/bin/sh", append([]string{"sh", path}, args[1:]...), attr)
	}
	switch {
	case errors.Is(err, syscall.ENOENT):
		return 0, &StartError{"no such file, or its interpreter is missing", 127}
	case err != nil:
		return 0, &StartError{err.Error(), 126}
	}
	return pid, nil
}

// letGo of what this process inherited, which is the command's alone: whoever reads a pipe
// waits until the last who could write to it has closed it. Standard error stays.
func letGo() {
	if null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0); err == nil {
		_ = unix.Dup2(int(null.Fd()), 0)
		_ = unix.Dup2(int(null.Fd()), 1)
		null.Close()
	}
	for fd := 3; fd < 256; fd++ {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
}

// passed are the signals that concern the command. One that was ignored when this process
// started (nohup) stays so, for the command, too.
func passed() (all []os.Signal) {
	for _, s := range []os.Signal{syscall.SIGCONT, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2} {
		if !signal.Ignored(s) {
			all = append(all, s)
		}
	}
	return all
}

// pass a signal on to the command, unless the terminal sent it to both.
func pass(s syscall.Signal, pid int) {
	if typed := s == syscall.SIGINT || s == syscall.SIGQUIT; typed && isForeground() {
		return
	}
	_ = syscall.Kill(pid, s)
}

// isForeground reports whether this process is in the group to which the terminal sends what
// is typed. Terraform ends at once, without saving its state, at a second interrupt.
func isForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
