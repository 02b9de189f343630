package setup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/setup"
)

// allowList lets phoebe's user see its own devices, as AWS's policy for users who
// manage their own devices does.
func (m *machine) allowList() {
	m.T.Helper()
	err := m.AWS.User.PutPolicy("list", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListMFADevices","Resource":%q}]}`, m.AWS.User.ARN()))
	if err != nil {
		m.T.Fatal(err)
	}
}

// TestDeviceOfAnotherName: a device whose name is not the user's is found, and
// passkeys beside it are not offered.
func TestDeviceOfAnotherName(t *testing.T) {
	for _, may := range []bool{true, false} {
		t.Run(fmt.Sprint("may list: ", may), func(t *testing.T) {
			m := newMachine(t)
			m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
			m.AWS.Device.Disable()
			phone := m.AWS.User.EnableMFA("pixel-7")
			m.AWS.User.AddSecurityKey("yubikey")
			serial := m.AWS.Device.Serial
			if may {
				m.allowList()
				serial = phone.Serial
			}
			if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", RoleARN: "admin-mfa"}); err != nil || !changed {
				t.Fatal(changed, err)
			}
			m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = eu-central-1", helperOfNew, "awsbroker_key = phoebe", adminRole, "awsbroker_mfa_serial = "+serial)
		})
	}
}

// TestWhichDevice: of several devices a person has to name one; where there is none,
// that is said before anything is written.
func TestWhichDevice(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *machine)
		reason failure.Reason
		says   string
	}{
		"several": {func(m *machine) { m.AWS.User.EnableMFA("pixel-7") }, failure.Usage, "the user has several MFA devices"},
		"none":    {func(m *machine) { m.AWS.Device.Disable() }, failure.Other, "awsbroker mfa enroll"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
			before := m.config()
			m.allowList()
			c.change(m)
			changed, err := m.run(setup.Options{Profile: "new", RoleARN: "admin-mfa"})
			brokertest.WantFailed(t, err, c.reason, c.says)
			if changed || m.config() != before || strings.Contains(m.Shown(), "+[profile") {
				t.Errorf("changed %v:\n%s", changed, m.config())
			}
			if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", RoleARN: "admin-mfa", MFASerial: m.AWS.Device.Serial}); err != nil || !changed {
				t.Errorf("with a device that is named: %v, %v", changed, err)
			}
		})
	}
}

// TestDeviceOfSisters: the device that the other profiles of the key agree on is taken,
// and AWS is not asked for one.
func TestDeviceOfSisters(t *testing.T) {
	const sister = "[profile %s]\nawsbroker_key = %s\nawsbroker_mfa_serial = arn:aws:iam::123456789012:mfa/%s\n"
	for name, c := range map[string]struct{ config, want string }{
		"they agree":    {fmt.Sprintf(sister+sister, "a", "phoebe", "pixel-7", "b", "phoebe", "pixel-7"), "pixel-7"},
		"they disagree": {fmt.Sprintf(sister+sister, "a", "phoebe", "pixel-7", "b", "phoebe", "old"), "phoebe"},
		"another key's": {fmt.Sprintf(sister, "a", "other", "pixel-7"), "phoebe"},
		"AWS's layout":  {"[profile phoebe]\n[profile a]\nsource_profile = phoebe\nrole_arn = arn:aws:iam::123456789012:role/x\nmfa_serial = arn:aws:iam::123456789012:mfa/pixel-7\n", "pixel-7"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write(c.config)
			if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", KeyName: "phoebe", Offline: true}); err != nil || !changed {
				t.Fatal(changed, err)
			}
			m.want("new", helperOfNew, "awsbroker_key = phoebe", adminRole, "awsbroker_mfa_serial = arn:aws:iam::123456789012:mfa/"+c.want)
		})
	}
}
