//go:build !windows

package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestMain makes the test binary a pinentry, too, which follows a script, and a
// process that asks at its terminal.
func TestMain(m *testing.M) {
	if kind := os.Getenv("TEST_QUESTION"); kind != "" {
		askAtTerminal(kind)
		return
	}
	if script := os.Getenv("TEST_PINENTRY"); script != "" {
		scriptedPinentry(script)
		return
	}
	os.Exit(m.Run())
}

// scriptedPinentry answers OK, but for what its script says:
// "GETPIN=D 123|OK;SETDESC=ERR 1". "hello" is the greeting. A response may end
// with "exit", "kill" (itself), or "hang", which ignores SIGTERM; "stay" only ignores it.
func scriptedPinentry(script string) {
	rules := map[string][]string{}
	for rule := range strings.SplitSeq(script, ";") {
		command, response, _ := strings.Cut(rule, "=")
		rules[command] = append(rules[command], response)
	}
	log, err := os.OpenFile(os.Getenv("TEST_PINENTRY_LOG"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(log, "pid %d\n", os.Getpid())
	answer := func(command, otherwise string) {
		response := otherwise
		if r := rules[command]; len(r) > 0 {
			response = r[0]
			rules[command] = append(r[1:], r[0])
		}
		for line := range strings.SplitSeq(response, "|") {
			switch line {
			case "exit":
				os.Exit(0)
			case "kill":
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			case "stay":
				signal.Ignore(syscall.SIGTERM)
			case "hang":
				signal.Ignore(syscall.SIGTERM)
				select {}
			default:
				fmt.Println(line)
			}
		}
	}
	answer("hello", "OK Pleased to meet you")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Fprintln(log, in.Text())
		command, _, _ := strings.Cut(in.Text(), " ")
		if in.Text() == "GETINFO flavor" {
			command = "flavor"
			answer(command, "D gtk2|OK")
			continue
		}
		answer(command, "OK")
		if command == "BYE" {
			return
		}
	}
}

// desk is a place with a screen, as far as can be seen without one, and a
// pinentry.
type desk struct {
	t       *testing.T
	environ []string
	log     string
	debug   strings.Builder
}

func newDesk(t *testing.T, script string) *desk {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "gpg-agent.conf"), []byte("# mine\npinentry-program "+self+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket := listen(t)
	d := &desk{t: t, log: filepath.Join(dir, "log")}
	d.environ = []string{
		"GNUPGHOME=" + dir, "WAYLAND_DISPLAY=" + socket, "DISPLAY=:99", "LC_ALL=C.UTF-8", "TEST_PINENTRY=" + script, "TEST_PINENTRY_LOG=" + d.log,
		"AWS_PROFILE=x", "AWSBROKER_FILE_PASSPHRASE=x",
	}
	return d
}

func (d *desk) open(ctx context.Context) (*Ladder, error) {
	ways, err := ParseWays("pinentry")
	if err != nil {
		d.t.Fatal(err)
	}
	return Open(ctx, Options{
		Ways: ways, Environ: d.environ, Debug: func(text string) { d.debug.WriteString(text + "\n") },
		Turn: func(context.Context, string) (func(), error) { return func() {}, nil },
	})
}

// said is what the pinentry got, one command a line.
func (d *desk) said() string {
	data, _ := os.ReadFile(d.log)
	return string(data)
}

// gone waits until the pinentry has ended.
func (d *desk) gone() {
	d.t.Helper()
	_, rest, _ := strings.Cut(d.said(), "pid ")
	number, _, _ := strings.Cut(rest, "\n")
	pid, err := strconv.Atoi(number)
	if err != nil {
		d.t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return
		}
		if time.Now().After(end) {
			d.t.Fatalf("the pinentry is still there\n%s", d.said())
		}
	}
}

func TestPinentryAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		script, want string
		err          error
	}{
		"a code":              {script: "GETPIN=D 123456|OK", want: "123456"},
		"in pieces":           {script: "GETPIN=S PINENTRY_LAUNCHED 1|D 12%33|# x|D 456|OK", want: "123456"},
		"nothing typed":       {script: "GETPIN=OK", want: ""},
		"options unknown":     {script: "OPTION=ERR 83886254 Unknown option;SETTITLE=ERR 67109139 Unknown;flavor=ERR 83886360 x;GETPIN=D 1|OK", want: "1"},
		"cancelled":           {script: "GETPIN=ERR 83886179 Operation cancelled <Pinentry>", err: ErrCancelled},
		"fully cancelled":     {script: "GETPIN=S BUTTON_INFO close|ERR 83886278 cancelled", err: ErrCancelled},
		"too late":            {script: "GETPIN=ERR 83886142 Timeout <Pinentry>", err: ErrTimeout},
		"no terminal of its":  {script: "GETPIN=S ERROR curses.isatty 83918950|ERR 83918950 Inappropriate ioctl", err: ErrNoTerminal},
		"for terminals":       {script: "flavor=D tty|OK;GETPIN=ERR 83886179 Operation cancelled", err: ErrNoTerminal},
		"fell back to curses": {script: "flavor=D gnome3:curses|OK;GETPIN=ERR 83886179 Operation cancelled", err: ErrNoTerminal},
		"asks back":           {script: "GETPIN=INQUIRE QUALITY 1", err: ErrNoTerminal},
		"another protocol":    {script: "hello=220 ready", err: ErrNoTerminal},
		"too long a line":     {script: "GETPIN=D " + strings.Repeat("1", 1000) + "|OK", err: ErrNoTerminal},
		"ends at once":        {script: "hello=exit", err: ErrNoTerminal},
		"ends when asked":     {script: "GETPIN=exit", err: ErrNoTerminal},
		"ends in an answer":   {script: "GETPIN=D 12|exit", err: ErrNoTerminal},
		"killed":              {script: "SETDESC=kill", err: ErrNoTerminal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, tt.script)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			got := ""
			l, err := d.open(ctx)
			if err == nil {
				defer l.Close()
				got, err = l.Line(ctx, "MFA code of arn:x, within 20 seconds: ")
			}
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%q, %v; want %q, %v\n%s%s", got, err, tt.want, tt.err, d.debug.String(), d.said())
			}
			if l != nil {
				l.Close()
			}
			d.gone()
		})
	}
}

func TestPinentryConfirms(t *testing.T) {
	for script, want := range map[string]bool{"CONFIRM=OK": true, "CONFIRM=ERR 83886194 Not confirmed": false} {
		d := newDesk(t, script)
		l, err := d.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if yes, err := l.Confirm(t.Context(), "Remove it?"); yes != want || err != nil {
			t.Errorf("%s: %v, %v", script, yes, err)
		}
		l.Close()
		if !strings.Contains(d.said(), "SETOK _Yes\nSETCANCEL _No\nCONFIRM\n") {
			t.Error(d.said())
		}
	}
}

// TestPinentryTakesTypedYes where a button or a closed window may be no person's yes.
func TestPinentryTakesTypedYes(t *testing.T) {
	for _, flavor := range []string{"fltk", "gnome3", "mac", "unheard-of"} {
		for answer, want := range map[string]bool{"D yes|OK": true, "D Y|OK": true, "OK": false, "D x|OK": false, "ERR 83886179 Operation cancelled": false} {
			d := newDesk(t, "flavor=D "+flavor+"|OK;CONFIRM=OK;GETPIN="+answer)
			l, err := d.open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if yes, err := l.Confirm(t.Context(), "Remove it?"); yes != want || err != nil {
				t.Errorf("%s, %s: %v, %v", flavor, answer, yes, err)
			}
			l.Close()
			if !strings.Contains(d.said(), "SETDESC Remove it?%0A(type yes to agree)\nSETPROMPT yes or no:\n") {
				t.Error(d.said())
			}
		}
	}
}

// TestPinentryAtClosedTerminal: pinentry-tty says that somebody cancelled, where nobody
// can have.
func TestPinentryAtClosedTerminal(t *testing.T) {
	d := newDesk(t, "hello=stay|OK;flavor=D tty|OK;GETPIN=ERR 83886179 Operation cancelled")
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	d.environ = append(d.environ, "GPG_TTY="+slave.Name())
	l, err := d.open(t.Context())
	master.Close()
	if err == nil {
		_, err = l.Line(t.Context(), "MFA code: ")
	}
	if !errors.Is(err, ErrNoTerminal) {
		t.Error(err)
	}
}

// TestPinentryShows what the person has to know, as text, and what was wrong
// with their last answer beside it.
func TestPinentryShows(t *testing.T) {
	d := newDesk(t, "GETPIN=D 1|OK")
	l, err := d.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	l.Print("sh <b>% asks for role admin_mfa\n")
	for range 2 {
		if _, err := l.Hidden(ctx, "MFA code of arn:aws:iam::123456789012:mfa/phoebe, within 40 seconds: "); err != nil {
			t.Fatal(err)
		}
		l.Print("AWS did not accept the MFA code; 2 tries left\n")
	}
	l.Close()
	said := d.said()
	for _, line := range []string{
		"OPTION no-grab", "OPTION display=:99", "OPTION lc-ctype=C.UTF-8", "SETTITLE awsbroker", "SETPROMPT MFA code:", "BYE",
		"SETDESC sh ‹b›%25 asks for role admin_mfa%0AMFA code of arn:aws:iam::123456789012:mfa/phoebe, within 40 seconds",
	} {
		if !strings.Contains(said, "\n"+line+"\n") {
			t.Errorf("it was not told %q", line)
		}
	}
	if strings.Count(said, "SETERROR AWS did not accept the MFA code; 2 tries left\n") != 1 || strings.Contains(said, "ttyname") || strings.Contains(said, "external") {
		t.Error(said)
	}
	if !strings.Contains(said, "SETTIMEOUT 41\n") && !strings.Contains(said, "SETTIMEOUT 40\n") {
		t.Error("it does not know for how long it may ask")
	}
	if t.Failed() {
		t.Log(said)
	}
}

// TestPinentryEnds when the question does, even if it does not want to.
func TestPinentryEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		err    error
	}{
		"asking":           {"GETPIN=hang", ErrTimeout},
		"saying nothing":   {"hello=hang", ErrTimeout},
		"while it is told": {"SETDESC=hang", ErrTimeout},
		"cancelled":        {"GETPIN=hang", ErrCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, tt.script)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if tt.err == ErrCancelled {
				var stop context.CancelFunc
				ctx, stop = context.WithCancel(t.Context())
				time.AfterFunc(500*time.Millisecond, stop)
			}
			l, err := d.open(ctx)
			if err == nil {
				_, err = l.Hidden(ctx, "x: ")
				l.Close()
			}
			if !errors.Is(err, tt.err) {
				t.Errorf("%v, want %v", err, tt.err)
			}
			d.gone()
		})
	}
}

// TestPinentryThatIsSilent is passed over, not waited for to the end.
func TestPinentryThatIsSilent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "hello=hang")
	started := time.Now()
	_, err := d.open(t.Context())
	if took := time.Since(started); !errors.Is(err, ErrNoTerminal) || took < pinentryPatience || took > 2*pinentryPatience {
		t.Errorf("%v after %s", err, took)
	}
	d.gone()
}

func TestPinentrySeesNothingOfOurs(t *testing.T) {
	d := newDesk(t, "GETPIN=hang")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := l.now.(*Pinentry)
	environ := strings.Join(p.cmd.Env, "\n")
	if strings.Contains(environ, "AWS") || !strings.Contains(environ, "DISPLAY=:99") || !strings.Contains(environ, "WAYLAND_DISPLAY=") {
		t.Error(environ)
	}
	if len(p.cmd.Args) != 1 {
		t.Errorf("it has arguments: %q", p.cmd.Args)
	}
}
