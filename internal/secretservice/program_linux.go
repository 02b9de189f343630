package secretservice

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/say"
)

// program is a daemon that can be the Secret Service.
type program struct {
	name string // as people know it
	bus  string // the name on the bus that it has besides
	// wallet is the object with KWallet's own interface. KWallet hands out a prompt
	// for each wallet, and ends it without a dialog where none is needed.
	wallet dbus.ObjectPath
	unlock string // how a person unlocks a keyring without our dialog; {keyring} is its name
	first  string // how a person makes a default keyring
}

const (
	// The daemon reads to the end, and takes a line break for a part of the password.
	unlockGNOME  = `bash -c 'read -rsp "password of the keyring: " p; printf %s "$p"' | gnome-keyring-daemon --replace --unlock`
	unlockWallet = "open the wallet on its desktop; there, run: kwallet-query -l {keyring}"
	firstWallet  = "create a wallet on its desktop; there, run: kwalletmanager5"
)

// programs are those that were tried (docs/keychains.md).
var programs = []program{
	{
		name: "GNOME Keyring", bus: "org.gnome.keyring",
		unlock: "sign in to its desktop, or unlock it here: " + unlockGNOME,
		first:  "sign in to its desktop once, or create a keyring here: " + unlockGNOME,
	},
	{name: "KWallet", bus: "org.kde.kwalletd5", wallet: "/modules/kwalletd5", unlock: unlockWallet, first: firstWallet},
	{name: "KWallet", bus: "org.kde.kwalletd6", wallet: "/modules/kwalletd6", unlock: unlockWallet, first: firstWallet},
	{
		name: "KeePassXC", bus: "org.keepassxc.KeePassXC.MainWindow",
		unlock: "unlock the database {keyring} in the window of KeePassXC; on its desktop, run: keepassxc",
		first:  "open a database in KeePassXC, and enable it for one of its groups (Database, Database Settings, Secret Service Integration); on its desktop, run: keepassxc",
	},
}

// unknownProgram is a Secret Service that was not tried.
var unknownProgram = program{
	name:   "the Secret Service",
	unlock: "unlock the keyring {keyring} on its desktop",
	first:  "create a keyring in its password manager",
}

// program returns who is the Secret Service here.
func (s *Service) program(ctx context.Context) program {
	owner := s.ownerOf(ctx, serviceName)
	for _, p := range programs {
		if owner != "" && s.ownerOf(ctx, p.bus) == owner {
			return p
		}
	}
	return unknownProgram
}

// lockedError says how the keyring that path is, or is in, is unlocked.
func (p program) lockedError(path dbus.ObjectPath, why string) error {
	return &fault.Advised{
		Err:  fmt.Errorf("%w, and %s", fault.ErrLocked, why),
		Hint: p.unlockHint(path),
	}
}

// lateError is the error of a dialog that nobody answered.
func (p program) lateError(path dbus.ObjectPath) error {
	return &fault.Advised{
		Err:  fmt.Errorf("%w: you did not answer the dialog of %s", fault.ErrTimeout, p.name),
		Hint: "run it again and answer the dialog on the desktop; or " + p.unlockHint(path),
	}
}

func (p program) unlockHint(path dbus.ObjectPath) string {
	return strings.ReplaceAll(p.unlock, "{keyring}", say.ShellWord(collectionName(path)))
}

// ownerOf is the connection that has a name on the bus; empty if none has.
func (s *Service) ownerOf(ctx context.Context, name string) (owner string) {
	_ = s.callOn(ctx, s.bus.BusObject(), "org.freedesktop.DBus.GetNameOwner", name).store(&owner)
	return owner
}

// missingError says how a person makes a default keyring.
func (p program) missingError(why string) error {
	return &fault.Advised{Err: fmt.Errorf("%w: %s", fault.ErrMissing, why), Hint: p.first}
}
