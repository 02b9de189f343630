package keystore

import (
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/desktop"
)

// services are the programs that are a Secret Service.
var services = map[string]func(t *testing.T) subject{
	"gnome-keyring": gnomeSubject,
	"kwallet":       kwalletSubject,
	"keepassxc":     keepassxcSubject,
}

func platformSubjects() map[string]func(t *testing.T) subject {
	if desktop.OnBus() {
		return services
	}
	return map[string]func(t *testing.T) subject{"pass": passSubject, "gopass": gopassSubject}
}

// runOnBusses runs the suite for each Secret Service in a process of its own, which
// has a bus.
func runOnBusses(t *testing.T, table *table) {
	if desktop.OnBus() {
		return
	}
	for name := range services {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table.read(desktop.Run(t, "^TestConformance$/^"+name+"$"))
		})
	}
}

func gnomeSubject(t *testing.T) subject {
	x := serviceSubject(t, desktop.StartGNOME(t))
	// gnome-keyring without its prompter gives up on the dialog by itself.
	x.refuse = func(t *testing.T, x *subject) {
		desktop.Lock(t, "")
		t.Setenv("DISPLAY", ":99")
		x.options.CallTimeout, x.options.DialogTimeout = 0, 4*time.Second
	}
	return x
}

func kwalletSubject(t *testing.T) subject {
	d := desktop.StartKWallet(t, desktop.ShortDir(t))
	x := serviceSubject(t, d)
	x.refuse = refuseDialogs("KDE Wallet")
	x.mend = func(t *testing.T, _ *subject) { d.End(t); desktop.StartKWallet(t, d.Home) }
	return x
}

// KeePassXC asks whether a program may replace an entry that another process made,
// whatever its settings say. Somebody is there who says yes.
func keepassxcSubject(t *testing.T) subject {
	d := desktop.StartKeePassXC(t, desktop.ShortDir(t), false)
	x := serviceSubject(t, d)
	x.refuse = refuseDialogs("Unlock Database")
	x.mend = func(t *testing.T, _ *subject) { d.End(t); desktop.StartKeePassXC(t, d.Home, false) }
	desktop.Press(t, 0, "Access Request", "Return")
	hang := x.hang
	x.hang = func(t *testing.T, x *subject) {
		hang(t, x)
		x.mend = func(t *testing.T, _ *subject) { d.Signal(t, syscall.SIGCONT) }
	}
	return x
}

// serviceSubject is what all daemons have in common.
func serviceSubject(t *testing.T, d *desktop.Daemon) subject {
	return subject{
		options: Options{RecordPath: recordIn(t), Kind: SecretService},
		damage:  func(t *testing.T, item string) { desktop.Overwrite(t, item, "not what keyring writes") },
		lock:    func(t *testing.T, _ *subject) { desktop.Lock(t, "") },
		hang:    func(t *testing.T, _ *subject) { d.Signal(t, syscall.SIGSTOP) },
	}
}

// refuseDialogs locks the keyring, and closes each dialog with such a title that is to
// unlock it.
func refuseDialogs(title string) func(t *testing.T, x *subject) {
	return func(t *testing.T, x *subject) {
		desktop.Lock(t, "")
		t.Setenv("DISPLAY", desktop.Display(t))
		x.options.CallTimeout, x.options.DialogTimeout = 0, 12*time.Second
		desktop.Press(t, 0, title, "Escape")
	}
}
