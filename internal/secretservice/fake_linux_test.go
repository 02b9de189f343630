package secretservice

import (
	"sync/atomic"
	"testing"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/desktop"
)

// fakeSecrets is a Secret Service with one locked collection, for what a real
// daemon does only with a person in front of it.
type fakeSecrets struct {
	bus       *dbus.Conn
	alias     dbus.ObjectPath
	locked    atomic.Bool
	dismissed atomic.Int32 // calls of Dismiss
	onPrompt  func(f *fakeSecrets)
	noPrompt  bool // Unlock asks nobody: the keyring's password is empty
}

const (
	fakeCollection = dbus.ObjectPath(collectionPrefix + "my_5fkeys")
	fakePrompt     = dbus.ObjectPath(string(servicePath) + "/prompt/p1")
)

func startFake(t *testing.T, alias dbus.ObjectPath, onPrompt func(f *fakeSecrets)) *fakeSecrets {
	t.Helper()
	bus, err := dbus.SessionBusPrivate()
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Auth(nil); err != nil {
		t.Fatal(err)
	}
	if err := bus.Hello(); err != nil {
		t.Fatal(err)
	}
	f := &fakeSecrets{bus: bus, alias: alias, onPrompt: onPrompt}
	f.locked.Store(true)
	for _, path := range []dbus.ObjectPath{servicePath, fakeCollection} {
		_ = bus.Export(f, path, serviceInterface)
		_ = bus.Export(f, path, "org.freedesktop.DBus.Properties")
	}
	_ = bus.Export(f, fakePrompt, promptInterface)
	if got, err := bus.RequestName(serviceName, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("RequestName: %v %v", got, err)
	}
	t.Cleanup(func() { _ = bus.Close(); desktop.AwaitService(t, false) })
	return f
}

func (f *fakeSecrets) ReadAlias(string) (dbus.ObjectPath, *dbus.Error) { return f.alias, nil }

func (f *fakeSecrets) Get(_, property string) (dbus.Variant, *dbus.Error) {
	if property == "Locked" {
		return dbus.MakeVariant(f.locked.Load()), nil
	}
	return dbus.MakeVariant([]dbus.ObjectPath{fakeCollection}), nil
}

func (f *fakeSecrets) Unlock([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	if f.noPrompt {
		f.locked.Store(false)
		return []dbus.ObjectPath{fakeCollection}, "/", nil
	}
	return nil, fakePrompt, nil
}

func (f *fakeSecrets) Prompt(string) *dbus.Error {
	go f.onPrompt(f)
	return nil
}

func (f *fakeSecrets) Dismiss() *dbus.Error {
	f.dismissed.Add(1)
	return nil
}

func (f *fakeSecrets) complete(dismissed bool) {
	_ = f.bus.Emit(fakePrompt, promptInterface+".Completed", dismissed, dbus.MakeVariant([]dbus.ObjectPath{}))
}

// fakeWallet is KWallet's own interface of a Secret Service.
type fakeWallet struct{ synced atomic.Int32 }

func (w *fakeWallet) NetworkWallet() (string, *dbus.Error) { return "kdewallet", nil }

func (w *fakeWallet) Open(wallet string, _ int64, _ string) (int32, *dbus.Error) {
	if wallet != "kdewallet" {
		return -1, nil
	}
	return 7, nil
}

func (w *fakeWallet) Sync(handle int32, _ string) *dbus.Error {
	if handle == 7 {
		w.synced.Add(1)
	}
	return nil
}
