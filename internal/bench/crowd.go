//go:build !windows

package main

import (
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// coldCrowd lets n callers ask at once where no session is cached, with a
// command that knows the code. It returns when the last of them has its answer,
// from when the first asked; and fails unless there was one question and one
// AssumeRole.
func (w *world) coldCrowd(n int) time.Duration {
	var asked string
	m := w.home(func(m *machine.Machine) string {
		asked = m.Path("asked")
		script := m.Path("code")
		m.Write(script, "#!/bin/sh\necho >>"+asked+"\necho "+m.Code()+"\n")
		m.Chmod(0o755, script)
		return "awsbroker_mfa_process = " + script
	})
	m.AWS.Server.ResetCalls()
	var wg sync.WaitGroup
	failed := make(chan error, n)
	started := time.Now()
	for range n {
		wg.Go(func() {
			if err := cached(m)(); err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	took := time.Since(started)
	if len(failed) > 0 {
		w.t.Fatalf("%d of %d callers got nothing: %v", len(failed), n, <-failed)
	}
	if roles, questions := len(m.AWS.Server.Calls("AssumeRole")), strings.Count(m.Read(asked), "\n"); roles != 1 || questions != 1 {
		w.t.Fatalf("%d callers: %d questions, %d AssumeRole calls", n, questions, roles)
	}
	return took
}
