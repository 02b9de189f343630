//go:build !windows

package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/programs"
)

// helper runs programs with an environment of their own.
type helper struct {
	environ []string
}

// variable is the last value of an environment variable, as execve's children
// read it.
func (h helper) variable(name string) string {
	for _, kv := range slices.Backward(h.environ) {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

// with is h with one variable set.
func (h helper) with(name, value string) helper {
	rest := slices.DeleteFunc(slices.Clone(h.environ), func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	return helper{append(rest, name+"="+value)}
}

// ran is a program that ended.
type ran struct {
	stdout []byte
	status gpgStatus
	failed bool // its exit code was not 0
}

// maxOutput is more than any secret or complaint of ours.
const maxOutput = 1 << 20

// run runs a program no longer than limit and ctx. All that it started ends
// with it: it has a process group of its own, and a dialog that gpg-agent shows
// for it is closed. What it says on standard error is kept from the caller's.
func (h helper) run(ctx context.Context, limit time.Duration, stdin []byte, program string, args ...string) (ran, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return ran{}, fault.Ended(err, filepath.Base(program))
	}
	path, err := programs.Find(program)
	if err != nil {
		return ran{}, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	var stdout, stderr capture
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = h.environ, &stdout, &stderr
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		closePinentry(parseStatus(stderr.String()).pinentry())
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	cmd.WaitDelay = time.Second // for a daemon that keeps our pipe open
	err = cmd.Run()
	if ctx.Err() != nil && err != nil {
		return ran{}, fault.Ended(ctx.Err(), filepath.Base(program))
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return ran{}, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return ran{stdout.Bytes(), parseStatus(stderr.String()), exit != nil}, nil
}

// closePinentry takes gpg's dialog away, which outlives gpg: gpg-agent 2.2
// does not notice that the one who asked has gone, and while the dialog stays
// there is no other (measured with 2.2.40). The number came from gpg; it is
// believed only if that process calls itself a pinentry.
func closePinentry(pid int) {
	if pid > 1 && strings.Contains(processName(pid), "pinentry") {
		_ = syscall.Kill(pid, syscall.SIGTERM)
	}
}

// capture keeps the first bytes of what is written. It may be read meanwhile.
type capture struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.buf.Write(p[:min(len(p), maxOutput-c.buf.Len())])
	return len(p), nil
}

func (c *capture) String() string { return string(c.Bytes()) }

func (c *capture) Bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.buf.Bytes())
}
