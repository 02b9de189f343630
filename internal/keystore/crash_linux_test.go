package keystore

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/desktop"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// The second process of these tests writes keys to the keystore in
// $AWSBROKER_TEST_CRASH, as its mode says: encrypted files, or pass if
// $AWSBROKER_TEST_CRASH_KIND says so.
const (
	crashVariable = "AWSBROKER_TEST_CRASH"
	crashKind     = crashVariable + "_KIND"
)

// TestCrashWriter does nothing but in the second process.
func TestCrashWriter(t *testing.T) {
	mode, dir, ok := strings.Cut(os.Getenv(crashVariable), ":")
	if !ok {
		return
	}
	s := mustOpen(t, crashOptions(dir))
	switch mode {
	case "loop": // until it is killed
		for i := 0; ; i++ {
			id := fmt.Sprintf("AKIA%d-%d", os.Getpid(), i)
			mustSet(t, s, "phoebe", key(id, "secret of "+id))
		}
	case "full": // no file may grow past 2,000 bytes, as if the disk were full
		signal.Ignore(syscall.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 2000, Max: 2000}); err != nil {
			t.Fatal(err)
		}
		if err := s.Set(testContext(t), "phoebe", key("AKIABIG", strings.Repeat("x", 8192)), KeyInfo{}); err == nil {
			t.Error("the disk is full and Set is content")
		}
	default:
		for i := range crashWrites() {
			mustSet(t, s, fmt.Sprintf("%s-%d", mode, i), key("AKIA"+mode, "secret"))
		}
	}
}

func crashOptions(dir string) Options {
	o := Options{
		RecordPath: filepath.Join(dir, "state", "keystore.json"), FileDir: filepath.Join(dir, "data"),
		Kind: File, Passphrase: answer(goodPassphrase),
	}
	if os.Getenv(crashKind) != "" {
		o.Kind = Kind(os.Getenv(crashKind))
	}
	return o
}

// crashWrites is how many keys a writer writes.
func crashWrites() int {
	if os.Getenv(crashKind) != "" {
		return 4 // a tenth of a second each
	}
	return 10
}

// inPass gives this test, and the writers that it starts, a store of pass.
func inPass(t *testing.T) {
	x := passSubject(t)
	t.Setenv(crashKind, string(Pass))
	for _, name := range []string{"GNUPGHOME", "PASSWORD_STORE_DIR"} {
		t.Setenv(name, helper{x.options.Environ}.variable(name))
	}
}

func writer(t *testing.T, mode, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashWriter$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), crashVariable+"="+mode+":"+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestKilledWriter(t *testing.T) {
	t.Run("file", testKilledWriter)
	t.Run("pass", func(t *testing.T) { inPass(t); testKilledWriter(t) })
}

func testKilledWriter(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, crashOptions(dir))
	mustSet(t, s, "phoebe", key("AKIA0", "secret of AKIA0"))
	blank := 0
	for i := range 12 {
		cmd := writer(t, "loop", dir)
		awaitID(t, s, fmt.Sprintf("AKIA%d-", cmd.Process.Pid))
		pause := 1700 * time.Microsecond
		if os.Getenv(crashKind) != "" {
			pause = 13 * time.Millisecond // its writes take longer
		}
		time.Sleep(time.Duration(i) * pause)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		got, err := s.Get(testContext(t), "phoebe")
		if err != nil {
			t.Fatalf("the key was lost: %v", err)
		}
		if got.SecretAccessKey.Reveal() != "secret of "+got.AccessKeyID {
			t.Fatalf("half of one key and half of another: %s", got.AccessKeyID)
		}
		switch info, _ := indexed(t, s, "phoebe"); info.AccessKeyID {
		case got.AccessKeyID:
		case "":
			blank++
		default:
			t.Fatalf("the index names %s, the keychain holds %s", info.AccessKeyID, got.AccessKeyID)
		}
	}
	t.Logf("the index was blank after %d of 12 kills", blank)
	mustSet(t, s, "phoebe", key("AKIAEND", "end"))
	wantKey(t, s, "phoebe", key("AKIAEND", "end"))
	if left, _ := filepath.Glob(filepath.Join(dir, "data", scratchPrefix+"*")); len(left) != 0 {
		t.Errorf("scratch directories were left: %v", left)
	}
}

// awaitID waits until the index names an access key id that begins so.
func awaitID(t *testing.T, s *Store, prefix string) {
	t.Helper()
	for range 1000 {
		if info, _ := indexed(t, s, "phoebe"); strings.HasPrefix(info.AccessKeyID, prefix) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the writer does not write")
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, crashOptions(dir))
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	if err := writer(t, "full", dir).Wait(); err != nil {
		t.Error(err)
	}
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" {
		t.Errorf("the index has %+v", info)
	}
}

func TestWritersInOtherProcesses(t *testing.T) {
	t.Run("file", testWritersInOtherProcesses)
	t.Run("pass", func(t *testing.T) { inPass(t); testWritersInOtherProcesses(t) })
}

func testWritersInOtherProcesses(t *testing.T) {
	dir := t.TempDir()
	cmds := []*exec.Cmd{writer(t, "a", dir), writer(t, "b", dir), writer(t, "c", dir)}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	rec, err := ReadRecord(crashOptions(dir).RecordPath)
	if want := 3 * crashWrites(); err != nil || len(rec.Keys) != want {
		t.Errorf("%d of %d keys are on record: %v", len(rec.Keys), want, err)
	}
	s := mustOpen(t, crashOptions(dir))
	for name := range rec.Keys {
		wantKey(t, s, name, key("AKIA"+name[:1], "secret"))
	}
}

// A file that never gives anything, as on a dead network disk.
func TestHungFile(t *testing.T) {
	x := fileSubject(t)
	x.options.CallTimeout = 200 * time.Millisecond
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	path := filepath.Join(x.options.FileDir, fileName(itemName(keySpace, "phoebe")))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	within(t, time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrTimeout)
	})
}

// A writer that holds the lock and does not move.
func TestHungWriter(t *testing.T) {
	x := fileSubject(t)
	x.options.CallTimeout = 200 * time.Millisecond
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	err := withLock(t.Context(), filepath.Join(x.options.FileDir, ".lock"), time.Second, func() error {
		wantKey(t, s, "phoebe", key("AKIAONE", "one")) // readers do not wait
		return s.SetItem(testContext(t), "seal", credential.NewSecret("x"))
	})
	wantError(t, err, ErrTimeout)
}

// Root ignores file modes, so this runs in a second process as another user.
func TestUnreadableDirectory(t *testing.T) {
	if dir := os.Getenv(crashVariable + "_UID"); dir != "" {
		s := mustOpen(t, crashOptions(dir))
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrMissing)
		wantError(t, err, os.ErrPermission)
		wantError(t, s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), paths.ErrForeign)
		return
	}
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	dir := desktop.ShortDir(t)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mustSet(t, mustOpen(t, crashOptions(dir)), "phoebe", key("AKIAONE", "one"))
	if err := os.Chmod(filepath.Join(dir, "state"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "state", "keystore.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(dir, "self") // the test binary is where only root may look
	if err := copyFile(os.Args[0], self); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestUnreadableDirectory$")
	cmd.Dir, cmd.Env = dir, []string{crashVariable + "_UID=" + dir, "DBUS_SESSION_BUS_ADDRESS=disabled:"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}
