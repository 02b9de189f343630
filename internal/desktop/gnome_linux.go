package desktop

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus"
)

// Password opens the keyrings that this package makes.
const Password = "password"

// StartGNOME starts a gnome-keyring whose login keyring is unlocked, and waits until
// it answers.
func StartGNOME(t *testing.T) *Daemon {
	t.Helper()
	d := startGNOME(t, ShortDir(t), strings.NewReader(Password), "--unlock")
	awaitCollection(t)
	return d
}

// StartLockedGNOME starts a gnome-keyring in a home that has keyrings, or none, and
// unlocks nothing.
func StartLockedGNOME(t *testing.T, home string) *Daemon {
	t.Helper()
	return startGNOME(t, home, nil)
}

func startGNOME(t *testing.T, home string, password io.Reader, options ...string) *Daemon {
	t.Helper()
	Need(t, "gnome-keyring-daemon")
	daemon := exec.Command("gnome-keyring-daemon", append(options, "--foreground", "--components=secrets", "--control-directory="+home)...)
	daemon.Stdin = password
	return start(t, home, daemon)
}

// MakeCollection makes a collection without a dialog, by gnome-keyring's own
// interface for its tests. The password may be empty.
func MakeCollection(t *testing.T, label, password string) dbus.ObjectPath {
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
	}{session, []byte{}, []byte(password), "text/plain"}
	properties := map[string]dbus.Variant{collection + ".Label": dbus.MakeVariant(label)}
	err := service.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.CreateWithMasterPassword", 0, properties, master).Store(&made)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// MakeDefault makes a collection the default one.
func MakeDefault(t *testing.T, path dbus.ObjectPath) {
	t.Helper()
	if err := Bus(t).Object(serviceName, servicePath).Call(secretService+".SetAlias", 0, "default", path).Err; err != nil {
		t.Fatal(err)
	}
}

// Items counts what is in a collection.
func Items(t *testing.T, path dbus.ObjectPath) int {
	t.Helper()
	listed, err := Bus(t).Object(serviceName, path).GetProperty(collection + ".Items")
	if err != nil {
		t.Fatal(err)
	}
	return len(listed.Value().([]dbus.ObjectPath))
}
