package setup_test

import (
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/setup"
)

// TestInventsNoRole: whatever a profile of the person's own looks like, one without a
// role stays without one, and one with a role keeps that.
func TestInventsNoRole(t *testing.T) {
	const role = "role_arn = arn:aws:iam::123456789012:role/of-mine\n"
	for name, c := range map[string]struct {
		config, credentials string
		role                bool
	}{
		"a device only":               {config: "[profile new]\nmfa_serial = arn:aws:iam::123456789012:mfa/phoebe\n"},
		"a source without a role":     {config: "[profile phoebe]\n[profile new]\nsource_profile = phoebe\n"},
		"a region, its key has moved": {config: "[profile new]\nregion = eu-central-1\n"},
		"another helper":              {config: "[profile new]\ncredential_process = aws-vault export new\n"},
		"ours, by hand":               {config: "[profile new]\ncredential_process = /old/awsbroker credential-process --profile new\nawsbroker_key = phoebe\n"},
		"the credentials file only":   {credentials: "[new]\nregion = eu-central-1\n"},
		"a header without profile":    {config: "[new]\nregion = eu-central-1\n"},
		"the default":                 {config: "[profile new]\n"},
		"a role beside a helper":      {config: "[profile phoebe]\n[profile new]\ncredential_process = aws-vault export new\nsource_profile = phoebe\nexternal_id = office\n" + role, role: true},
		"a role without the header":   {config: "[profile phoebe]\n[new]\nsource_profile = phoebe\nexternal_id = office\n" + role, role: true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write(c.config)
			m.writeCredentials(c.credentials)
			if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", KeyName: "phoebe", Offline: true}); err != nil || !changed {
				t.Fatal(changed, err)
			}
			is := m.config()
			if has := strings.Contains(is, "awsbroker_role_arn = arn:aws:iam::123456789012:role/of-mine\n") && strings.Contains(is, "awsbroker_external_id = office\n"); has != c.role {
				t.Errorf("kept the role: %v\n%s", has, is)
			}
			if strings.Contains(is, "role/admin-mfa") {
				t.Errorf("a role was made up:\n%s", is)
			}
		})
	}
}

// TestNoRole takes a profile's role away, and what would have no effect without it.
func TestNoRole(t *testing.T) {
	m := newMachine(t)
	m.write(strings.Replace(m.config(), adminRole, adminRole+"\nawsbroker_external_id = office\nawsbroker_session_tags = team=a\nawsbroker_min_ttl = 10m", 1))
	if changed, err := m.run(setup.Options{Profile: "admin", NoRole: true}); err != nil || !changed {
		t.Fatal(changed, err)
	}
	for _, gone := range []string{"role_arn", "external_id", "session_tags"} {
		if strings.Contains(m.config(), gone) {
			t.Errorf("%s is left in\n%s", gone, m.config())
		}
	}
	if !strings.Contains(m.config(), "awsbroker_min_ttl = 10m\n") {
		t.Errorf("more went than the role:\n%s", m.config())
	}
	m.WantCalls(1, 0, 1)
}

// TestNames: a role and a device may be named without their account.
func TestNames(t *testing.T) {
	const key, other = "arn:aws:iam::123456789012:", "arn:aws:iam::210987654321:"
	for name, c := range map[string]struct {
		config       string
		role, device string
		wantRole     string
		wantDevice   string
	}{
		"in the account of the key":  {"", "admin-mfa", "pixel-7", key + "role/admin-mfa", key + "mfa/pixel-7"},
		"with paths":                 {"", "team/admin", "phones/pixel-7-pro", key + "role/team/admin", key + "mfa/phones/pixel-7-pro"},
		"by ARN":                     {"", other + "role/x", key + "mfa/y", other + "role/x", key + "mfa/y"},
		"a piece of hardware":        {"", "x", "GAHT12345678", key + "role/x", "GAHT12345678"},
		"in the account of the role": {"[profile new]\nawsbroker_key = phoebe\nawsbroker_role_arn = " + other + "role/team/reader\n", "writer", "pixel-7", other + "role/writer", key + "mfa/pixel-7"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write(c.config)
			if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", RoleARN: c.role, MFASerial: c.device, Offline: true}); err != nil || !changed {
				t.Fatal(changed, err)
			}
			m.want("new", helperOfNew, "awsbroker_key = phoebe", "awsbroker_role_arn = "+c.wantRole, "awsbroker_mfa_serial = "+c.wantDevice)
		})
	}
}

// TestMistakesOfFlags are about the command line, and not about a line of the file
// that is not there.
func TestMistakesOfFlags(t *testing.T) {
	for _, c := range []struct {
		o    setup.Options
		says string
	}{
		{setup.Options{RoleARN: "arn:aws:iam::123:role/x"}, `--role-arn must be the name of a role, or the ARN of a role, like arn:aws:iam::123456789012:role/admin-mfa, not "arn:aws:iam::123:role/x"`},
		{setup.Options{RoleARN: "my role"}, `--role-arn must be the name of a role, or`},
		{setup.Options{MFASerial: "arn:aws:iam::123456789012:user/phoebe"}, `--mfa-serial must be the name of an MFA device, or`},
		{setup.Options{MFASerial: "arn:aws:iam::123456789012:u2f/user/phoebe/yubikey"}, "--mfa-serial names a security key"},
		{setup.Options{Region: "eu-central-1a"}, `--region must be the name of a region`},
	} {
		t.Run(c.says, func(t *testing.T) {
			m := newMachine(t)
			m.write("")
			c.o.Profile, c.o.Offline = "new", true
			changed, err := m.runOn(m.NewBroker(), c.o)
			brokertest.WantFailed(t, err, failure.Usage, c.says)
			if changed || m.config() != "" {
				t.Errorf("changed %v:\n%s", changed, m.config())
			}
		})
	}
}

// TestRefusedRole: the hints say with the very command how to name another role, and
// how to have none.
func TestRefusedRole(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
	_, err := m.run(setup.Options{Profile: "new", KeyName: "phoebe", RoleARN: "nobodys"})
	brokertest.WantFailed(t, err, failure.Refused, "awsbroker setup new --key phoebe --role-arn ROLE")
	brokertest.WantFailed(t, err, failure.Refused, "awsbroker setup new --key phoebe --no-role")
}
