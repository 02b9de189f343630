//go:build linux

package acceptance

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// The ways to ask where there is no terminal, with the programs that people
// have: real pinentries, and dialogs on a real X server.

// dialogs are the ways that show a window, and the program behind each.
var dialogs = map[string]string{"zenity": "zenity", "kdialog": "kdialog", "pinentry": "pinentry-gtk-2"}

// beforeDialog is a person whose codes are asked for in one of the dialogs.
func beforeDialog(t *testing.T, way string) (*world, *screen) {
	t.Helper()
	path, err := exec.LookPath(dialogs[way])
	if err != nil {
		skip(t, "there is no "+dialogs[way])
	}
	w, s := newWorld(t), newScreen(t)
	if way == "pinentry" {
		w.pinentry(path)
	}
	return w.before(s, way), s
}

// pinentry chooses one as people do for GnuPG.
func (w *world) pinentry(path string) {
	w.Mkdir(w.Path("home/.gnupg"), 0o700)
	w.Write(w.Path("home/.gnupg/gpg-agent.conf"), "pinentry-program "+path+"\n")
}

// TestDialogs: a code typed into a dialog works, after a wrong one, too; and
// nothing that is shown or typed is in a command line that should not be.
func TestDialogs(t *testing.T) {
	t.Parallel()
	for way, program := range dialogs {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w, s := beforeDialog(t, way)
			lines := watchAllCommandLines(t)
			wrong, code := w.wrongCodes(1)[0], w.Code()
			run := w.start("credential-process", "--profile", "admin")
			s.dialog()
			s.enter(wrong)
			eventually(t, "AWS to be asked", func() bool { return w.assumed() == 1 })
			s.dialog()
			s.enter(code)
			wantAnswer(t, run.outcome())
			w.wantAssumed(2)
			w.noneLeft(program)
			for _, secret := range []string{wrong, code, machine.Passphrase} {
				if seen := lines(secret); seen != "" {
					t.Errorf("%q has a secret", seen)
				}
			}
		})
	}
}

// TestDialogCancelled: a no is a no. There is no other question, and the end
// comes at once.
func TestDialogCancelled(t *testing.T) {
	t.Parallel()
	for way, program := range dialogs {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w, s := beforeDialog(t, way)
			w = w.With("AWSBROKER_PROMPT=" + way + ",dialog")
			run := w.start("credential-process", "--profile", "admin")
			s.dialog()
			s.press("Escape")
			wantFailure(t, run.outcome(), 4, "cancelled")
			w.wantAssumed(0)
			w.noneLeft(program, "zenity", "kdialog")
		})
	}
}

// TestDialogGoesWithUs: whatever ends the question, no dialog is left.
func TestDialogGoesWithUs(t *testing.T) {
	t.Parallel()
	for way, program := range dialogs {
		for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGKILL} {
			if testing.Short() && end != syscall.SIGTERM && end != syscall.SIGKILL {
				continue
			}
			t.Run(fmt.Sprintf("%s %s", way, end), func(t *testing.T) {
				t.Parallel()
				w, s := beforeDialog(t, way)
				run := w.start("credential-process", "--profile", "admin")
				s.dialog()
				if err := run.cmd.Process.Signal(end); err != nil {
					t.Fatal(err)
				}
				if r := run.outcome(); end == syscall.SIGKILL && r.Code != -1 || end != syscall.SIGKILL && r.Code != 4 {
					t.Error(r)
				}
				s.empty()
				w.noneLeft(program)
				// Nor is a lock: the next call asks.
				next := w.start("credential-process", "--profile", "admin")
				s.dialog()
				s.enter(w.Code())
				wantAnswer(t, next.outcome())
			})
		}
	}
}

// TestDialogForPassphrase: the keystore's passphrase is asked for hidden, and
// again if it was wrong; then comes the code. New ones are asked for twice.
func TestDialogForPassphrase(t *testing.T) {
	t.Parallel()
	for way := range dialogs {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w, s := beforeDialog(t, way)
			w = w.Without("AWSBROKER_FILE_PASSPHRASE")
			code := w.Code()
			run := w.start("credential-process", "--profile", "admin")
			for _, answer := range []string{"not it", machine.Passphrase, code} {
				s.dialog()
				s.enter(answer)
			}
			wantAnswer(t, run.outcome())
			w.wantAssumed(1)
		})
	}
}

// TestDialogConfirms: awsbroker_confirm in a dialog.
func TestDialogConfirms(t *testing.T) {
	t.Parallel()
	for way := range dialogs {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w, s := beforeDialog(t, way)
			w.Profile("prod", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "awsbroker_confirm = true", "duration_seconds = 1800")
			w.Login("prod")
			run := w.start("credential-process", "--profile", "prod")
			s.dialog()
			s.press("Escape")
			wantFailure(t, run.outcome(), 4, "")
			run = w.start("credential-process", "--profile", "prod")
			s.dialog()
			if way == "kdialog" {
				s.press("Down")
				s.press("Return")
			} else {
				s.press("alt+y")
			}
			wantAnswer(t, run.outcome())
			w.wantAssumed(1)
		})
	}
}

// TestOneDialogAtATime: two questions about two devices wait for each other.
func TestOneDialogAtATime(t *testing.T) {
	t.Parallel()
	w, s := beforeDialog(t, "zenity")
	other := w.AWS.Account.AddUser("other")
	device := other.EnableMFA("other")
	key := other.AddAccessKey()
	w.AddKey("other", key)
	w.Profile("two", "other", w.AWS.Role.ARN(), device.Serial)
	runs := []*background{w.start("credential-process", "--profile", "admin"), w.start("credential-process", "--profile", "two")}
	for range runs {
		s.dialog()
		time.Sleep(time.Second)
		if n := len(w.running("zenity")); n != 1 {
			t.Fatalf("%d dialogs at once", n)
		}
		s.press("Escape")
	}
	for _, r := range runs {
		wantFailure(t, r.outcome(), 4, "cancelled")
	}
}

// TestPinentryAtTerminal: a pinentry for terminals, at the one that GPG_TTY
// names, of a process that has none itself.
func TestPinentryAtTerminal(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"pinentry-tty", "pinentry-curses"} {
		path, err := exec.LookPath(program)
		if err != nil {
			skip(t, "there is no "+program)
		}
		asked := func(t *testing.T) (*world, *machine.Terminal, *background) {
			w, tm := newWorld(t), machine.NewTerminal(t)
			if tm.Slave == nil || !tm.Echoes() {
				t.Fatal("no terminal")
			}
			w.pinentry(path)
			w = w.With("GPG_TTY="+tm.Slave.Name(), "TERM=vt100", "AWSBROKER_PROMPT=terminal,pinentry")
			run := w.start("credential-process", "--profile", "admin")
			tm.Expect("admin-mfa")
			eventually(t, "what is typed to be hidden", func() bool { return !tm.Echoes() })
			return w, tm, run
		}
		t.Run(program+" code", func(t *testing.T) {
			t.Parallel()
			w, tm, run := asked(t)
			code := w.Code()
			tm.Send(code + "\r")
			wantAnswer(t, run.outcome())
			if tm.Count(code) > 0 {
				t.Error("the code was shown")
			}
			if !tm.Echoes() {
				t.Error("the terminal shows nothing any more")
			}
			w.noneLeft("pinentry")
		})
		for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(fmt.Sprintf("%s %s", program, end), func(t *testing.T) {
				t.Parallel()
				w, tm, run := asked(t)
				_ = run.cmd.Process.Signal(end)
				wantFailure(t, run.outcome(), 4, "cancelled")
				if !tm.Echoes() {
					t.Error("the terminal shows nothing any more")
				}
				w.noneLeft("pinentry")
			})
		}
		t.Run(program+" closed", func(t *testing.T) {
			t.Parallel()
			pinentryAtTerminalThatCloses(t, path)
		})
	}
}

func pinentryAtTerminalThatCloses(t *testing.T, path string) {
	w := newWorld(t)
	w.pinentry(path)
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	tm := &machine.Terminal{T: t, Master: master, Slave: slave} // that nobody reads: closing would wait for them
	run := w.With("GPG_TTY="+slave.Name(), "TERM=vt100").start("credential-process", "--profile", "admin")
	eventually(t, "what is typed to be hidden", func() bool { return !tm.Echoes() })
	slave.Close()
	master.Close()
	r := run.outcome()
	wantFailure(t, r, 4, hint)
	w.noneLeft("pinentry")
}

// TestWaysThatCannotAsk are passed over in under a second, all of them.
func TestWaysThatCannotAsk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dead := filepath.Join(dir, "wayland-0") // a screen that is gone
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	hung, err := net.Listen("unix", filepath.Join(dir, "hung:0")) // it takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	tm := machine.NewTerminal(t)
	for name, env := range map[string][]string{
		"nothing":                   nil,
		"screens that hang":         {"DISPLAY=" + hung.Addr().String(), "WAYLAND_DISPLAY=" + hung.Addr().String(), "DBUS_SESSION_BUS_ADDRESS=unix:path=" + hung.Addr().String()},
		"screens that are not":      {"DISPLAY=:4711", "WAYLAND_DISPLAY=" + dead},
		"no names of screens":       {"DISPLAY=nonsense", "WAYLAND_DISPLAY=wayland-9"},
		"a terminal that is a file": {"GPG_TTY=" + filepath.Join(dir, "plain")},
		"a terminal that is gone":   {"GPG_TTY=/dev/pts/4711"},
		"nobody is to be asked":     {"AWSBROKER_PROMPT=none", "GPG_TTY=" + tm.Slave.Name()},
		"a command that is not":     {"AWSBROKER_PROMPT=command"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).With(env...)
			r := w.Run("credential-process", "--profile", "admin")
			wantFailure(t, r, 4, hint)
			if r.Took > underASecond {
				t.Errorf("it took %s", r.Took)
			}
		})
	}
	t.Run("a bad list", func(t *testing.T) {
		w := newWorld(t)
		wantFailure(t, w.Run("--prompt", "tty", "credential-process", "--profile", "admin"), 2, "terminal, pinentry, dialog")
		wantFailure(t, w.With("AWSBROKER_PROMPT=x,dialog").Run("credential-process", "--profile", "admin"), 2, `"x" is not a way of asking`)
	})
}

// TestFromOneWayToTheNext: a terminal pinentry on a desktop, a dialog that
// breaks: the next way asks.
func TestFromOneWayToTheNext(t *testing.T) {
	t.Parallel()
	w, s := beforeDialog(t, "zenity")
	if path, err := exec.LookPath("pinentry-tty"); err == nil {
		w.pinentry(path)
	} else {
		skip(t, "there is no pinentry-tty")
	}
	broken := "#!/bin/sh\necho 'kdialog: cannot do that today' >&2\nexit 127\n"
	w.Write(w.Path("bin/kdialog"), broken)
	w.Chmod(0o755, w.Path("bin/kdialog"))
	w = w.With("AWSBROKER_PROMPT=", "XDG_CURRENT_DESKTOP=KDE")
	run := w.start("credential-process", "--profile", "admin", "--debug")
	s.dialog()
	s.enter(w.Code())
	r := run.outcome()
	if r.Code != 0 || !strings.Contains(r.Stdout, `"Version":1`) {
		t.Fatal(r)
	}
	for _, why := range []string{"terminal: ", "pinentry: ", "needs a terminal", "kdialog: ", "cannot do that today", "way: zenity", "way: kdialog"} {
		if !strings.Contains(r.Stderr, why) {
			t.Errorf("no word of %q: %s", why, r.Stderr)
		}
	}
}

// TestSeedStaysInTheKeychain: a seed that was given and used is in no command
// line, no message, and no file in clear.
func TestSeedStaysInTheKeychain(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	lines := watchAllCommandLines(t)
	w.Profile("seeded", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "awsbroker_mfa_seed = keychain")
	seed := w.AWS.Device.Seed
	said := ""
	note := func(r machine.Result) {
		t.Helper()
		if r.Code != 0 {
			t.Fatal(r)
		}
		said += r.Stdout + r.Stderr
	}
	store := w.At(tm, "seed", "mfa", "seed", "--profile", "seeded", "--debug")
	tm.Expect("(not shown): ")
	tm.Send(seed + "\n")
	tm.Expect("[y/N] ")
	tm.Send("y\n")
	note(store.Outcome())
	note(w.RunWith("otpauth://totp/x?secret="+seed+"\n", "mfa", "seed", "-", "--yes", "--profile", "seeded", "--debug"))
	note(w.Run("credential-process", "--profile", "seeded", "--debug"))
	note(w.Run("list", "--json"))
	w.wantAssumed(1)
	if strings.Contains(said, seed) || tm.Count(seed) > 0 {
		t.Error("the seed was shown")
	}
	if line := lines(seed); line != "" {
		t.Errorf("the seed is in %q", line)
	}
	for _, file := range files(t, w.Dir) {
		if strings.Contains(w.Read(file), seed) {
			t.Errorf("the seed is in %s", file)
		}
	}
}

// watchAllCommandLines looks for a text in the command lines of all processes.
func watchAllCommandLines(t *testing.T) func(text string) string {
	t.Helper()
	lines := watchCommandLines(t, 10*time.Millisecond, func(line string) bool { return !strings.HasPrefix(line, "xdotool\x00") })
	return func(text string) string {
		ours := false
		for _, line := range lines() {
			if strings.Contains(line, text) {
				return line
			}
			ours = ours || strings.Contains(line, "awsbroker\x00")
		}
		if !ours {
			t.Error("not even awsbroker was seen among the command lines")
		}
		return ""
	}
}
