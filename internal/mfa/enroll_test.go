//go:build !windows

package mfa_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/mfa"
)

func joined(names []string) string {
	slices.Sort(names)
	return strings.Join(names, " ")
}

// want holds which devices there are, that the profile names one of them, and
// that no code went out twice.
func (m *owner) want(devices, inProfile string) {
	m.T.Helper()
	if have, free := m.devices(); have != devices || free != "" {
		m.T.Errorf("phoebe has %q, and nobody %q; want %q", have, free, devices)
	}
	config, err := os.ReadFile(m.Paths.Config)
	if err != nil || !strings.Contains(string(config), "awsbroker_mfa_serial = "+serialOf(inProfile)+"\n") {
		m.T.Errorf("the profile does not name %s (%v):\n%s", inProfile, err, config)
	}
	if again := m.AWS.Server.RepeatedCodes(); len(again) > 0 {
		m.T.Errorf("a code was sent twice: %+v", again)
	}
}

// TestEnroll makes a second device, whatever becomes of the answers on the way,
// and leaves nothing behind.
func TestEnroll(t *testing.T) {
	for name, f := range map[string]struct {
		action string
		kind   fakeaws.FaultKind
	}{
		"as it should be":              {},
		"CreateVirtualMFADevice, lost": {"CreateVirtualMFADevice", fakeaws.FaultDropAfter},
		"EnableMFADevice, lost":        {"EnableMFADevice", fakeaws.FaultDropAfter},
		"EnableMFADevice, not heard":   {"EnableMFADevice", fakeaws.FaultDropBefore},
		"EnableMFADevice, throttled":   {"EnableMFADevice", fakeaws.FaultThrottle},
	} {
		t.Run(name, func(t *testing.T) {
			m := newOwner(t)
			if f.action != "" {
				m.fault(f.action, f.kind)
			}
			out, screen := m.run(order{Do: "enroll"}, nil, nil)
			if out.Error != "" || out.Enrolled.Serial != serialOf("phoebe-2") || out.Enrolled.Replaced != "" {
				t.Fatalf("%+v\n%s", out, screen)
			}
			m.want("phoebe phoebe-2", "phoebe")
			if !strings.Contains(screen, m.AWS.Account.Device(out.Enrolled.Serial).Seed[:4]) {
				t.Errorf("the seed was not shown:\n%s", screen)
			}
		})
	}
}

// TestEnrollKilled: what a killed run has left is nobody's, and goes with the
// next one of the name.
func TestEnrollKilled(t *testing.T) {
	m := newOwner(t)
	m.run(order{Do: "enroll"}, nil, func(question string) bool { return question != "" })
	if have, free := m.devices(); have != "phoebe" || free != "phoebe-2" {
		t.Fatalf("after the kill phoebe has %q, nobody %q", have, free)
	}
	delete(m.shown, serialOf("phoebe-2"))
	if out, screen := m.run(order{Do: "enroll"}, nil, nil); out.Error != "" {
		t.Fatalf("%s\n%s", out.Error, screen)
	}
	m.want("phoebe phoebe-2", "phoebe")
}

// TestEnrollGivenUp: a person who presses Ctrl-D, or mistypes a code again
// and again, has no new device, and nobody has.
func TestEnrollGivenUp(t *testing.T) {
	for name, c := range map[string]struct{ typed, says string }{
		"Ctrl-D":      {"\x04", "cancelled: no code of the MFA device phoebe-2"},
		"wrong codes": {"12345", "an MFA code has six digits"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newOwner(t)
			asked := 0
			out, screen := m.run(order{Do: "enroll"}, func(string) string { asked++; return c.typed }, nil)
			if !strings.Contains(out.Error, c.says) {
				t.Errorf("%q\n%s", out.Error, screen)
			}
			if name == "wrong codes" && asked != 21 {
				t.Errorf("asked %d times", asked)
			}
			m.want("phoebe", "phoebe")
			if n := m.CountCalls("EnableMFADevice"); n != 0 {
				t.Errorf("%d calls of EnableMFADevice", n)
			}
		})
	}
}

// TestWrongCodesAreKnownHere: what can be told from the seed is told before
// anything is sent.
func TestWrongCodesAreKnownHere(t *testing.T) {
	m := newOwner(t)
	other := m.AWS.Account.AddMFADevice("another")
	var first string
	step := 0
	out, screen := m.run(order{Do: "enroll"}, func(question string) string {
		step++
		switch step {
		case 1:
			return other.Code()
		case 2:
			return ""
		case 3:
			return first
		}
		return ""
	}, func(string) bool {
		if d := m.AWS.Account.Device(serialOf("phoebe-2")); d != nil {
			first = d.CodeAt(m.shown[serialOf("phoebe-2")])
		}
		return false
	})
	for _, says := range []string{"that is not a code of this device", "that is the same code; wait"} {
		if !strings.Contains(screen, says) {
			t.Errorf("it does not say %q:\n%s", says, screen)
		}
	}
	if out.Error != "" || m.CountCalls("EnableMFADevice") != 1 {
		t.Errorf("%s after %d calls", out.Error, m.CountCalls("EnableMFADevice"))
	}
}

// TestReplaceKilled: wherever a replacement is killed, the profile has a device
// that works, and the same command finishes it with one new device.
func TestReplaceKilled(t *testing.T) {
	for name, c := range map[string]struct {
		action string
		kind   fakeaws.FaultKind
	}{
		"never":                 {},
		"before it is enabled":  {"EnableMFADevice", fakeaws.FaultHang},
		"before it is proved":   {"AssumeRole", fakeaws.FaultHang},
		"before the old goes":   {"DeactivateMFADevice", fakeaws.FaultHang},
		"before it is deleted":  {"DeleteVirtualMFADevice", fakeaws.FaultHang},
		"as it has been gone":   {"DeleteVirtualMFADevice", fakeaws.FaultDropAfter},
		"as it was deactivated": {"DeactivateMFADevice", fakeaws.FaultDropAfter},
	} {
		t.Run(name, func(t *testing.T) {
			m := newOwner(t)
			o := order{Do: "enroll", Enroll: mfa.EnrollOptions{Replace: "phoebe"}}
			var leaves func(string) bool
			if c.action != "" {
				m.AWS.Server.ResetCalls()
				m.fault(c.action, c.kind)
				leaves = func(string) bool {
					calls := m.AWS.Server.Calls(c.action)
					return len(calls) > 0 && calls[len(calls)-1].Fault == string(c.kind)
				}
			}
			out, screen := m.run(o, nil, leaves)
			if leaves != nil {
				m.AWS.Server.ClearFaults()
				m.wantWayIn()
				delete(m.shown, serialOf("phoebe-2")) // what the phone has of a device that was given up
				out, screen = m.run(o, nil, nil)
			}
			if out.Error != "" || out.Enrolled.Replaced != serialOf("phoebe") && name != "as it has been gone" {
				t.Errorf("%+v\n%s", out, screen)
			}
			m.want("phoebe-2", "phoebe-2")
			m.WantNoQuestion("admin")
		})
	}
}

// wantWayIn holds that the device which the profile names is the user's.
func (m *owner) wantWayIn() {
	m.T.Helper()
	serial := m.Target("admin").Profile.MFASerial
	if user := m.AWS.Account.State().Devices[serial]; user != m.AWS.User.ARN() {
		m.T.Fatalf("the profile names %s, which is %q's", serial, user)
	}
}

// TestResync tells AWS of a device's clock by two codes, each sent once.
func TestResync(t *testing.T) {
	m := newOwner(t)
	m.fault("ResyncMFADevice", fakeaws.FaultThrottle)
	out, screen := m.run(order{Do: "resync"}, nil, nil)
	if out.Error != "" || out.Enrolled.Serial != m.AWS.Device.Serial || m.CountCalls("ResyncMFADevice") < 2 {
		t.Errorf("%+v after %d calls\n%s", out, m.CountCalls("ResyncMFADevice"), screen)
	}
	m.want("phoebe", "phoebe")
}
