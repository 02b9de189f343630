//go:build linux

package acceptance

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

// TestMain makes the test binary a process that asks, too.
func TestMain(m *testing.M) {
	if kind := os.Getenv("TEST_ASKS"); kind != "" {
		fmt.Println(askPinentry(kind))
		return
	}
	os.Exit(m.Run())
}

// askPinentry asks one question through the pinentry of the environment, and says in a
// word how it ended.
func askPinentry(kind string) string {
	limit, err := time.ParseDuration(os.Getenv("TEST_LIMIT"))
	if err != nil {
		return err.Error()
	}
	ways, err := prompt.ParseWays("pinentry")
	if err != nil {
		return err.Error()
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	turn := func(context.Context, string) (func(), error) { return func() {}, nil }
	l, err := prompt.Open(ctx, prompt.Options{Ways: ways, Environ: os.Environ(), Turn: turn, Debug: func(text string) { fmt.Fprintln(os.Stderr, text) }})
	answer := ""
	if err == nil {
		defer l.Close()
		l.Begin("role admin-mfa in account 123456789012 (profile admin)\n")
		if kind == "code" {
			answer, err = l.Line(ctx, "MFA code: ")
		} else {
			var yes bool
			yes, err = l.Confirm(ctx, "Give it out?")
			answer = map[bool]string{true: "yes", false: "no"}[yes]
		}
	}
	switch {
	case errors.Is(err, prompt.ErrTimeout):
		return "timeout"
	case errors.Is(err, prompt.ErrCancelled):
		return "cancelled"
	case errors.Is(err, prompt.ErrNoTerminal):
		return "nobody"
	case err != nil:
		return err.Error()
	}
	return answer
}

// flavor is a pinentry of Debian's, and its keys.
type flavor struct {
	program  string
	terminal bool
	bus      bool              // its dialog is started on the session bus
	yes, no  string            // answers to CONFIRM: keys of xdotool's, or text for a terminal
	cancel   map[string]string // the same for a question for a code, and for a yes
}

var flavors = []flavor{
	{program: "pinentry-gtk-2", yes: "alt+y", no: "alt+n"},
	{program: "pinentry-qt", yes: "alt+y", no: "alt+n"},
	{program: "pinentry-gnome3", bus: true},
	{program: "pinentry-fltk"},
	{program: "pinentry-curses", terminal: true, cancel: map[string]string{"code": "\t\t\r", "yes": "\t\t\r"}},
	{program: "pinentry-tty", terminal: true, yes: "y", no: "n", cancel: map[string]string{"code": machine.ControlD, "yes": "n"}},
}

// ends of a question, what is to come of one for a code and of one for a yes.
var ends = []struct{ name, code, yes string }{
	{"answer", "123456", "yes"},
	{"a no", "", "no"},
	{"Enter typed ahead", "", "no"},
	{"cancel", "cancelled", "no"},
	{"close", "", ""}, // by kind: see wanted
	{"nothing", "timeout", "timeout"},
	{"nowhere to ask", "nobody", "nobody"},
}

// wanted is what is to come of a question that ended so. A window that is closed is a
// person's no, a terminal that is closed is not.
func (f flavor) wanted(end, code, yes, kind string) string {
	switch {
	case end == "close" && f.terminal:
		return "nobody"
	case end == "close" && kind == "code":
		return "cancelled"
	case end == "close":
		return "no"
	case end == "Enter typed ahead" && f.program == "pinentry-tty" && kind == "yes":
		return "timeout" // it waits for y or n
	case kind == "code":
		return code
	}
	return yes
}

// TestPinentries: every pinentry of Debian's, for a code and for a yes, however the
// question ends. The log has the table.
func TestPinentries(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	results := map[string]string{}
	t.Run("flavors", func(t *testing.T) {
		for _, f := range flavors {
			t.Run(f.program, func(t *testing.T) {
				t.Parallel()
				c := newConforming(t, f)
				for _, end := range ends {
					for _, kind := range []string{"code", "yes"} {
						want := f.wanted(end.name, end.code, end.yes, kind)
						if want == "" {
							continue
						}
						got := c.ask(kind, end.name)
						if got != want {
							t.Errorf("%s, %s: %q, want %q", kind, end.name, got, want)
						}
						mu.Lock()
						results[f.program+kind+end.name] = got
						mu.Unlock()
					}
				}
			})
		}
	})
	t.Log("\n" + conformanceTable(results))
}

func conformanceTable(results map[string]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "\tquestion")
	for _, end := range ends {
		fmt.Fprint(w, "\t", end.name)
	}
	for _, f := range flavors {
		for _, kind := range []string{"code", "yes"} {
			fmt.Fprintf(w, "\n%s\t%s", f.program, kind)
			for _, end := range ends {
				fmt.Fprint(w, "\t", results[f.program+kind+end.name])
			}
		}
	}
	w.Flush()
	return b.String()
}

// conforming is one pinentry under test.
type conforming struct {
	t *testing.T
	flavor
	home   string
	screen *screen
}

func newConforming(t *testing.T, f flavor) *conforming {
	t.Helper()
	path, err := exec.LookPath(f.program)
	if err != nil {
		skip(t, "there is no "+f.program)
	}
	if _, err := exec.LookPath("dbus-run-session"); f.bus && err != nil {
		skip(t, "there is no dbus-run-session")
	}
	c := &conforming{t: t, flavor: f, home: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.home, "gpg-agent.conf"), []byte("pinentry-program "+path+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !f.terminal || f.program == "pinentry-tty" { // which says without a terminal that somebody cancelled
		c.screen = newScreen(t)
	}
	return c
}

// asked is a process that asks.
type asked struct {
	cmd       *exec.Cmd
	out, said bytes.Buffer
}

func (c *conforming) start(kind, limit string, env ...string) *asked {
	c.t.Helper()
	self, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	a := &asked{cmd: exec.Command(self)}
	if c.bus {
		a.cmd = exec.Command("dbus-run-session", "--", self)
	}
	a.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "GNUPGHOME=" + c.home, "XDG_RUNTIME_DIR=" + c.home, "LC_ALL=C.UTF-8",
		"NO_AT_BRIDGE=1", "TERM=vt100", "TEST_ASKS=" + kind, "TEST_LIMIT=" + limit}, env...)
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	a.cmd.Stdout, a.cmd.Stderr = &a.out, &a.said
	if err := a.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return a
}

// ended waits for the process and returns its word.
func (c *conforming) ended(a *asked) string {
	c.t.Helper()
	stop := time.AfterFunc(2*machine.Patience, func() { _ = syscall.Kill(-a.cmd.Process.Pid, syscall.SIGKILL) })
	defer stop.Stop()
	_ = a.cmd.Wait()
	word := strings.TrimSpace(a.out.String())
	if word == "" {
		c.t.Logf("%s", a.said.String())
	}
	return word
}

// ask asks, ends the question, and returns what came of it.
func (c *conforming) ask(kind, end string) string {
	c.t.Helper()
	limit := "60s"
	if c.wanted(end, "", "", kind) == "timeout" {
		limit = "6s"
	}
	switch {
	case end == "nothing" && c.terminal:
		return c.ended(c.start(kind, "3s", "GPG_TTY="+machine.NewTerminal(c.t).Slave.Name()))
	case end == "nothing":
		return c.ended(c.start(kind, "3s", "DISPLAY="+c.screen.display))
	case end == "nowhere to ask" && c.program == "pinentry-tty":
		return c.ended(c.start(kind, limit, "DISPLAY="+c.screen.display))
	case end == "nowhere to ask":
		return c.ended(c.start(kind, limit))
	case c.terminal:
		return c.askAtTerminal(kind, end, limit)
	}
	return c.askInWindow(kind, end, limit)
}

func (c *conforming) askInWindow(kind, end, limit string) string {
	c.t.Helper()
	s := c.screen
	s.empty()
	a := c.start(kind, limit, "DISPLAY="+s.display)
	window := ""
	eventually(c.t, "a window of "+c.program, func() bool {
		if w := s.windows(); len(w) > 0 {
			window = w[len(w)-1]
		}
		_, err := s.do("windowfocus", "--sync", window)
		return window != "" && err == nil
	})
	time.Sleep(400 * time.Millisecond) // until its program has noticed
	s.keep()
	switch {
	case end == "answer" && kind == "code":
		s.enter("123456")
	case end == "answer" && c.yes != "":
		s.press(c.yes)
	case end == "answer":
		s.enter("yes")
	case end == "a no" && c.no != "":
		s.press(c.no)
	case end == "a no":
		s.enter("no")
	case end == "Enter typed ahead":
		s.enter("1")
	case end == "cancel":
		s.press("Escape")
	case end == "close":
		if err := closeWindow(s.display, window); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.ended(a)
}

func (c *conforming) askAtTerminal(kind, end, limit string) string {
	c.t.Helper()
	tm := machine.NewTerminal(c.t)
	a := c.start(kind, limit, "GPG_TTY="+tm.Slave.Name())
	tm.Expect("admin-mfa")
	eventually(c.t, "what is typed to be hidden", func() bool { return !tm.Echoes() })
	time.Sleep(100 * time.Millisecond)
	switch {
	case end == "answer" && kind == "code":
		tm.Send("123456\r")
	case end == "answer" && c.yes != "":
		tm.Send(c.yes)
	case end == "answer":
		tm.Send("yes\r")
	case end == "a no" && c.no != "":
		tm.Send(c.no)
	case end == "a no":
		tm.Send("no\r")
	case end == "Enter typed ahead":
		tm.Send("1\r")
	case end == "cancel":
		if text := map[string]string{"\t\t\r": "Tab, Tab, Enter cancels", machine.ControlD: "Ctrl-D cancels"}[c.cancel[kind]]; !strings.Contains(tm.Screen(), text) {
			c.t.Errorf("it does not say %q", text)
		}
		tm.Send(c.cancel[kind])
	case end == "close":
		tm.HangUp()
	}
	return c.ended(a)
}

// closeWindow asks the program behind a window to close it, as a window manager does
// whose button is pressed: xdotool can only destroy it. ICCCM, section 4.2.8.1;
// https://www.x.org/releases/current/doc/xproto/x11protocol.html#Encoding
func closeWindow(display, window string) error {
	number, err := strconv.ParseUint(window, 10, 32)
	if err != nil {
		return err
	}
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+strings.TrimPrefix(display, ":"))
	if err != nil {
		return err
	}
	defer conn.Close()
	order := binary.LittleEndian
	_, _ = conn.Write([]byte("l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	head := make([]byte, 8)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, conn, 4*int64(order.Uint16(head[6:]))); err != nil {
		return err
	}
	atom := func(name string) uint32 { // InternAtom
		padded := name + strings.Repeat("\x00", (4-len(name)%4)%4)
		request := order.AppendUint16([]byte{16, 0}, uint16(2+len(padded)/4))
		request = append(order.AppendUint16(request, uint16(len(name))), 0, 0)
		_, _ = conn.Write(append(request, padded...))
		reply := make([]byte, 32)
		_, err = io.ReadFull(conn, reply)
		return order.Uint32(reply[8:])
	}
	protocols, deleteWindow := atom("WM_PROTOCOLS"), atom("WM_DELETE_WINDOW")
	request := order.AppendUint16([]byte{25, 0}, 11) // SendEvent
	for _, word := range []uint32{uint32(number), 0, 33 | 32<<8, uint32(number), protocols, deleteWindow, 0, 0, 0, 0} {
		request = order.AppendUint32(request, word)
	}
	_, _ = conn.Write(request)
	atom("WM_NAME") // a request with an answer: the server has done the one before
	return err
}
