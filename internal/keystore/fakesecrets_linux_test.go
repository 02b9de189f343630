package keystore

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus"
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
	fakePrompt     = dbus.ObjectPath(string(secretsPath) + "/prompt/p1")
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
	for _, path := range []dbus.ObjectPath{secretsPath, fakeCollection} {
		_ = bus.Export(f, path, secretsService)
		_ = bus.Export(f, path, "org.freedesktop.DBus.Properties")
	}
	_ = bus.Export(f, fakePrompt, secretPrompt)
	if got, err := bus.RequestName(secretsName, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("RequestName: %v %v", got, err)
	}
	t.Cleanup(func() { _ = bus.Close(); awaitOwner(t, false) })
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
	_ = f.bus.Emit(fakePrompt, secretPrompt+".Completed", dismissed, dbus.MakeVariant([]dbus.ObjectPath{}))
}

// openFake opens the keystore on a desktop, so far as it can tell.
func openFake(t *testing.T) *Store {
	t.Helper()
	t.Setenv("WAYLAND_DISPLAY", "wayland-9")
	return mustOpen(t, Options{RecordPath: recordIn(t), Kind: SecretService, CallTimeout: time.Second, DialogTimeout: 300 * time.Millisecond})
}

func testDialogAnswered(t *testing.T) {
	startFake(t, fakeCollection, func(f *fakeSecrets) { f.locked.Store(false); f.complete(false) })
	s := openFake(t)
	if err := s.backend.(*secretService).unlockCollection(testContext(t), fakeCollection); err != nil {
		t.Fatal(err)
	}
	if path, err := s.backend.(*secretService).collection(testContext(t)); err != nil || path != fakeCollection {
		t.Errorf("the collection is %q: %v", path, err)
	}
}

func testEmptyPasswordNeedsNoDisplay(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	f.noPrompt = true
	s := openFake(t)
	t.Setenv("WAYLAND_DISPLAY", "")
	if err := s.backend.(*secretService).unlockCollection(testContext(t), fakeCollection); err != nil {
		t.Fatal(err)
	}
}

func testNoDisplayForTheDialog(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	s := openFake(t)
	t.Setenv("WAYLAND_DISPLAY", "")
	wantError(t, s.backend.(*secretService).unlockCollection(testContext(t), fakeCollection), ErrLocked)
	if f.dismissed.Load() != 1 {
		t.Error("the dialog that nobody sees was left with the daemon")
	}
}

// keyring waits on the shared connection for the end of KeePassXC's prompts.
func testEndOfPromptsIsHeard(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	s := openFake(t).backend.(*secretService)
	heard := make(chan *dbus.Signal, 8)
	s.bus.Signal(heard)
	defer s.bus.RemoveSignal(heard)
	// A path of its own: rules for fakePrompt may be left from other tests.
	const created = fakePrompt + "_create"
	_ = f.bus.Emit(created, secretPrompt+".Completed", false, dbus.MakeVariant(fakeCollection))
	for {
		select {
		case signal := <-heard:
			if signal.Path == created {
				return
			}
		case <-time.After(2 * time.Second):
			t.Fatal("Completed was not delivered")
		}
	}
}

func testDialogDismissed(t *testing.T) {
	startFake(t, fakeCollection, func(f *fakeSecrets) { f.complete(true) })
	s := openFake(t)
	_, err := s.Get(testContext(t), "phoebe")
	wantError(t, err, ErrDismissed)
	wantError(t, s.Set(testContext(t), "phoebe", key("AKIAONE", "one"), KeyInfo{}), ErrDismissed)
}

func testDialogNotAnswered(t *testing.T) {
	f := startFake(t, fakeCollection, func(f *fakeSecrets) {})
	within(t, time.Second, func() {
		_, err := openFake(t).Get(testContext(t), "phoebe")
		wantError(t, err, ErrTimeout)
	})
	if f.dismissed.Load() != 1 {
		t.Error("the dialog was left on the screen")
	}
}

func testDialogOfDyingDaemon(t *testing.T) {
	startFake(t, fakeCollection, func(f *fakeSecrets) { _ = f.bus.Close() })
	within(t, 200*time.Millisecond, func() {
		_, err := openFake(t).Get(testContext(t), "phoebe")
		wantError(t, err, ErrMissing)
	})
}

func testNoDefaultCollection(t *testing.T) {
	startFake(t, "/", func(*fakeSecrets) {})
	_, err := openFake(t).Get(testContext(t), "phoebe")
	wantError(t, err, ErrMissing)
	_, kind, err := Choose(testContext(t), Options{RecordPath: recordIn(t), FileDir: t.TempDir()})
	if err != nil || kind != File {
		t.Errorf("Choose took %q: %v", kind, err)
	}
}

// keyring would make a collection for an alias that it cannot find.
func testForeignCollection(t *testing.T) {
	for _, alias := range []dbus.ObjectPath{"/org/freedesktop/secrets/aliases/default", dbus.ObjectPath(collectionPrefix + "other"), "/elsewhere"} {
		t.Run(string(alias), func(t *testing.T) {
			startFake(t, alias, func(*fakeSecrets) {})
			_, err := openFake(t).Get(testContext(t), "phoebe")
			wantError(t, err, ErrMissing)
		})
	}
}

func testNoDaemon(t *testing.T) {
	awaitOwner(t, false)
	s := openFake(t)
	within(t, time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrMissing)
	})
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

// KWallet is told to write what was set to the disk, and no other Secret Service
// is, even if KWallet is there as well.
func testFlushesKWallet(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	s := openFake(t).backend.(*secretService)
	if err := s.flush(testContext(t)); err != nil {
		t.Fatal(err)
	}
	w := &fakeWallet{}
	methods := map[string]string{"NetworkWallet": "networkWallet", "Open": "open", "Sync": "sync"}
	if err := f.bus.ExportWithMap(w, methods, "/modules/kwalletd5", "org.kde.KWallet"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.bus.RequestName("org.kde.kwalletd5", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	if err := s.flush(testContext(t)); err != nil || w.synced.Load() != 1 {
		t.Errorf("%v, synced %d times", err, w.synced.Load())
	}
}
