//go:build !windows

package prompt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDialogEnds when the question does, with all that it started, even if it
// does not want to; and it holds nothing of ours open.
func TestDialogEnds(t *testing.T) {
	dir := t.TempDir()
	pids := filepath.Join(dir, "pids")
	script := "#!/bin/sh\ntrap '' TERM\nsleep 60 &\necho $$ $! >" + pids + ".new\nmv " + pids + ".new " + pids + "\nwait\n"
	if err := os.WriteFile(filepath.Join(dir, "zenity"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	environ := []string{"WAYLAND_DISPLAY=" + listen(t), "PATH=" + os.Getenv("PATH"), "AWS_PROFILE=x"}
	for _, want := range []error{ErrTimeout, ErrCancelled} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		o, err := zenity.open(ctx, desktopOf(environ))
		if err != nil {
			t.Fatal(err)
		}
		if want == ErrTimeout {
			cancel()
			ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		} else {
			time.AfterFunc(time.Second, cancel)
		}
		started := time.Now()
		if _, err := o.prompter.Line(ctx, "MFA code: "); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		cancel()
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		data, err := os.ReadFile(pids)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range strings.Fields(string(data)) {
			pid, _ := strconv.Atoi(field)
			for end := time.Now().Add(5 * time.Second); syscall.Kill(pid, 0) == nil && running(pid); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					t.Errorf("process %d is still there", pid)
					break
				}
			}
		}
		os.Remove(pids)
	}
}

// running is not true for one that has ended and waits for somebody to notice.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// TestProgramEnvironment: the desktop's variables are there, ours are not, and
// no bus is started where there is none, or waited for where it is silent.
func TestProgramEnvironment(t *testing.T) {
	bus, hung := busVariable+"=unix:path="+listen(t), silent(t)
	named := []string{"DISPLAY=:1", "WAYLAND_DISPLAY=w", "XAUTHORITY=/x", "GPG_TTY=/dev/pts/1", bus}
	for _, tt := range []struct{ environ, has []string }{
		{
			append(slices.Clone(named), "AWS_X=1", "AWSBROKER_FILE_PASSPHRASE=x"),
			named,
		},
		{[]string{busVariable + "=tcp:host=x,port=1"}, []string{busVariable + "=tcp:host=x,port=1"}},
		{[]string{busVariable + "=unix:guid=0,path=" + hung}, []string{busVariable + "=unix:guid=0,path=" + hung, busVariable + "=disabled:"}},
		{nil, []string{busVariable + "=disabled:"}},
	} {
		lent := desktopOf(tt.environ).lent()
		if !slices.Equal(lent, tt.has) || lent == nil {
			t.Errorf("%q, want %q", lent, tt.has)
		}
	}
}
