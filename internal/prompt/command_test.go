//go:build !windows

package prompt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestCommand(t *testing.T) {
	for _, tt := range []struct {
		name, line, want string
		err              error
	}{
		{"a code", "echo 123456", "123456", nil},
		{"with spaces", "printf ' 123 456'", "123456", nil},
		{"its environment", `echo "$CODE"`, "654321", nil},
		{"fails", "echo 123456; exit 1", "", ErrCommand},
		{"prints more", "echo code: 123456", "", ErrCommand},
		{"prints nothing", "true", "", ErrCommand},
		{"prints a lot", "yes | head -c 100000", "", ErrCommand},
		{"is not there", "no-such-command-of-ours", "", ErrCommand},
		{"reads stdin", "cat; echo 123456", "123456", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, err := Command(context.Background(), tt.line, []string{"PATH=" + os.Getenv("PATH"), "CODE=654321"}, true)
			if !errors.Is(err, tt.err) || code.Reveal() != tt.want {
				t.Errorf("%q, %v", code.Reveal(), err)
			}
			if err != nil && strings.Contains(err.Error(), "123456") {
				t.Errorf("the error shows a code: %v", err)
			}
		})
	}
}

// A command that hangs is ended, and what it started, too.
func TestCommandIsEnded(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := Command(ctx, "sleep 100 & echo $! >"+pids+"; wait", os.Environ(), true)
	if !errors.Is(err, ErrTimeout) || time.Since(started) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(started))
	}
	data, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what the command started goes on")
		}
	}
	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	if _, err := Command(ctx, "sleep 100", os.Environ(), true); !errors.Is(err, ErrCancelled) {
		t.Errorf("cancelled: %v", err)
	}
}

// alive does not count a zombie that nobody has waited for yet.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
