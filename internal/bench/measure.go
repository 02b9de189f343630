//go:build !windows

package main

import (
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// compare runs both in turn, so that what else the machine does hits both, and
// returns their medians.
func compare(a, b func() error, rounds int) (ma, mb time.Duration, err error) {
	var as, bs []time.Duration
	for i := range rounds + warmup {
		for _, f := range []struct {
			run  func() error
			into *[]time.Duration
		}{{a, &as}, {b, &bs}} {
			started := time.Now()
			if err := f.run(); err != nil {
				return 0, 0, err
			}
			if i >= warmup {
				*f.into = append(*f.into, time.Since(started))
			}
		}
	}
	return median(as), median(bs), nil
}

// warmup rounds are not counted.
const warmup = 5

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// process is a whole process, from fork to the end of the wait, with its
// output thrown away. It goes around os/exec, whose pipes and goroutines would
// be measured too.
func process(environ []string, path string, args ...string) func() error {
	return func() error {
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer null.Close()
		pid, err := syscall.ForkExec(path, append([]string{path}, args...), &syscall.ProcAttr{
			Env:   environ,
			Files: []uintptr{null.Fd(), null.Fd(), null.Fd()},
		})
		if err != nil {
			return err
		}
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
			return err
		}
		if status != 0 {
			return &exec.Error{Name: path, Err: syscall.Errno(status.ExitStatus())}
		}
		return nil
	}
}
