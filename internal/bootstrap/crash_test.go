//go:build !windows

package bootstrap

import (
	"os"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// foundingBoundaries are all the places where a run can be stopped.
func foundingBoundaries(t *testing.T) []string {
	t.Helper()
	f := newFounding(t)
	f.succeed()
	data, err := os.ReadFile(f.run.Log)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(all) < 50 {
		t.Fatalf("only %d boundaries: %v", len(all), all)
	}
	return all
}

func TestBootstrapKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, boundary := range brokertest.TakeSome(foundingBoundaries(t)) {
		t.Run(boundary, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.run.KillAt = boundary
			if _, killed := f.bootstrap(); !killed {
				t.Fatalf("not killed:\n%s", f.screen)
			}
			f.run.KillAt = ""
			if len(f.account.State().Root.Keys) == 0 {
				f.wantFinished() // the root key goes last
			}
			if !f.keeps("root") {
				return
			}
			f.succeed()
			f.wantFinished()
			if f.keeps("root") {
				t.Error("the root key is still in the keychain")
			}
		})
	}
}

// keeps reports whether the keychain has a key.
func (f *founding) keeps(name string) bool {
	f.t.Helper()
	record, err := keystore.ReadRecord(f.run.Paths.KeystoreFile())
	if err != nil {
		f.t.Fatal(err)
	}
	_, ok := record.Keys[name]
	return ok
}

// Killed around the change of a policy, and taken back: the version that was
// made goes, and the one that counted does so again.
func TestBootstrapKilledWhileReconciling(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{"before change policy assume-admin-role 1", "after change policy assume-admin-role 1", "after changed policy assume-admin-role 1"} {
		t.Run(boundary, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			if _, err := f.account.AddManagedPolicy("assume-admin-role", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`); err != nil {
				t.Fatal(err)
			}
			f.before = f.state()
			f.run.Options.Reconcile, f.run.KillAt = true, boundary
			if _, killed := f.bootstrap(); !killed {
				t.Fatalf("not killed:\n%s", f.screen)
			}
			f.undo("")
		})
	}
}

// A root key that AWS does not know, and that no run was about to delete,
// stays: it may be deactivated only.
func TestBootstrapWithADeadRootKey(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.root.Deactivate()
	if out, _ := f.bootstrap(); !out.Failed || !f.keeps("root") {
		t.Errorf("%+v\n%s", out, f.screen)
	}
}

// Killed, and then taken back: what was being made at that moment goes, too.
func TestBootstrapKilledAndTakenBack(t *testing.T) {
	t.Parallel()
	for _, boundary := range brokertest.TakeSome(foundingBoundaries(t)) {
		if strings.Contains(boundary, "root key") {
			continue
		}
		killAndUndo(t, boundary, newFounding)
	}
}

// killAndUndo kills a bootstrap of a new founding at a boundary, and undoes it.
func killAndUndo(t *testing.T, boundary string, found func(*testing.T) *founding) {
	t.Run(boundary, func(t *testing.T) {
		t.Parallel()
		f := found(t)
		f.run.KillAt = boundary
		if _, killed := f.bootstrap(); !killed {
			t.Fatalf("not killed:\n%s", f.screen)
		}
		f.undo("")
	})
}

// Every kind of call goes wrong once: it finishes, or says what is left; then
// it finishes, and can be taken back.
func TestBootstrapCallsFail(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey, f.run.Options.Billing, f.run.Options.SelfService, f.run.Options.ConsoleLogin = true, true, true, true
	f.succeed()
	var actions []string
	for _, call := range f.server.Calls("") {
		if !strings.Contains(strings.Join(actions, " ")+" ", call.Action+" ") {
			actions = append(actions, call.Action)
		}
	}
	faults := map[string]fakeaws.Fault{
		"denied":    {Kind: fakeaws.FaultError, Code: "AccessDenied"},
		"throttled": {Kind: fakeaws.FaultThrottle},
		"exists":    {Kind: fakeaws.FaultError, Code: "EntityAlreadyExists"},
		"missing":   {Kind: fakeaws.FaultError, Code: "NoSuchEntity"},
		"lost":      {Kind: fakeaws.FaultDropAfter},
		"garbage":   {Kind: fakeaws.FaultGarbage},
		"failing":   {Kind: fakeaws.FaultUnavailable},
	}
	for _, action := range actions {
		for name, fault := range faults {
			if (testing.Short() || brokertest.RaceDetector) && len(action+name)%5 != 0 {
				continue
			}
			t.Run(action+"/"+name, func(t *testing.T) {
				t.Parallel()
				f := newFounding(t)
				f.run.Options.KeepRootKey, f.run.Options.Billing, f.run.Options.SelfService, f.run.Options.ConsoleLogin = true, true, true, true
				fault.Action = action
				if err := f.server.AddFault(fault); err != nil {
					t.Fatal(err)
				}
				out, _ := f.bootstrap()
				f.server.ClearFaults()
				t.Logf("failed: %v: %s", out.Failed, out.Text)
				if out.Failed && (out.Text == "" || out.Out.Changed && !strings.Contains(out.Text, "--undo")) {
					t.Errorf("does not say what is left: %+v", out)
				}
				if len(name)%2 == 0 || !out.Failed { // the others are taken back half done
					again := f.succeed()
					if !out.Failed && again.Out.Changed {
						t.Errorf("was not finished: %s", f.screen)
					}
				}
				f.undo("")
			})
		}
	}
}
