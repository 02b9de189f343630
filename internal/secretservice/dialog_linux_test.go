package secretservice

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/godbus/dbus"

	// Its guard keeps the test binary, too, from the bus of whoever runs the
	// tests, and from starting one.
	"github.com/awsbroker/awsbroker/internal/desktop"
	"github.com/awsbroker/awsbroker/internal/fault"
	_ "github.com/awsbroker/awsbroker/internal/start"
)

// TestDialogs runs itself again where there is a bus. There it is about what a
// real daemon does only with a person in front of it.
func TestDialogs(t *testing.T) {
	if !desktop.OnBus() {
		desktop.Run(t, "^TestDialogs$")
		return
	}
	for name, test := range map[string]func(t *testing.T){
		"no daemon":                 testNoDaemon,
		"no default collection":     testNoDefaultCollection,
		"foreign collection":        testForeignCollection,
		"end of prompts":            testEndOfPromptsIsHeard,
		"dialog answered":           testDialogAnswered,
		"flushes KWallet":           testFlushesKWallet,
		"empty password":            testEmptyPasswordNeedsNoDisplay,
		"no display":                testNoDisplayForTheDialog,
		"dialog dismissed":          testDialogDismissed,
		"dialog not answered":       testDialogNotAnswered,
		"daemon dies during dialog": testDialogOfDyingDaemon,
	} {
		t.Run(name, test)
	}
}

// connect connects on a desktop, so far as it can be told.
func connect(t *testing.T) *Service {
	t.Helper()
	t.Setenv("WAYLAND_DISPLAY", "wayland-9")
	s, err := Connect(time.Second, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, want %v", err, want)
	}
}

func within(t *testing.T, limit time.Duration, do func()) {
	t.Helper()
	begun := time.Now()
	do()
	if took := time.Since(begun); took > limit {
		t.Errorf("it took %v, more than %v", took, limit)
	}
}

func testDialogAnswered(t *testing.T) {
	startFake(t, fakeCollection, func(f *fakeSecrets) { f.locked.Store(false); f.complete(false) })
	s := connect(t)
	if err := s.unlock(testContext(t), fakeCollection, collectionInterface); err != nil {
		t.Fatal(err)
	}
	if path, err := s.defaultCollection(testContext(t)); err != nil || path != fakeCollection {
		t.Errorf("the collection is %q: %v", path, err)
	}
}

func testEmptyPasswordNeedsNoDisplay(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	f.noPrompt = true
	s := connect(t)
	t.Setenv("WAYLAND_DISPLAY", "")
	if err := s.unlock(testContext(t), fakeCollection, collectionInterface); err != nil {
		t.Fatal(err)
	}
}

func testNoDisplayForTheDialog(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	s := connect(t)
	t.Setenv("WAYLAND_DISPLAY", "")
	wantError(t, s.unlock(testContext(t), fakeCollection, collectionInterface), fault.ErrLocked)
	if f.dismissed.Load() != 1 {
		t.Error("the dialog that nobody sees was left with the daemon")
	}
}

// keyring waits on the shared connection for the end of KeePassXC's prompts.
func testEndOfPromptsIsHeard(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	s := connect(t)
	heard := make(chan *dbus.Signal, 8)
	s.bus.Signal(heard)
	defer s.bus.RemoveSignal(heard)
	// A path of its own: rules for fakePrompt may be left from other tests.
	const created = fakePrompt + "_create"
	_ = f.bus.Emit(created, promptInterface+".Completed", false, dbus.MakeVariant(fakeCollection))
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
	s := connect(t)
	_, err := s.Default().Get(testContext(t), "phoebe")
	wantError(t, err, fault.ErrDismissed)
	wantError(t, s.Default().Set(testContext(t), "phoebe", []byte("one")), fault.ErrDismissed)
}

func testDialogNotAnswered(t *testing.T) {
	f := startFake(t, fakeCollection, func(f *fakeSecrets) {})
	within(t, time.Second, func() {
		_, err := connect(t).Default().Get(testContext(t), "phoebe")
		wantError(t, err, fault.ErrTimeout)
	})
	if f.dismissed.Load() != 1 {
		t.Error("the dialog was left on the screen")
	}
}

func testDialogOfDyingDaemon(t *testing.T) {
	startFake(t, fakeCollection, func(f *fakeSecrets) { _ = f.bus.Close() })
	within(t, 200*time.Millisecond, func() {
		_, err := connect(t).Default().Get(testContext(t), "phoebe")
		wantError(t, err, fault.ErrMissing)
	})
}

func testNoDefaultCollection(t *testing.T) {
	startFake(t, "/", func(*fakeSecrets) {})
	wantError(t, connect(t).Default().Reach(testContext(t)), fault.ErrMissing)
}

// keyring would make a collection for an alias that it cannot find.
func testForeignCollection(t *testing.T) {
	for _, alias := range []dbus.ObjectPath{"/org/freedesktop/secrets/aliases/default", dbus.ObjectPath(collectionPrefix + "other"), "/elsewhere"} {
		t.Run(string(alias), func(t *testing.T) {
			startFake(t, alias, func(*fakeSecrets) {})
			_, err := connect(t).Default().Get(testContext(t), "phoebe")
			wantError(t, err, fault.ErrMissing)
		})
	}
}

func testNoDaemon(t *testing.T) {
	desktop.AwaitService(t, false)
	s := connect(t)
	within(t, time.Second, func() {
		_, err := s.Default().Get(testContext(t), "phoebe")
		wantError(t, err, fault.ErrMissing)
	})
}

// KWallet is told to write what was set to the disk, and no other Secret Service
// is, even if KWallet is there as well.
func testFlushesKWallet(t *testing.T) {
	f := startFake(t, fakeCollection, func(*fakeSecrets) {})
	s := connect(t)
	if err := (&opened{service: s, path: dbus.ObjectPath(collectionPrefix + "kdewallet")}).flush(testContext(t)); err != nil {
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
	if err := (&opened{service: s, path: dbus.ObjectPath(collectionPrefix + "kdewallet")}).flush(testContext(t)); err != nil || w.synced.Load() != 1 {
		t.Errorf("%v, synced %d times", err, w.synced.Load())
	}
}
