//go:build linux

package acceptance

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// screen is an X server of its own, that nobody sees, with a person's hands on
// our side.
type screen struct {
	t       *testing.T
	display string
	last    string // the dialog that was answered
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	for _, program := range []string{"Xvfb", "xdotool"} {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, "there is no "+program)
		}
	}
	numbers, number, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer numbers.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "900x600x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{number}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	number.Close()
	s := &screen{t: t}
	t.Cleanup(func() {
		if t.Failed() {
			s.keep()
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(numbers).ReadString('\n')
	if err != nil {
		t.Fatal("Xvfb does not start")
	}
	s.display = ":" + strings.TrimSpace(line)
	return s
}

// keep saves a picture of the screen where AWSBROKER_TEST_SCREENS says.
func (s *screen) keep() {
	if dir := os.Getenv("AWSBROKER_TEST_SCREENS"); dir != "" {
		name := dir + "/" + strings.NewReplacer("/", "-", " ", "-").Replace(s.t.Name()) + ".png"
		_ = exec.Command("env", "DISPLAY="+s.display, "scrot", "-o", name).Run()
	}
}

func (s *screen) do(args ...string) (string, error) {
	cmd := exec.Command("xdotool", args...)
	cmd.Env = []string{"DISPLAY=" + s.display, "PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir()}
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// windows are those that can be seen, without those that are dialogs' shadows.
func (s *screen) windows() []string {
	out, _ := s.do("search", "--onlyvisible", "--name", ".")
	return strings.Fields(out)
}

// dialog waits for one that was not there before, and gives it the keyboard:
// there is no window manager to do so. Numbers of windows come back, so that it
// takes the process, too, to know one.
func (s *screen) dialog() {
	s.t.Helper()
	eventually(s.t, "a dialog", func() bool {
		w := s.windows()
		if len(w) == 0 {
			return false
		}
		window := w[len(w)-1]
		pid, err := s.do("getwindowpid", window)
		if err != nil || window+" "+pid == s.last {
			return false
		}
		_, err = s.do("windowfocus", "--sync", window)
		s.last = window + " " + pid
		return err == nil
	})
	time.Sleep(300 * time.Millisecond) // until its program has noticed
	s.keep()
}

// empty waits until no dialog is there.
func (s *screen) empty() {
	s.t.Helper()
	eventually(s.t, "no dialog", func() bool { return len(s.windows()) == 0 })
}

// enter types text and presses Return.
func (s *screen) enter(text string) {
	s.t.Helper()
	if _, err := s.do("type", "--delay", "20", text); err != nil {
		s.t.Fatal(err)
	}
	s.press("Return")
}

func (s *screen) press(key string) {
	s.t.Helper()
	if _, err := s.do("key", key); err != nil {
		s.t.Fatal(err)
	}
}

// before is the world's person before this screen, who wants to be asked one way.
func (w *world) before(s *screen, way string) *world {
	return w.With("DISPLAY="+s.display, "AWSBROKER_PROMPT="+way, "NO_AT_BRIDGE=1", "XDG_RUNTIME_DIR="+w.Path("tmp"))
}

// start runs awsbroker without a terminal, beside the test.
func (w *world) start(args ...string) *background {
	w.t.Helper()
	b := &background{w: w, ended: make(chan struct{})}
	b.cmd = w.Command(w.Bin, args...)
	b.cmd.Stdout, b.cmd.Stderr = &b.out, &b.complaint
	b.started = time.Now()
	if err := b.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		_ = b.cmd.Wait()
		close(b.ended)
	}()
	w.t.Cleanup(func() { _ = b.cmd.Process.Kill(); <-b.ended })
	return b
}

// background is a run that goes on.
type background struct {
	w              *world
	cmd            *exec.Cmd
	out, complaint bytes.Buffer
	started        time.Time
	ended          chan struct{}
}

func (b *background) outcome() machine.Result {
	b.w.t.Helper()
	select {
	case <-b.ended:
	case <-time.After(machine.Patience):
		b.w.t.Fatal("it does not end")
	}
	return machine.Result{Stdout: b.out.String(), Stderr: b.complaint.String(), Code: b.cmd.ProcessState.ExitCode(), Took: time.Since(b.started)}
}

// noneLeft waits until none of these programs runs for the person.
func (w *world) noneLeft(programs ...string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("no %v is left", programs), func() bool { return len(w.running(programs...)) == 0 })
}

// running are the processes of these programs that have the world's home.
func (w *world) running(programs ...string) (found []string) {
	for _, p := range processes() {
		for _, name := range programs {
			if strings.HasPrefix(p.name, name) && strings.Contains(p.environ, "HOME="+w.Home+"\x00") {
				found = append(found, p.name)
			}
		}
	}
	return found
}

type process struct{ name, environ string }

func processes() (all []process) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		name, err := os.ReadFile("/proc/" + e.Name() + "/comm")
		if err != nil {
			continue
		}
		environ, _ := os.ReadFile("/proc/" + e.Name() + "/environ") // empty for one that has ended
		all = append(all, process{strings.TrimSpace(string(name)), string(environ)})
	}
	return all
}
