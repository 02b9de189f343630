package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/desktop"
	"github.com/awsbroker/awsbroker/internal/fault"
)

// TestMain keeps the tests away from the gpg keys and the pass store of whoever
// runs them.
func TestMain(m *testing.M) {
	if os.Getenv(crashKind) == "" {
		os.Setenv("PASSWORD_STORE_DIR", "/nonexistent/store")
		os.Setenv("GNUPGHOME", "/nonexistent/gnupg")
	}
	code := m.Run()
	if gpgMaster != "" {
		os.RemoveAll(gpgMaster)
	}
	os.Exit(code)
}

// testPinentry answers as its file "answer" says: with the passphrase, with a
// wrong one, with a no, or not at all.
const testPinentry = `#!/bin/sh
echo "OK ready"
while read -r line; do
  case "$line" in
  "GETINFO pid") echo "D $$"; echo OK ;;
  GETPIN*)
    echo asked >>HOME/asked
    case "$(cat HOME/answer)" in
    right) echo "D PASSPHRASE"; echo OK ;;
    wrong) echo "D not it"; echo OK ;;
    no) echo "ERR 83886179 Operation cancelled <Pinentry>" ;;
    silence) ;;
    esac ;;
  BYE) echo OK; exit ;;
  *) echo OK ;;
  esac
done
`

const gpgPassphrase = "correct horse battery"

// gpgHomes are made once: keys take time. Each test works on a copy.
var gpgMaster string

var gpgHomes = sync.OnceValues(func() (home string, err error) {
	home, err = os.MkdirTemp("", "ab")
	if err != nil {
		return "", err
	}
	gpgMaster = home
	for who, passphrase := range map[string]string{"open@example.com": "", "locked@example.com": gpgPassphrase} {
		if out, err := gpgIn(home, "--pinentry-mode=loopback", "--passphrase", passphrase, "--quick-gen-key", who, "ed25519", "sign", "never"); err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		list, err := gpgIn(home, "--with-colons", "--list-keys", who)
		if err != nil {
			return "", err
		}
		_, rest, _ := strings.Cut(string(list), "\nfpr:::::::::")
		print, _, _ := strings.Cut(rest, ":")
		if out, err := gpgIn(home, "--pinentry-mode=loopback", "--passphrase", passphrase, "--quick-add-key", print, "cv25519", "encr", "never"); err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
	}
	return home, exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
})

func gpgIn(home string, args ...string) ([]byte, error) {
	return exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--no-tty", "--quiet"}, args...)...).CombinedOutput()
}

// gpgHome is a copy of the keys, with an agent that ends with the test. It
// checks that no other process is left.
func gpgHome(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"pass", "gpg", "gpgconf"} {
		desktop.Need(t, program)
	}
	master, err := gpgHomes()
	if err != nil {
		t.Fatal(err)
	}
	home := desktop.ShortDir(t)
	// Only keys and trust: the master has sockets, too.
	files, _ := filepath.Glob(filepath.Join(master, "private-keys-v1.d", "*"))
	for _, f := range append(files, filepath.Join(master, "pubring.kbx"), filepath.Join(master, "trustdb.gpg")) {
		to := filepath.Join(home, strings.TrimPrefix(f, master))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, string(data))
	}
	t.Cleanup(func() {
		wantProcesses(t, home, "gpg-agent", "scdaemon")
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		wantProcesses(t, home)
	})
	pinentry := filepath.Join(home, "pinentry-test")
	write(t, pinentry, strings.NewReplacer("HOME", home, "PASSPHRASE", gpgPassphrase).Replace(testPinentry))
	if err := os.Chmod(pinentry, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "gpg-agent.conf"), "pinentry-program "+pinentry+"\n")
	write(t, filepath.Join(home, "answer"), "right\n")
	return home
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantProcesses waits until, of the processes that have this gpg home in their
// environment or command line, only those so named are left.
func wantProcesses(t *testing.T, home string, allowed ...string) {
	t.Helper()
	var left []string
	for range 100 {
		left = nil
		dirs, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range dirs {
			environ, _ := os.ReadFile(filepath.Join(dir, "environ"))
			line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
			comm, _ := os.ReadFile(filepath.Join(dir, "comm"))
			if dir == "/proc/"+strconv.Itoa(os.Getpid()) || len(line) == 0 { // a zombie has no command line
				continue
			}
			name := strings.TrimSpace(string(comm))
			if bytes.Contains(environ, []byte("GNUPGHOME="+home+"\x00")) || bytes.Contains(line, []byte(home)) {
				if !strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+name+" ") {
					left = append(left, name)
				}
			}
		}
		if left == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("processes were left behind: %v", left)
}

// passSubject is a real pass with a real gpg key that has a passphrase.
func passSubject(t *testing.T) subject {
	home, dir := gpgHome(t), filepath.Join(t.TempDir(), "store")
	environ := helper{os.Environ()}.with("GNUPGHOME", home).with("PASSWORD_STORE_DIR", dir).with("DISPLAY", "").with("WAYLAND_DISPLAY", "").environ
	init := exec.Command("pass", "init", "open@example.com")
	init.Env = environ
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	display := func(x *subject) {
		x.options.Environ = helper{x.options.Environ}.with("DISPLAY", ":99").environ
	}
	return subject{
		options: Options{RecordPath: recordIn(t), FileDir: filepath.Join(dir, "unused"), Kind: Pass, Environ: environ},
		// The tests may run at a terminal, and must not ask there.
		prepare: func(s *Store) { s.backend.(*passStore).terminal = func() string { return "" } },
		damage: func(t *testing.T, item string) {
			path := filepath.Join(dir, item+".gpg")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-10] ^= 1
			write(t, path, string(data))
		},
		lock: func(t *testing.T, x *subject) { lockPass(t, x, dir, home) },
		refuse: func(t *testing.T, x *subject) {
			lockPass(t, x, dir, home)
			write(t, filepath.Join(home, "answer"), "no\n")
			display(x)
		},
		hang: func(t *testing.T, x *subject) {
			signalAgent(t, home, syscall.SIGSTOP)
		},
		mend: func(t *testing.T, x *subject) {
			signalAgent(t, home, syscall.SIGCONT)
			write(t, filepath.Join(home, "answer"), "right\n")
			display(x)
		},
	}
}

// lockPass encrypts the store for the key with the passphrase, which gpg-agent
// does not have.
func lockPass(t *testing.T, x *subject, dir, home string) {
	t.Helper()
	init := exec.Command("pass", "init", "locked@example.com")
	init.Env = x.options.Environ
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// signalAgent sends a signal to the gpg-agent of this home.
func signalAgent(t *testing.T, home string, signal syscall.Signal) {
	t.Helper()
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		if bytes.HasPrefix(line, []byte("gpg-agent\x00--homedir\x00"+home+"\x00")) {
			pid, _ := strconv.Atoi(filepath.Base(dir))
			_ = syscall.Kill(pid, signal)
			return
		}
	}
	if signal == syscall.SIGSTOP {
		t.Fatal("there is no gpg-agent")
	}
}

func passDir(x subject) string { return helper{x.options.Environ}.variable("PASSWORD_STORE_DIR") }

func passHome(x subject) string { return helper{x.options.Environ}.variable("GNUPGHOME") }

func entries(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	_ = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && !strings.Contains(path, "/.git/") {
			found = append(found, strings.TrimPrefix(path, dir+"/"))
		}
		return nil
	})
	return found
}

func TestPassLeavesOnlyItsEntry(t *testing.T) {
	x := passSubject(t)
	s := x.mustOpen(t)
	dir := passDir(x)
	write(t, filepath.Join(dir, "mine.gpg"), "foreign")
	if err := os.MkdirAll(filepath.Join(dir, "awsbroker", "key"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "awsbroker", "key", scratchEntry+"OLD.gpg"), "of a killed writer")
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "phoebe", key("AKIATWO", "two"))
	if got := fmt.Sprint(entries(t, dir)); got != "[.gpg-id awsbroker/key/phoebe.gpg mine.gpg]" {
		t.Errorf("the store has %s", got)
	}
	// keyring, and so any tool that uses it, reads what is there.
	show := exec.Command("pass", "show", "awsbroker/key/phoebe")
	show.Env = x.options.Environ
	if out, err := show.CombinedOutput(); err != nil || !bytes.Contains(out, []byte(`{"Key":"awsbroker/key/phoebe","Data":"`)) {
		t.Errorf("pass show: %v, %d bytes", err, len(out))
	}
	if err := s.Remove(testContext(t), "phoebe"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(entries(t, dir)); got != "[.gpg-id mine.gpg]" {
		t.Errorf("the store has %s", got)
	}
}

// gopassSubject stands in for gopass, installed as pass: it ends every entry with a
// line break. gopass itself cannot be had from the Go module proxy.
func gopassSubject(t *testing.T) subject {
	x := passSubject(t)
	real, err := exec.LookPath("pass")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = insert ]; then { cat; echo; } | %s \"$@\"; else exec %s \"$@\"; fi\n", real, real)
	if err := os.WriteFile(filepath.Join(bin, "pass"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	path := bin + ":" + os.Getenv("PATH")
	t.Setenv("PATH", path)
	x.options.Environ = helper{x.options.Environ}.with("PATH", path).environ
	return x
}

// TestPassWithoutAStore: where pass has no store, the hint makes one where awsbroker
// looks, also of a store that gopass has in a place of its own.
func TestPassWithoutAStore(t *testing.T) {
	for _, c := range []struct{ name, mark, hint string }{
		{"nothing", "", "create one with: pass init YOUR-GPG-ID"},
		{"gopass", ".gpg-id", "to use gopass's store: export PASSWORD_STORE_DIR="},
		{"gopass with age", ".age-recipients", "pass cannot read it; create one for pass with: pass init YOUR-GPG-ID"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, home := passSubject(t), t.TempDir()
			if c.mark != "" {
				store := filepath.Join(home, "my data", "gopass", "stores", "root")
				if err := os.MkdirAll(store, 0o700); err != nil {
					t.Fatal(err)
				}
				write(t, filepath.Join(store, c.mark), "open@example.com\n")
			}
			h := helper{x.options.Environ}.with("HOME", home).with("XDG_DATA_HOME", filepath.Join(home, "my data")).with("PASSWORD_STORE_DIR", "")
			x.options.Environ = h.environ
			err := x.mustOpen(t).Reach(testContext(t))
			wantError(t, err, ErrMissing)
			var advised *fault.Advised
			if !errors.As(err, &advised) || !strings.Contains(advised.Hint, c.hint) {
				t.Fatalf("the hint is not %q: %v", c.hint, advised)
			}
			_, command, _ := strings.Cut(advised.Hint, ": ")
			if strings.Contains(command, "pass init") {
				command = "pass init open@example.com"
			}
			paste := exec.Command("sh", "-c", command+"\nprintf %s \"$PASSWORD_STORE_DIR\"")
			paste.Env = h.environ
			out, err := paste.Output()
			if err != nil {
				t.Fatal(err)
			}
			if c.mark == ".gpg-id" {
				x.options.Environ = h.with("PASSWORD_STORE_DIR", string(out)).environ
			}
			mustSet(t, x.mustOpen(t), "phoebe", key("AKIAONE", "one"))
		})
	}
}

func TestPassUnderGit(t *testing.T) {
	desktop.Need(t, "git")
	x := passSubject(t)
	dir := passDir(x)
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "none"))
	for _, args := range [][]string{{"init", "-q"}, {"config", "user.email", "a@example.com"}, {"config", "user.name", "a"}, {"add", "."}, {"commit", "-qm", "store"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "phoebe", key("AKIATWO", "two"))
	wantKey(t, s, "phoebe", key("AKIATWO", "two"))
	if err := s.Remove(testContext(t), "phoebe"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "-C", dir, "status", "--porcelain").CombinedOutput(); err != nil || len(out) != 0 {
		t.Errorf("not everything is committed: %v\n%s", err, out)
	}
}

func TestPassThatIsNotThere(t *testing.T) {
	x := passSubject(t)
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	empty := x.options
	empty.Environ = helper{empty.Environ}.with("PASSWORD_STORE_DIR", filepath.Join(t.TempDir(), "none")).environ
	other := mustOpen(t, empty)
	_, err := other.Get(testContext(t), "phoebe")
	wantError(t, err, ErrMissing)
	if advised := (*fault.Advised)(nil); !errors.As(err, &advised) || !strings.Contains(advised.Hint, "pass init") {
		t.Errorf("the error does not say what to do: %v", err)
	}
	wantError(t, other.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), ErrMissing)

	fresh := x.options
	fresh.Kind, fresh.RecordPath = "", recordIn(t)
	if _, kind, err := Choose(testContext(t), fresh); err != nil || kind != Pass {
		t.Errorf("Choose took %q: %v", kind, err)
	}
	fresh.Environ = empty.Environ
	if _, kind, err := Choose(testContext(t), fresh); err != nil || kind != File {
		t.Errorf("without a store Choose took %q: %v", kind, err)
	}
	t.Setenv("PATH", t.TempDir())
	_, err = Open(testContext(t), x.options)
	wantError(t, err, ErrMissing)
}

func TestPassWithoutSecretKey(t *testing.T) {
	x := passSubject(t)
	mustSet(t, x.mustOpen(t), "phoebe", key("AKIAONE", "one"))
	bare := desktop.ShortDir(t)
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--homedir", bare, "--kill", "all").Run(); wantProcesses(t, bare) })
	x.options.Environ = helper{x.options.Environ}.with("GNUPGHOME", bare).environ
	s := x.mustOpen(t)
	_, err := s.Get(testContext(t), "phoebe")
	wantError(t, err, ErrMissing)
	err = s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{})
	wantError(t, err, ErrMissing)
	if !strings.Contains(err.Error(), "open@example.com") {
		t.Errorf("the error does not name the recipient: %v", err)
	}
}

func TestPassKeyThatExpired(t *testing.T) {
	x := passSubject(t)
	if out, err := gpgIn(passHome(x), "--pinentry-mode=loopback", "--passphrase", "", "--faked-system-time", "20190101T000000",
		"--quick-gen-key", "old@example.com", "default", "default", "1d"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	write(t, filepath.Join(passDir(x), ".gpg-id"), "old@example.com\n")
	err := x.mustOpen(t).Set(testContext(t), "phoebe", key("AKIAONE", "one"), KeyInfo{})
	wantError(t, err, ErrMissing)
	if !strings.Contains(err.Error(), "old@example.com has expired") {
		t.Errorf("the error is %v", err)
	}
}

// A person who is there unlocks once, in gpg's dialog; a wrong passphrase is
// said to be one.
func TestPassDialog(t *testing.T) {
	x := passSubject(t)
	lockPass(t, &x, passDir(x), passHome(x))
	x.options.Environ = helper{x.options.Environ}.with("DISPLAY", ":99").environ
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "phoebe", key("AKIATWO", "two"))
	wantKey(t, s, "phoebe", key("AKIATWO", "two"))
	if asked, _ := os.ReadFile(filepath.Join(passHome(x), "asked")); string(asked) != "asked\n" {
		t.Errorf("the dialogs: %q", asked)
	}
	_ = exec.Command("gpgconf", "--homedir", passHome(x), "--kill", "gpg-agent").Run()
	wantProcesses(t, passHome(x), "keyboxd", "scdaemon") // an agent that is ending says that it has no key
	write(t, filepath.Join(passHome(x), "answer"), "wrong\n")
	_, err := s.Get(testContext(t), "phoebe")
	wantError(t, err, ErrLocked)
	if !strings.Contains(err.Error(), "passphrase") {
		t.Errorf("the error is %v", err)
	}
}

// The dialog goes when the time is up, or the caller goes: it would be in the
// way of the next one.
func TestPassDialogIsTakenAway(t *testing.T) {
	x := passSubject(t)
	lockPass(t, &x, passDir(x), passHome(x))
	x.options.Environ = helper{x.options.Environ}.with("DISPLAY", ":99").environ
	mustSet(t, x.mustOpen(t), "phoebe", key("AKIAONE", "one"))
	_ = exec.Command("gpgconf", "--homedir", passHome(x), "--kill", "gpg-agent").Run()
	write(t, filepath.Join(passHome(x), "answer"), "silence\n")
	x.options.DialogTimeout = time.Second
	s := x.mustOpen(t)
	within(t, 10*time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrTimeout)
	})
	wantProcesses(t, passHome(x), "gpg-agent", "scdaemon")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.Get(ctx, "phoebe")
	wantError(t, err, ErrTimeout)
	wantProcesses(t, passHome(x), "gpg-agent", "scdaemon")
	write(t, filepath.Join(passHome(x), "answer"), "right\n")
	x.options.DialogTimeout = time.Minute // gpg is slow on a busy machine
	wantKey(t, x.mustOpen(t), "phoebe", key("AKIAONE", "one"))
}

// An entry that never ends, as on a dead network disk.
func TestHungPassEntry(t *testing.T) {
	x := passSubject(t)
	x.options.CallTimeout = 300 * time.Millisecond
	s := x.mustOpen(t)
	path := filepath.Join(passDir(x), itemName(keySpace, "phoebe")+".gpg")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	within(t, 2*time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrTimeout)
	})
}

// Every way to cut an entry short is damage.
func TestDamagedPassEntries(t *testing.T) {
	x := passSubject(t)
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	path := filepath.Join(passDir(x), itemName(keySpace, "phoebe")+".gpg")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 29 {
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x10
		for what, data := range map[string][]byte{"cut": whole[:n], "flipped": flipped} {
			write(t, path, string(data))
			_, err := s.Get(testContext(t), "phoebe")
			// A flipped bit in the id of the recipient is a key that nobody has.
			if what == "flipped" && n < 16 && err != nil {
				continue
			}
			wantError(t, err, ErrCorrupt)
		}
	}
}

// A full disk while a key is replaced.
func TestFullDiskUnderPass(t *testing.T) {
	inPass(t)
	dir := t.TempDir()
	s := mustOpen(t, crashOptions(dir))
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashWriter$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), crashVariable+"=full:"+dir)
	cmd.Stdout, cmd.Stderr = io.Discard, t.Output()
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" {
		t.Errorf("the index has %+v", info)
	}
}
