//go:build !windows

package prompt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// askAtTerminal is a process that asks one question at its terminal, of the kind that
// TEST_QUESTION names, and writes to standard output how it ended.
func askAtTerminal(kind string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	limit, err := time.ParseDuration(os.Getenv("TEST_LIMIT"))
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t, err := OpenTerminal()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	t.Print("one\ntwo\n")
	answer := ""
	switch kind {
	case "line":
		answer, err = t.Line(ctx, "asked: ")
	case "hidden":
		secret, e := t.Hidden(ctx, "asked: ")
		answer, err = secret.Reveal(), e
	case "confirm":
		yes, e := t.Confirm(ctx, "asked: ")
		answer, err = map[bool]string{true: "y", false: "n"}[yes], e
	}
	switch {
	case errors.Is(err, ErrTimeout):
		answer = "timeout"
	case errors.Is(err, ErrCancelled):
		answer = "cancelled"
	case err != nil:
		answer = err.Error()
	}
	fmt.Println(answer)
}

// modes are those in which programs leave a terminal.
var modes = map[string]func(*unix.Termios){
	"a shell's": func(*unix.Termios) {},
	"raw": func(m *unix.Termios) { // cfmakeraw(3)
		m.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
		m.Oflag &^= unix.OPOST
		m.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	},
	"watch's": func(m *unix.Termios) { // initscr, nonl, noecho, cbreak
		m.Iflag &^= unix.ICRNL
		m.Oflag &^= unix.ONLCR
		m.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON
	},
	"one with other keys": func(m *unix.Termios) { m.Cc[unix.VINTR], m.Cc[unix.VEOF] = 7, 24 },
	"one without keys":    func(m *unix.Termios) { m.Cc[unix.VINTR], m.Cc[unix.VEOF] = 0, 0 },
	"one without Enter":   func(m *unix.Termios) { m.Iflag |= unix.IGNCR },
}

// question is one that a process asks at a terminal.
type question struct {
	tm     *machine.Terminal
	job    *machine.Job
	out    *strings.Builder
	before unix.Termios
}

func ask(t *testing.T, kind, limit string, mode func(*unix.Termios)) *question {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	q := &question{tm: machine.NewTerminal(t), out: &strings.Builder{}}
	q.set(t, mode)
	q.before = q.mode(t)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "TEST_QUESTION="+kind, "TEST_LIMIT="+limit)
	cmd.Stdout = q.out
	q.job = q.tm.Start(cmd)
	if screen := q.tm.Expect("asked: "); !strings.Contains(screen, "one\r\ntwo\r\n") {
		t.Errorf("the lines are not below each other: %q", screen)
	}
	return q
}

func (q *question) mode(t *testing.T) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(q.tm.Slave.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

func (q *question) set(t *testing.T, change func(*unix.Termios)) {
	t.Helper()
	m := q.mode(t)
	change(&m)
	if err := unix.IoctlSetTermios(int(q.tm.Slave.Fd()), setTermios, &m); err != nil {
		t.Fatal(err)
	}
}

// end is how the question ended, once what is after it holds.
func (q *question) end() string {
	q.job.Wait()
	return strings.TrimSuffix(q.out.String(), "\n")
}

// TestQuestionsInModes: whatever the mode is that a program left the terminal in, each
// question takes an answer and an end, and leaves that mode.
func TestQuestionsInModes(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		for _, kind := range []string{"line", "hidden", "confirm"} {
			for _, tt := range []struct{ name, keys, limit, want string }{
				{"Enter", "y\r", "20s", "y"},
				{"newline", "y\n", "20s", "y"},
				{"Ctrl-C", "y\x03", "20s", "cancelled"},
				{"Ctrl-D", "\x04", "20s", "cancelled"},
				{"nothing", "", "300ms", "timeout"},
			} {
				if name == "one without Enter" && tt.name == "newline" {
					continue
				}
				t.Run(name+" "+kind+" "+tt.name, func(t *testing.T) {
					t.Parallel()
					q := ask(t, kind, tt.limit, mode)
					q.tm.Send(tt.keys)
					if got := q.end(); got != tt.want {
						t.Errorf("%q, want %q", got, tt.want)
					}
					if tt.want == "y" {
						typed := q.tm.Expect("\r\n")
						if shown := strings.Contains(typed, "y"); shown == (kind == "hidden") {
							t.Errorf("what was typed was shown: %q", typed)
						}
					}
					if q.mode(t) != q.before {
						t.Error("the mode is not as it was")
					}
				})
			}
		}
	}
}

// TestModeChangesMeanwhile: a full-screen program that draws anew while a question is
// asked makes the keys bytes, and keeps its mode.
func TestModeChangesMeanwhile(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"12\x7f3\r": "13", "€€\b\x7fy\r": "y", "12\x15y\r": "y", "12\x03": "cancelled", "\x04": "cancelled", "1\x1a": "cancelled",
	} {
		t.Run(fmt.Sprintf("%q", keys), func(t *testing.T) {
			t.Parallel()
			q := ask(t, "line", "20s", modes["a shell's"])
			q.set(t, modes["raw"])
			now := q.mode(t)
			for _, key := range strings.Split(keys, "") {
				q.tm.Send(key)
				time.Sleep(10 * time.Millisecond)
			}
			if got := q.end(); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			if q.mode(t) != now {
				t.Error("the program's own mode is gone")
			}
		})
	}
}
