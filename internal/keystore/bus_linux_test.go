package keystore

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus"
)

// keyring looks for the session bus once, when the program starts. So the
// tests of the Secret Service run in a second process: TestWithBus starts a
// bus of its own and runs this test binary again with its address. On that bus
// nothing is started by name, so that a killed daemon stays dead.
const (
	busVariable    = "AWSBROKER_TEST_BUS"
	busPIDVariable = "AWSBROKER_TEST_BUS_PID"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

func TestWithBus(t *testing.T) {
	if onTestBus() {
		return
	}
	need(t, "dbus-daemon")
	// Tests that kill or stop the bus get one each.
	for _, pattern := range []string{
		"^TestConformance$/^secret-service$",
		"^TestSecretService$",
		"^TestStoppedBus$",
		"^TestKilledBus$",
	} {
		t.Run(pattern, func(t *testing.T) { runWithBus(t, pattern) })
	}
}

func runWithBus(t *testing.T, pattern string) {
	address, pid := startBus(t)
	child := exec.Command(os.Args[0], "-test.v", "-test.timeout=90s", "-test.run", pattern, "login") // a command that the guard lets have the bus
	child.Env = append(os.Environ(), busVariable+"=1", busPIDVariable+"="+strconv.Itoa(pid),
		"DBUS_SESSION_BUS_ADDRESS="+address, "AWSBROKER_KEYSTORE=secret-service", "DISABLE_KWALLET=1", "DISPLAY=", "WAYLAND_DISPLAY=")
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := child.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("the tests on the bus failed: %v", err)
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("a test on the bus was skipped")
	}
}

// startBus starts a private message bus and gives its address.
func startBus(t *testing.T) (address string, pid int) {
	t.Helper()
	dir := shortTempDir(t)
	config := filepath.Join(dir, "bus.conf")
	text := strings.Replace(busConfig, "SOCKET", filepath.Join(dir, "bus"), 1)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := exec.Command("dbus-daemon", "--nofork", "--print-address=1", "--config-file="+config)
	bus.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	bus.Stderr = os.Stderr
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Process.Kill(); _ = bus.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), bus.Process.Pid
}

// shortTempDir is a directory whose path leaves room for a socket's name.
func shortTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// need skips the test where a program is not installed, or fails it where
// tests must not skip.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}

// onTestBus reports whether this is the second process.
func onTestBus() bool { return os.Getenv(busVariable) != "" }

const keyringPassword = "password"

// startKeyring starts a gnome-keyring of its own, whose login keyring is
// unlocked, and waits until it answers.
func startKeyring(t *testing.T) *os.Process {
	t.Helper()
	need(t, "gnome-keyring-daemon")
	home := shortTempDir(t)
	daemon := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", "--control-directory="+home)
	daemon.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_RUNTIME_DIR="+home)
	daemon.Stderr = t.Output()
	daemon.Stdin = strings.NewReader(keyringPassword)
	daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
		awaitOwner(t, false)
	})
	awaitOwner(t, true)
	return daemon.Process
}

// awaitOwner waits until somebody, or nobody, is the Secret Service. With
// somebody it waits for the default collection too.
func awaitOwner(t *testing.T, want bool) {
	t.Helper()
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	s := &secretService{bus: bus, limit: 5 * time.Second}
	for range 250 {
		var owned bool
		if bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&owned) != nil {
			return // the bus is gone
		}
		if owned == want {
			if !want {
				return
			}
			if _, err = s.collection(context.Background()); err == nil {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited in vain for the Secret Service: owned should be %v, last error: %v", want, err)
}
