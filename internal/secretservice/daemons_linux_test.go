package secretservice

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/desktop"
	"github.com/awsbroker/awsbroker/internal/fault"
)

// TestDaemons runs itself again where there is a bus. There it is about what the real
// daemons do, each in its own way.
func TestDaemons(t *testing.T) {
	if !desktop.OnBus() {
		desktop.Run(t, "^TestDaemons$")
		return
	}
	for name, test := range map[string]func(t *testing.T){
		"KWallet killed after a set":      testWalletKilled,
		"KWallet started where it is not": testWalletStarted,
		"KeePassXC answered late":         testAnsweredLate,
		"KeePassXC answered with no":      testAnsweredNo,
		"GNOME Keyring, a password":       testPassword,
		"GNOME Keyring, empty password":   testEmptyPassword,
		"hint: GNOME Keyring locked":      testHintGNOME,
		"hint: GNOME Keyring empty":       testHintEmptyGNOME,
		"hint: KWallet locked":            testHintKWallet,
		"hint: KeePassXC locked":          testHintKeePassXC,
		"hint: nobody answered":           testHintNobodyAnswered,
	} {
		t.Run(name, test)
	}
}

func connectTo(t *testing.T, limit, dialog time.Duration) *Keyring {
	t.Helper()
	s, err := Connect(limit, dialog)
	if err != nil {
		t.Fatal(err)
	}
	return s.Default()
}

func mustSet(t *testing.T, k *Keyring, value string) {
	t.Helper()
	if err := k.Set(testContext(t), "awsbroker/key/phoebe", []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func wantValue(t *testing.T, k *Keyring, want string) {
	t.Helper()
	got, err := k.Get(testContext(t), "awsbroker/key/phoebe")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("the item is %q, want %q", got, want)
	}
}

// KWallet keeps a change in memory for five seconds, and loses it when it ends. What
// Set stored is on the disk when it returns.
func testWalletKilled(t *testing.T) {
	d := desktop.StartKWallet(t, desktop.ShortDir(t))
	k := connectTo(t, 5*time.Second, 5*time.Second)
	mustSet(t, k, "one")
	d.End(t)
	d = desktop.StartKWallet(t, d.Home)
	wantValue(t, k, "one")
	if err := k.Remove(testContext(t), "awsbroker/key/phoebe"); err != nil {
		t.Fatal(err)
	}
	d.End(t)
	desktop.StartKWallet(t, d.Home)
	_, err := k.Get(testContext(t), "awsbroker/key/phoebe")
	wantError(t, err, fault.ErrNotFound)
}

// Where nothing is the Secret Service, KWallet is started by its own name.
func testWalletStarted(t *testing.T) {
	d := desktop.StartKWallet(t, desktop.ShortDir(t))
	d.End(t)
	k := connectTo(t, 5*time.Second, 5*time.Second)
	wantError(t, k.Reach(testContext(t)), fault.ErrMissing)
	desktop.ActivateKWallet(t, d.Home)
	if err := k.Reach(testContext(t)); err != nil {
		t.Fatal(err)
	}
	desktop.EndService(t)
	if err := k.service.Kept(Home{"KWallet", "kdewallet"}).Reach(testContext(t)); err != nil {
		t.Fatal(err)
	}
}

// askingKeePassXC has an item that another process made, for all that KeePassXC knows:
// it asks before it gives it to this one.
func askingKeePassXC(t *testing.T, k *Keyring) {
	t.Helper()
	d := desktop.StartKeePassXC(t, desktop.ShortDir(t), true)
	t.Setenv("DISPLAY", desktop.Display(t))
	mustSet(t, k, "one")
	desktop.Lock(t, "") // which writes it to the disk
	d.End(t)
	desktop.StartKeePassXC(t, d.Home, true)
}

// A person who is asked has more time than a call that asks nobody.
func testAnsweredLate(t *testing.T) {
	k := connectTo(t, time.Second, 20*time.Second)
	askingKeePassXC(t, k)
	desktop.Press(t, 2500*time.Millisecond, "Access Request", "Return")
	begun := time.Now()
	mustSet(t, k, "two")
	if took := time.Since(begun); took < 2*time.Second {
		t.Errorf("nobody was asked: it took %v", took)
	}
	wantValue(t, k, "two")
}

// A no is a no, and not a keychain that failed.
func testAnsweredNo(t *testing.T) {
	k := connectTo(t, 5*time.Second, 20*time.Second)
	askingKeePassXC(t, k)
	desktop.Press(t, 0, "Access Request", "Escape")
	_, err := k.Get(testContext(t), "awsbroker/key/phoebe")
	wantError(t, err, fault.ErrDismissed)
	wantError(t, k.Set(testContext(t), "awsbroker/key/phoebe", []byte("two")), fault.ErrDismissed)
	wantError(t, k.Remove(testContext(t), "awsbroker/key/phoebe"), fault.ErrDismissed)
}

// A keyring with an empty password is locked after each start of the daemon, and opens
// where nobody can be asked.
func testEmptyPassword(t *testing.T) {
	d := desktop.StartLockedGNOME(t, desktop.ShortDir(t))
	desktop.MakeDefault(t, desktop.MakeCollection(t, "machine", ""))
	k := connectTo(t, 5*time.Second, 5*time.Second)
	mustSet(t, k, "one")
	d.End(t)
	desktop.StartLockedGNOME(t, d.Home)
	desktop.AwaitLocked(t)
	wantValue(t, k, "one")
	dir := filepath.Join(d.Home, "keyrings")
	if got := InClear(dir); len(got) != 1 || filepath.Dir(got[0]) != dir {
		t.Errorf("in clear are %q", got)
	}
}

func testPassword(t *testing.T) {
	d := desktop.StartGNOME(t)
	mustSet(t, connectTo(t, 5*time.Second, 5*time.Second), "one")
	if files, _ := filepath.Glob(filepath.Join(d.Home, "keyrings", "*")); len(files) == 0 {
		t.Error("there is no keyring")
	}
	if got := InClear(filepath.Join(d.Home, "keyrings")); len(got) != 0 {
		t.Errorf("in clear are %q", got)
	}
}
