package mfa_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/mfa"
)

// newWorld has a session in hand, so that nothing asks for a code.
func newWorld(t *testing.T) *brokertest.World {
	t.Parallel()
	m := brokertest.NewWorld(t)
	m.Login("admin")
	return m
}

// TestList: what AWS has, in the order in which it was enabled, with the
// profiles of this machine that name it.
func TestList(t *testing.T) {
	m := newWorld(t)
	m.AWS.User.EnableMFA("tablet")
	m.AWS.User.AddSecurityKey("yubikey")
	m.AWS.User.AddHardwareToken("GAHT12345678")
	m.AddProfile("second", "", m.AWS.Device.Serial)
	out, err := mfa.List(t.Context(), m.NewBroker(), mfa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range out.Devices {
		name, _, _ := strings.Cut(d.Name, "-") // AWS adds an id to a key's
		got = append(got, name+" "+string(d.Kind)+" "+strings.Join(d.Profiles, ","))
	}
	slices.Sort(got)
	want := []string{"GAHT12345678 hardware ", "phoebe virtual admin,second", "tablet virtual ", "yubikey security-key "}
	if !slices.Equal(got, want) || out.User != "phoebe" || out.Account != "123456789012" {
		t.Errorf("%s in %s: %q, want %q", out.User, out.Account, got, want)
	}
	m.WantCalls(0, 1, 1) // that of the login
}

// TestRemoveRefuses what would lock the user out, and what is not there.
func TestRemoveRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(*brokertest.World)
		device  string
		reason  failure.Reason
		says    string
	}{
		"a profile's": {func(m *brokertest.World) { m.AWS.User.EnableMFA("tablet") }, "phoebe", failure.Other, "mfa enroll --replace phoebe"},
		"by its number": {func(m *brokertest.World) { m.AWS.User.EnableMFA("tablet") }, "arn:aws:iam::123456789012:mfa/phoebe",
			failure.Other, "is the MFA device of profile admin"},
		"the last with codes": {func(m *brokertest.World) {
			m.AWS.User.AddSecurityKey("yubikey")
			m.AWS.User.EnableMFA("tablet")
			m.AWS.Device.Disable()
		}, "tablet", failure.Other, "is the last MFA device"},
		"none of the user's": {func(*brokertest.World) {}, "other", failure.NotFound, "other"},
		"somebody else's": {func(m *brokertest.World) { m.AWS.Account.AddUser("wilma").EnableMFA("wilma") }, "wilma",
			failure.NotFound, "wilma"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newWorld(t)
			c.arrange(m)
			before := m.AWS.Account.State().Devices
			_, err := mfa.Remove(t.Context(), m.NewBroker(), c.device, mfa.Options{})
			brokertest.WantFailed(t, err, c.reason, c.says)
			for serial, user := range m.AWS.Account.State().Devices {
				if before[serial] != user {
					t.Errorf("%s is %q's now", serial, user)
				}
			}
			if n := m.CountCalls("DeactivateMFADevice") + m.CountCalls("DeleteVirtualMFADevice"); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// TestRemove takes a device from its user and deletes it, and is done as well
// where an answer is lost, or a run was killed in between.
func TestRemove(t *testing.T) {
	enabled := func(m *brokertest.World) *fakeaws.MFADevice { return m.AWS.User.EnableMFA("tablet") }
	for name, arrange := range map[string]func(*brokertest.World) *fakeaws.MFADevice{
		"as it should be":                  enabled,
		"the answer to Deactivate is lost": func(m *brokertest.World) *fakeaws.MFADevice { lose(m, "DeactivateMFADevice"); return enabled(m) },
		"the answer to Delete is lost":     func(m *brokertest.World) *fakeaws.MFADevice { lose(m, "DeleteVirtualMFADevice"); return enabled(m) },
		"killed after Deactivate":          func(m *brokertest.World) *fakeaws.MFADevice { return m.AWS.Account.AddMFADevice("tablet") },
	} {
		t.Run(name, func(t *testing.T) {
			m := newWorld(t)
			tablet := arrange(m)
			serial, err := mfa.Remove(t.Context(), m.NewBroker(), "tablet", mfa.Options{})
			if err != nil || serial != tablet.Serial {
				t.Fatalf("%q, %v", serial, err)
			}
			devices := m.AWS.Account.State().Devices
			if _, there := devices[tablet.Serial]; there || devices[m.AWS.Device.Serial] != m.AWS.User.ARN() {
				t.Errorf("%v", devices)
			}
			if !strings.Contains(m.Shown(), tablet.Serial) {
				t.Errorf("nobody was asked: %s", m.Shown())
			}
		})
	}
}

func lose(m *brokertest.World, action string) {
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: action, Kind: fakeaws.FaultDropAfter, Times: 1}); err != nil {
		m.T.Fatal(err)
	}
}

// TestRemoveAsks: a no changes nothing.
func TestRemoveAsks(t *testing.T) {
	m := newWorld(t)
	m.AWS.User.EnableMFA("tablet")
	m.Refuse = "tablet"
	if _, err := mfa.Remove(t.Context(), m.NewBroker(), "tablet", mfa.Options{}); !errors.Is(err, broker.ErrDeclined) {
		t.Errorf("%v", err)
	}
	if n := m.CountCalls("DeactivateMFADevice"); n != 0 || len(m.AWS.Account.State().Devices) != 2 {
		t.Errorf("%d calls, %v", n, m.AWS.Account.State().Devices)
	}
}

// TestReplaceIsForTheUserItself: the new device is proved with the user's key.
func TestReplaceIsForTheUserItself(t *testing.T) {
	m := newWorld(t)
	m.AWS.Account.AddUser("wilma").EnableMFA("wilma")
	_, err := mfa.Enroll(t.Context(), m.NewBroker(), mfa.EnrollOptions{Options: mfa.Options{User: "wilma"}, Replace: "wilma"})
	brokertest.WantFailed(t, err, failure.Usage, "mfa enroll --user wilma")
	_, err = mfa.Enroll(t.Context(), m.NewBroker(), mfa.EnrollOptions{Replace: "phoebe", Name: "phoebe"})
	brokertest.WantFailed(t, err, failure.Usage, "choose another --name")
}

// TestNoMoreThanEight devices: AWS allows no more, and none is made.
func TestNoMoreThanEight(t *testing.T) {
	m := newWorld(t)
	for _, name := range strings.Fields("b c d e f g h") {
		m.AWS.User.EnableMFA(name)
	}
	_, err := mfa.Enroll(t.Context(), m.NewBroker(), mfa.EnrollOptions{})
	brokertest.WantFailed(t, err, failure.Other, "mfa remove NAME")
	if n := m.CountCalls("CreateVirtualMFADevice"); n != 0 {
		t.Errorf("%d devices were made", n)
	}
}

// TestSeed: a seed that is stored makes the codes, in whatever form it was
// given, and none after it was taken out.
func TestSeed(t *testing.T) {
	for name, form := range map[string]func(seed string) string{
		"base32":    func(seed string) string { return seed },
		"in groups": func(seed string) string { return strings.ToLower(seed[:4]) + " " + seed[4:8] + " " + seed[8:] + "\n" },
		"a URI":     func(seed string) string { return "otpauth://totp/phoebe@123456789012?secret=" + seed + "&issuer=AWS" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := brokertest.NewWorld(t)
			target, err := mfa.StoreSeed(t.Context(), m.NewBroker(), "admin", credential.NewSecret(form(m.AWS.Device.Seed)))
			if err != nil || target.Profile.MFASerial != m.AWS.Device.Serial {
				t.Fatal(err)
			}
			if !strings.Contains(m.Shown(), "anyone who opens the keychain") || strings.Contains(m.Shown(), m.AWS.Device.Seed) {
				t.Errorf("shown: %s", m.Shown())
			}
			m.AddProfile("seeded", m.AWS.Role.ARN(), m.AWS.Device.Serial, "awsbroker_mfa_seed = keychain")
			m.WantNoQuestion("seeded")
			m.WantCalls(0, 1, 1)
			if _, err := mfa.RemoveSeed(t.Context(), m.NewBroker(), "admin"); err != nil {
				t.Fatal(err)
			}
			_, err = mfa.RemoveSeed(t.Context(), m.NewBroker(), "admin")
			brokertest.WantFailed(t, err, failure.NotFound, "has no seed")
		})
	}
}

// TestNoSeed: what is none is refused, without being shown.
func TestNoSeed(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	m := newWorld(t)
	m.AddProfile("hardware", m.AWS.Role.ARN(), "GAHT12345678")
	m.AddProfile("none", m.AWS.Role.ARN(), "")
	for name, c := range map[string]struct{ profile, given, says string }{
		"short":            {"admin", secret[:12], "too short"},
		"no base32":        {"admin", "0189" + secret, "base32"},
		"eight digits":     {"admin", "otpauth://totp/x?digits=8&secret=" + secret, "digits=6"},
		"a minute":         {"admin", "otpauth://totp/x?period=60&secret=" + secret, "period=30"},
		"counted":          {"admin", "otpauth://hotp/x?secret=" + secret, "TOTP"},
		"hardware":         {"hardware", secret, "its seed cannot be read"},
		"without a device": {"none", secret, "--mfa-serial"},
	} {
		_, err := mfa.StoreSeed(t.Context(), m.NewBroker(), c.profile, credential.NewSecret(c.given))
		f := brokertest.WantFailed(t, err, failure.Usage, c.says)
		if strings.Contains(f.Message, secret[:12]) {
			t.Errorf("%s: the seed is shown: %s", name, f.Message)
		}
	}
	m.Refuse = "This will store the seed"
	if _, err := mfa.StoreSeed(t.Context(), m.NewBroker(), "admin", credential.NewSecret(secret)); !errors.Is(err, broker.ErrDeclined) {
		t.Errorf("%v", err)
	}
	_, err := mfa.RemoveSeed(t.Context(), m.NewBroker(), "admin")
	brokertest.WantFailed(t, err, failure.NotFound, "has no seed")
}

// TestHintsAreForTheSameUser: a hint without --user would be about one's own devices.
func TestHintsAreForTheSameUser(t *testing.T) {
	for name, devices := range map[string][]string{"the last": {"one"}, "none": nil} {
		t.Run(name, func(t *testing.T) {
			m := newWorld(t)
			wilma := m.AWS.Account.AddUser("wilma")
			for _, d := range devices {
				wilma.EnableMFA(d)
			}
			_, err := mfa.Remove(t.Context(), m.NewBroker(), "one", mfa.Options{User: "wilma"})
			brokertest.WantFailed(t, err, map[bool]failure.Reason{true: failure.Other, false: failure.NotFound}[len(devices) > 0], "awsbroker mfa enroll --user wilma")
			if strings.Contains(err.Error(), "--replace") {
				t.Errorf("%v: only the user can", err)
			}
		})
	}
}
