package desktop

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/wait"
)

var displays = struct {
	sync.Mutex
	of map[string]string // by the name of the test
}{of: map[string]string{}}

// Display is an X display for the dialogs of daemons, one a test, with which it ends. It
// is not reset when its last client goes: for a moment it would take no new one.
func Display(t *testing.T) string {
	t.Helper()
	displays.Lock()
	defer displays.Unlock()
	if name, ok := displays.of[t.Name()]; ok {
		return name
	}
	Need(t, "Xvfb")
	server := exec.Command("Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset")
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	name, test := ":"+strings.TrimSpace(line), t.Name()
	displays.of[test] = name
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		displays.Lock()
		defer displays.Unlock()
		delete(displays.of, test)
	})
	return name
}

// Press waits for a while, then for a window whose title matches a pattern, and types
// keys into it, as xdotool names them; and again into the next such window, to the
// end of the test.
func Press(t *testing.T, after time.Duration, title string, keys ...string) {
	t.Helper()
	Need(t, "xdotool")
	display := Display(t)
	pressing := make(chan struct{})
	args := append([]string{"search", "--onlyvisible", "--name", title, "windowfocus", "--sync", "key", "--clearmodifiers", "--window", "%@"}, keys...)
	go func() {
		defer close(pressing)
		wait.Pause(t.Context(), after)
		for t.Context().Err() == nil {
			press(t.Context(), display, args)
			wait.Pause(t.Context(), 100*time.Millisecond)
		}
	}()
	t.Cleanup(func() { <-pressing })
}

// press runs xdotool, which waits without end for the focus of a window that went.
func press(ctx context.Context, display string, args []string) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "xdotool", args...)
	cmd.Env = append(cmd.Environ(), "DISPLAY="+display)
	_ = cmd.Run()
}

// Type is the keys of a text, for [Press], and Return.
func Type(text string) []string { return append(strings.Split(text, ""), "Return") }
