package keystore

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/desktop"
	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// TestSecretService does nothing but in the second process.
func TestSecretService(t *testing.T) {
	if !desktop.OnBus() {
		return
	}
	for name, test := range map[string]func(t *testing.T){
		"another default collection": testDefaultChanges,
		"another program":            testAnotherProgram,
		"default collection":         testDefaultCollection,
		"locked, no display":         testLockedWithoutDisplay,
		"locked, no prompter":        testLockedWithoutPrompter,
		"hung daemon":                testHungDaemon,
		"killed daemon":              testKilledDaemon,
		"no default collection":      testNoDefaultCollection,
	} {
		t.Run(name, test)
	}
}

func testDefaultCollection(t *testing.T) {
	x := gnomeSubject(t)
	s := mustOpen(t, x.options)
	before := desktop.Collections(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	after := desktop.Collections(t)
	if len(before) != len(after) {
		t.Errorf("the collections were %v, now %v", before, after)
	}
	if _, err := exec.LookPath("secret-tool"); err == nil {
		out, _ := exec.Command("secret-tool", "search", "--all", "profile", "awsbroker/key/phoebe").CombinedOutput()
		if !strings.Contains(string(out), "collection/login") && !strings.Contains(string(out), "awsbroker/key/phoebe") {
			t.Errorf("secret-tool does not find the item: %d bytes", len(out))
		}
	}
	store, kind, err := Choose(testContext(t), Options{RecordPath: recordIn(t), FileDir: t.TempDir()})
	if err != nil || kind != SecretService || store.Kind() != SecretService {
		t.Errorf("Choose took %q: %v", kind, err)
	}
}

// changeRecord edits the record, as an earlier version or another desktop would have
// written it.
func changeRecord(t *testing.T, path string, change func(*Record)) {
	t.Helper()
	if err := amend(path, change); err != nil {
		t.Fatal(err)
	}
}

// The default keyring may change; keys stay where they are, and are found there.
func testDefaultChanges(t *testing.T) {
	x := gnomeSubject(t)
	mustSet(t, mustOpen(t, x.options), "phoebe", key("AKIAONE", "one"))
	rec, _ := ReadRecord(x.options.RecordPath)
	if rec.Home == nil || *rec.Home != (secretservice.Home{Program: "GNOME Keyring", Keyring: "login"}) {
		t.Errorf("the record has %+v", rec.Home)
	}
	work := desktop.MakeCollection(t, "Work", desktop.Password)
	desktop.MakeDefault(t, work)
	for name, prepare := range map[string]func(*Record){
		"noted":     func(*Record) {},
		"not noted": func(r *Record) { r.Home = nil },
	} {
		changeRecord(t, x.options.RecordPath, prepare)
		s := mustOpen(t, x.options)
		wantError(t, s.Look(testContext(t), "phoebe"), nil)
		wantKey(t, s, "phoebe", key("AKIAONE", "one"))
		mustSet(t, s, "phoebe", key("AKIAONE", "one"))
		if names, err := s.Names(testContext(t)); err != nil || !slices.Equal(names, []string{"phoebe"}) || desktop.Items(t, work) != 0 {
			t.Errorf("%s: there are %q and %d in the new keyring, %v", name, names, desktop.Items(t, work), err)
		}
	}

	// A copy in another keyring is none of a key that was removed.
	desktop.Overwrite(t, itemName(keySpace, "phoebe"), "a copy")
	if err := mustOpen(t, x.options).Remove(testContext(t), "phoebe"); err != nil || desktop.Items(t, work) != 0 {
		t.Errorf("%d copies are left: %v", desktop.Items(t, work), err)
	}
	mustSet(t, mustOpen(t, x.options), "phoebe", key("AKIATWO", "two"))
	if desktop.Items(t, work) != 1 {
		t.Error("with no key left, the keyring that is the default one now was not used")
	}
}

// A key is not looked for with another program under the service's name, nor in
// another keyring while its own is closed; it is not taken for lost either.
func testAnotherProgram(t *testing.T) {
	x := gnomeSubject(t)
	mustSet(t, mustOpen(t, x.options), "phoebe", key("AKIAONE", "one"))
	for want, home := range map[string]secretservice.Home{
		"your keys are in KWallet, but the Secret Service here is GNOME Keyring":      {Program: "KWallet", Keyring: "kdewallet"},
		`your keys are in the keyring "Work", but GNOME Keyring does not have it now`: {Program: "GNOME Keyring", Keyring: "Work"},
	} {
		changeRecord(t, x.options.RecordPath, func(r *Record) { r.Home = &home })
		s := mustOpen(t, x.options)
		_, err := s.Get(testContext(t), "phoebe")
		for _, err := range []error{err, s.Reach(testContext(t)), s.Remove(testContext(t), "phoebe"), s.Set(testContext(t), "ross", key("AKIATWO", "two"), KeyInfo{})} {
			wantError(t, err, ErrMissing)
			if !strings.Contains(err.Error(), want) {
				t.Errorf("it says %v", err)
			}
		}
		if _, listed := indexed(t, s, "phoebe"); !listed {
			t.Error("the index forgot a key that is elsewhere")
		}
	}
	// The only key may be replaced all the same.
	x.options.Name, x.options.Replace = "phoebe", true
	mustSet(t, mustOpen(t, x.options), "phoebe", key("AKIATWO", "two"))
}

func testLockedWithoutDisplay(t *testing.T) {
	x := gnomeSubject(t)
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	desktop.Lock(t, "")
	within(t, time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrLocked)
		wantError(t, s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), ErrLocked)
		wantError(t, s.Remove(testContext(t), "phoebe"), ErrLocked)
		wantError(t, s.RemoveItem(testContext(t), "seal"), ErrLocked)
	})
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" {
		t.Errorf("a locked keychain changed the index: %+v", info)
	}
}

// gnome-keyring without its prompter gives up on the dialog by itself.
func testLockedWithoutPrompter(t *testing.T) {
	x := gnomeSubject(t)
	x.options.DialogTimeout = 3 * time.Second
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	desktop.Lock(t, "")
	t.Setenv("DISPLAY", ":99")
	within(t, 5*time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrDismissed)
	})
}

// A gnome-keyring that nobody has signed in to has no default collection.
func testNoDefaultCollection(t *testing.T) {
	desktop.StartLockedGNOME(t, desktop.ShortDir(t))
	o := Options{RecordPath: recordIn(t), FileDir: t.TempDir(), Kind: SecretService}
	_, err := mustOpen(t, o).Get(testContext(t), "phoebe")
	wantError(t, err, ErrMissing)
	o.Kind = ""
	if _, kind, err := Choose(testContext(t), o); err != nil || kind != File {
		t.Errorf("Choose took %q: %v", kind, err)
	}
}

func testHungDaemon(t *testing.T) {
	daemon := desktop.StartGNOME(t)
	o := Options{RecordPath: recordIn(t), Kind: SecretService}
	mustSet(t, mustOpen(t, o), "phoebe", key("AKIAONE", "one"))
	daemon.Signal(t, syscall.SIGSTOP)
	o.CallTimeout = 300 * time.Millisecond
	s := mustOpen(t, o)
	within(t, 2*time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrTimeout)
		wantError(t, s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), ErrTimeout)
		wantError(t, s.Remove(testContext(t), "phoebe"), ErrTimeout)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	within(t, 200*time.Millisecond, func() {
		_, err := s.Get(ctx, "phoebe")
		wantError(t, err, ErrTimeout)
	})
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" {
		t.Errorf("a hung keychain changed the index: %+v", info)
	}
	daemon.Signal(t, syscall.SIGCONT)
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
}

func testKilledDaemon(t *testing.T) {
	daemon := desktop.StartGNOME(t)
	o := Options{RecordPath: recordIn(t), FileDir: t.TempDir(), Kind: SecretService}
	s := mustOpen(t, o)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	daemon.End(t)
	within(t, time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrMissing)
		wantError(t, s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), ErrMissing)
	})
	o.Kind = ""
	if s, _, err := Choose(testContext(t), o); err != nil || s.Kind() != SecretService {
		t.Errorf("with keys in the Secret Service, Choose gave another keystore: %v", err)
	}
	o.RecordPath = recordIn(t)
	if s, kind, err := Choose(testContext(t), o); err != nil || s.Kind() != File || kind != File {
		t.Errorf("without a daemon, Choose did not take the file: %q, %v", kind, err)
	}
}

// TestWithBus runs the tests above where there is a bus. Tests that
// kill or stop the bus get one each.
func TestWithBus(t *testing.T) {
	if desktop.OnBus() {
		return
	}
	for _, pattern := range []string{
		"^TestSecretService$",
		"^TestStoppedBus$",
		"^TestKilledBus$",
	} {
		t.Run(pattern, func(t *testing.T) { desktop.Run(t, pattern) })
	}
}

func TestNoBus(t *testing.T) {
	if desktop.OnBus() {
		return
	}
	o := Options{RecordPath: recordIn(t), FileDir: t.TempDir(), Kind: SecretService}
	within(t, time.Second, func() {
		_, err := Open(testContext(t), o)
		wantError(t, err, ErrMissing)
		o.Kind = ""
		if _, kind, err := Choose(testContext(t), o); err != nil || kind != File {
			t.Errorf("Choose took %q: %v", kind, err)
		}
	})
}

func TestStoppedBus(t *testing.T) {
	if !desktop.OnBus() {
		return
	}
	x := gnomeSubject(t)
	x.options.CallTimeout = 300 * time.Millisecond
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	desktop.SignalBus(t, syscall.SIGSTOP)
	defer desktop.SignalBus(t, syscall.SIGCONT)
	within(t, 2*time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrTimeout)
	})
}

func TestKilledBus(t *testing.T) {
	if !desktop.OnBus() {
		return
	}
	x := gnomeSubject(t)
	s := mustOpen(t, x.options)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	desktop.SignalBus(t, syscall.SIGKILL)
	within(t, 2*time.Second, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrMissing)
		_, err = s.Get(testContext(t), "phoebe")
		wantError(t, err, ErrMissing)
	})
}
