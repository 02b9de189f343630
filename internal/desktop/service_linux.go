package desktop

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus"
	"github.com/gsterjov/go-libsecret"
)

const (
	serviceName   = "org.freedesktop.secrets"
	servicePath   = dbus.ObjectPath("/org/freedesktop/secrets")
	secretService = "org.freedesktop.Secret.Service"
	collection    = "org.freedesktop.Secret.Collection"
)

// Bus is the connection to the bus of this process, which keyring uses, too.
func Bus(t *testing.T) *dbus.Conn {
	t.Helper()
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	return bus
}

// Daemon is a Secret Service that runs.
type Daemon struct {
	Home string // where it keeps its files; the next daemon may have it
	cmd  *exec.Cmd
}

// start starts a daemon in a home of its own, and waits until it is the Secret
// Service. It ends with the test at the latest.
func start(t *testing.T, home string, daemon *exec.Cmd, variables ...string) *Daemon {
	t.Helper()
	daemon.Env = append(append(os.Environ(), homeVariables(home)...), variables...)
	daemon.Stderr = t.Output()
	daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	d := &Daemon{home, daemon}
	t.Cleanup(func() { d.End(t) })
	AwaitService(t, true)
	return d
}

// Environ is the environment of a program that runs beside the daemon, on its display.
func (d *Daemon) Environ(t *testing.T) []string {
	t.Helper()
	return append(append(os.Environ(), homeVariables(d.Home)...), "DISPLAY="+Display(t))
}

// homeVariables has a TMPDIR, too: KeePassXC has its lock there, one a user.
func homeVariables(home string) []string {
	return []string{"HOME=" + home, "TMPDIR=" + home, "XDG_DATA_HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_RUNTIME_DIR=" + home}
}

// Signal sends a signal to the daemon.
func (d *Daemon) Signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := d.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// End kills the daemon, if it still runs, and waits until the bus knows.
func (d *Daemon) End(t *testing.T) {
	t.Helper()
	if d.cmd.ProcessState != nil {
		return
	}
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
	AwaitService(t, false)
}

// AwaitService waits until somebody, or nobody, is the Secret Service.
func AwaitService(t *testing.T, want bool) {
	t.Helper()
	await(t, fmt.Sprintf("a Secret Service: %v", want), func() bool {
		var owned bool
		err := Bus(t).BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, serviceName).Store(&owned)
		return err != nil || owned == want // or the bus is gone
	})
}

// awaitCollection waits until there is a default collection.
func awaitCollection(t *testing.T) {
	t.Helper()
	await(t, "a default collection", func() bool { return defaultCollection(Bus(t)) != "/" })
}

func await(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 1000 {
		if happened() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// defaultCollection is "/" where there is none.
func defaultCollection(bus *dbus.Conn) dbus.ObjectPath {
	path := dbus.ObjectPath("/")
	_ = bus.Object(serviceName, servicePath).Call(secretService+".ReadAlias", 0, "default").Store(&path)
	return path
}

// Collections lists the collections of the Secret Service.
func Collections(t *testing.T) []dbus.ObjectPath {
	t.Helper()
	listed, err := Bus(t).Object(serviceName, servicePath).GetProperty(secretService + ".Collections")
	if err != nil {
		t.Fatal(err)
	}
	return listed.Value().([]dbus.ObjectPath)
}

// Lock locks a collection; the empty path stands for the default one.
func Lock(t *testing.T, path dbus.ObjectPath) {
	t.Helper()
	bus := Bus(t)
	if path == "" {
		path = defaultCollection(bus)
	}
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := bus.Object(serviceName, servicePath).Call(secretService+".Lock", 0, []dbus.ObjectPath{path}).Store(&locked, &prompt); err != nil {
		t.Fatal(err)
	}
	if prompt != "/" {
		if err := bus.Object(serviceName, prompt).Call("org.freedesktop.Secret.Prompt.Prompt", 0, "").Err; err != nil {
			t.Fatal(err)
		}
	}
	await(t, "a locked "+string(path), func() bool { return isLocked(bus, path) })
}

// AwaitLocked waits until there is a default collection, which is locked.
func AwaitLocked(t *testing.T) {
	t.Helper()
	awaitCollection(t)
	await(t, "a locked collection", func() bool { return isLocked(Bus(t), defaultCollection(Bus(t))) })
}

// AwaitUnlocked waits until the default collection is unlocked.
func AwaitUnlocked(t *testing.T) {
	t.Helper()
	await(t, "an unlocked collection", func() bool { return !isLocked(Bus(t), defaultCollection(Bus(t))) })
}

// EndOther kills, at the end of the test, the Secret Service that something else than
// this package has started meanwhile.
func EndOther(t *testing.T) {
	t.Helper()
	t.Cleanup(func() { EndService(t) })
}

// EndService kills whoever is the Secret Service.
func EndService(t *testing.T) {
	t.Helper()
	var pid uint32
	if Bus(t).BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, serviceName).Store(&pid) == nil && pid > 1 {
		_ = syscall.Kill(int(pid), syscall.SIGKILL)
	}
	AwaitService(t, false)
}

// isLocked takes a collection that is not there for a locked one.
func isLocked(bus *dbus.Conn, path dbus.ObjectPath) bool {
	locked, err := bus.Object(serviceName, path).GetProperty(collection + ".Locked")
	return err != nil || locked.Value() == true
}

// Overwrite replaces an item of the default collection, as another program could.
func Overwrite(t *testing.T, item, value string) {
	t.Helper()
	service, err := libsecret.NewService()
	if err != nil {
		t.Fatal(err)
	}
	session, err := service.Open()
	if err != nil {
		t.Fatal(err)
	}
	bus := Bus(t)
	secret := libsecret.NewSecret(session, []byte{}, []byte(value), "text/plain")
	if _, err := libsecret.NewCollection(bus, defaultCollection(bus)).CreateItem(item, secret, true); err != nil {
		t.Fatal(err)
	}
}
