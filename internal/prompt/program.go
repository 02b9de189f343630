package prompt

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// program is one that asks a person for us. It gets nothing of ours: not the
// caller's standard streams, which it would hold open, no terminal of ours, none
// of our variables. It ends with this process (Linux).
type program struct {
	*exec.Cmd
	mu   sync.Mutex
	over bool
	kill *time.Timer
}

// programOf is a program that gets this environment, which is not nil.
func programOf(environ []string, path string, args ...string) *program {
	cmd := exec.Command(path, args...)
	cmd.Env = environ
	cmd.WaitDelay = time.Second // for a grandchild that keeps our pipes
	apart(cmd)
	return &program{Cmd: cmd}
}

// grace is how long a program may take to end when it is told to: one at a
// terminal has its settings to restore.
const grace = 500 * time.Millisecond

// terminate tells the program and what it started to end, and kills what does
// not. It does nothing once wait has returned: the number may be another's.
func (p *program) terminate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.kill != nil {
		return
	}
	askToEnd(p.Process)
	p.kill = time.AfterFunc(grace, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.over {
			killAll(p.Process)
		}
	})
}

// wait waits for the end of the program, and leaves nothing of it.
func (p *program) wait() error {
	err := p.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.kill != nil {
		p.kill.Stop()
	}
	killAll(p.Process)
	return err
}

// ran is how a program ended.
type ran struct {
	exit              int // -1 for one that a signal ended
	answer, complaint string
}

// runProgram runs a program to its end, or to ctx's.
func runProgram(ctx context.Context, p *program, stdin []byte) (ran, error) {
	var out, complaint bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr = bytes.NewReader(stdin), &limited{&out, maxLine}, &limited{&complaint, 4096}
	if err := p.Start(); err != nil {
		return ran{}, unable("%w", err)
	}
	defer context.AfterFunc(ctx, p.terminate)()
	err := p.wait()
	if ctx.Err() != nil {
		return ran{}, endOfContext(ctx)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return ran{}, unable("%w", err)
	}
	return ran{p.ProcessState.ExitCode(), out.String(), complaint.String()}, nil
}

func endOfContext(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ErrCancelled
}

// variable is the last value of a variable in environ, as a child reads it.
func variable(environ []string, name string) string {
	for _, kv := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

// secondsLeft is for programs that end by themselves should nobody be left to
// end them: a little after the question's own end.
func secondsLeft(ctx context.Context) int {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 600
	}
	return max(int(time.Until(deadline)/time.Second), 0) + 2
}
