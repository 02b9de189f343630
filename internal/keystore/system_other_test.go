//go:build !linux

package keystore

import (
	"context"
	"os"
	"testing"
)

// The keychains of macOS and Windows are the person's own: there the suite runs
// where a machine is to be thrown away, with AWSBROKER_TEST_SYSTEM_KEYCHAIN=1.
func platformSubjects() map[string]func(t *testing.T) subject { return systemSubjects() }

// runOnBusses does nothing: there is no session bus.
func runOnBusses(*testing.T, *table) {}

// systemSubjects are the keychains that belong to whoever runs the tests.
func systemSubjects() map[string]func(t *testing.T) subject {
	all := map[string]func(t *testing.T) subject{}
	if os.Getenv("AWSBROKER_TEST_SYSTEM_KEYCHAIN") != "1" {
		return all
	}
	for _, kind := range preferred {
		if kind == Keychain || kind == WinCred {
			all[string(kind)] = func(t *testing.T) subject { return systemSubject(t, kind) }
		}
	}
	return all
}

// systemSubject is the real keychain of this machine, swept after the test. Where it can
// be locked, a person has to unlock it.
func systemSubject(t *testing.T, kind Kind) subject {
	x := subject{options: Options{RecordPath: recordIn(t), Kind: kind}}
	b, err := openBackend(kind, Options{RecordPath: x.options.RecordPath, CallTimeout: DefaultCallTimeout, DialogTimeout: DefaultCallTimeout})
	if err != nil {
		t.Fatal(err)
	}
	raw := b
	if p, ok := b.(*pieces); ok {
		raw = p.backend
	}
	x.damage = func(t *testing.T, item string) {
		if err := raw.set(t.Context(), item, []byte("garbage")); err != nil {
			t.Fatal(err)
		}
	}
	skip := func(t *testing.T, _ *subject) { t.Skip("this takes a person") }
	x.lock, x.refuse, x.hang = skip, skip, skip
	t.Cleanup(func() {
		names := append(oddNames(), "phoebe", "big", "same", "shared", "bad", "good", "somebody")
		for i := range 8 {
			names = append(names, "own-"+string(rune('0'+i)))
		}
		for _, name := range names {
			for _, space := range []string{keySpace, itemSpace} {
				_ = b.remove(context.Background(), itemName(space, name))
			}
		}
	})
	return x
}
