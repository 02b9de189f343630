package desktop

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus"
)

const gnomePassword = "password"

// StartGNOME starts a gnome-keyring of its own, whose login keyring is unlocked,
// and waits until it answers.
func StartGNOME(t *testing.T) *os.Process {
	t.Helper()
	daemon := startGNOME(t, gnomePassword, "--unlock")
	awaitCollection(t)
	return daemon
}

// StartEmptyGNOME starts a gnome-keyring that has no keyring yet.
func StartEmptyGNOME(t *testing.T) {
	t.Helper()
	startGNOME(t, "")
}

func startGNOME(t *testing.T, password string, options ...string) *os.Process {
	t.Helper()
	Need(t, "gnome-keyring-daemon")
	home := ShortDir(t)
	daemon := exec.Command("gnome-keyring-daemon", append(options, "--foreground", "--components=secrets", "--control-directory="+home)...)
	daemon.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_RUNTIME_DIR="+home)
	daemon.Stdin = strings.NewReader(password)
	return startService(t, daemon)
}

// MakeCollection makes a collection without a dialog, by gnome-keyring's own
// interface for its tests.
func MakeCollection(t *testing.T, label string) dbus.ObjectPath {
	t.Helper()
	service := Bus(t).Object(serviceName, servicePath)
	var output dbus.Variant
	var session, made dbus.ObjectPath
	if err := service.Call(secretService+".OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&output, &session); err != nil {
		t.Fatal(err)
	}
	master := struct {
		Session     dbus.ObjectPath
		Parameters  []byte
		Value       []byte
		ContentType string
	}{session, []byte{}, []byte(gnomePassword), "text/plain"}
	properties := map[string]dbus.Variant{collection + ".Label": dbus.MakeVariant(label)}
	err := service.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.CreateWithMasterPassword", 0, properties, master).Store(&made)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
