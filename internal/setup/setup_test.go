package setup_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/setup"
)

// machine is a world whose config file is written by setup.
type machine struct{ *brokertest.World }

func newMachine(t *testing.T) *machine {
	t.Parallel()
	return &machine{brokertest.NewWorld(t)}
}

// write replaces the config file; ENDPOINT is where AWS is.
func (m *machine) write(text string) {
	m.T.Helper()
	if err := os.WriteFile(m.Paths.Config, []byte(strings.ReplaceAll(text, "ENDPOINT", m.AWS.Server.URL())), 0o600); err != nil {
		m.T.Fatal(err)
	}
}

func (m *machine) config() string {
	m.T.Helper()
	data, err := os.ReadFile(m.Paths.Config)
	if err != nil {
		m.T.Fatal(err)
	}
	return string(data)
}

// run sets a profile up with a code at hand.
func (m *machine) run(o setup.Options) (changed bool, err error) {
	m.T.Helper()
	b := m.NewBroker()
	b.Code = m.NextCode()
	return m.runOn(b, o)
}

func (m *machine) runOn(b *broker.Broker, o setup.Options) (changed bool, err error) {
	o.Program = "/usr/bin/awsbroker"
	return setup.Run(m.T.Context(), b, o)
}

// want holds the settings of a profile, one a line, whatever their order.
func (m *machine) want(profile string, settings ...string) {
	m.T.Helper()
	section := regexp.MustCompile(`(?ms)^\[profile ` + profile + `\]\n(.*?)(^\[|\z)`).FindStringSubmatch(m.config())
	if section == nil {
		m.T.Fatalf("no profile %s in\n%s", profile, m.config())
	}
	has := strings.Split(strings.TrimSpace(section[1]), "\n")
	left := map[string]bool{}
	for _, line := range has {
		left[line] = true
	}
	for _, s := range settings {
		if !left[s] {
			m.T.Errorf("no %q in\n%s", s, section[1])
		}
		delete(left, s)
	}
	for line := range left {
		m.T.Errorf("%q is left in\n%s", line, section[1])
	}
}

const (
	helperOfNew = "credential_process = /usr/bin/awsbroker credential-process --profile new"
	adminRole   = "awsbroker_role_arn = arn:aws:iam::123456789012:role/admin-mfa"
	phoneOf     = "awsbroker_mfa_serial = arn:aws:iam::123456789012:mfa/phoebe"
)

// TestProposesWhatTheKeyTells: the account of the role and the device come from whose
// key it is; the profile is proved with one session, which serves the first caller.
func TestProposesWhatTheKeyTells(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
	if changed, err := m.run(setup.Options{Profile: "new", RoleARN: "admin-mfa", Region: "eu-west-1"}); err != nil || !changed {
		t.Fatal(changed, err)
	}
	m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = eu-west-1", helperOfNew, "awsbroker_key = phoebe", adminRole, phoneOf)
	m.WantCalls(0, 1, 1)
	m.WantNoQuestion("new")

	before := m.config()
	if changed, err := m.run(setup.Options{Profile: "new"}); err != nil || changed || m.config() != before {
		t.Errorf("the second time: changed %v, %v\n%s", changed, err, m.config())
	}
	m.WantCalls(0, 1, 1)
}

// TestNothingIsWrittenUnproved: a role that AWS refuses is not written.
func TestNothingIsWrittenUnproved(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
	before := m.config()
	changed, err := m.run(setup.Options{Profile: "new", RoleARN: "arn:aws:iam::123456789012:role/nobodys"})
	brokertest.WantFailed(t, err, failure.Refused, "")
	if changed || m.config() != before {
		t.Errorf("changed %v:\n%s", changed, m.config())
	}
}

// TestNoIsNo: a person who does not like the difference has lost nothing, not
// even a code.
func TestNoIsNo(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
	before := m.config()
	m.Refuse = "+" + adminRole
	changed, err := m.run(setup.Options{Profile: "new", RoleARN: "admin-mfa"})
	if !errors.Is(err, broker.ErrDeclined) || changed || m.config() != before {
		t.Errorf("changed %v, %v:\n%s", changed, err, m.config())
	}
	m.WantCalls(0, 0, 0)
}

// TestNobodyToAsk: where no code can be had, the profile is written, and it is
// said that nothing was proved.
func TestNobodyToAsk(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\n")
	changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", RoleARN: "admin-mfa"})
	if err != nil || !changed || !strings.Contains(m.Shown(), "warning: the profile was not tested") || !strings.Contains(m.Shown(), "awsbroker login --profile new") {
		t.Errorf("changed %v, %v: %s", changed, err, m.Shown())
	}
	m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = eu-central-1", helperOfNew, "awsbroker_key = phoebe", adminRole, phoneOf)
}

// TestOffline asks neither AWS nor for a code.
func TestOffline(t *testing.T) {
	m := newMachine(t)
	m.write("")
	if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", Region: "us-east-1", Offline: true}); err != nil || !changed {
		t.Fatal(changed, err)
	}
	m.want("new", "region = us-east-1", helperOfNew, "awsbroker_key = phoebe", adminRole, phoneOf)
	if n := len(m.AWS.Server.Calls("")); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestRefusals changes nothing, and says what to do.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		o      setup.Options
		reason failure.Reason
		says   string
	}{
		"a name that no tool reads": {"", setup.Options{Profile: "a b"}, failure.Usage, "cannot be a profile name"},
		"no such key":               {"", setup.Options{Profile: "new", KeyName: "other"}, failure.NotFound, "other"},
		"two keys, none named":      {"", setup.Options{Profile: "new"}, failure.Usage, "choose one with --key"},
		"a root key":                {"", setup.Options{Profile: "new", KeyName: "root"}, failure.Other, "a root user cannot assume roles"},
		"whose key, is unknown":     {"", setup.Options{Profile: "new", KeyName: "unknown", Offline: true}, failure.Usage, "--role-arn arn:aws:iam::ACCOUNT:role/admin-mfa"},
		"a key in clear": {"[profile new]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n", setup.Options{Profile: "new", KeyName: "phoebe"},
			failure.Other, "awsbroker add --from-profile new"},
		"a sign-in of another kind": {"[profile new]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n", setup.Options{Profile: "new", KeyName: "phoebe"},
			failure.Other, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write(c.config)
			for other, info := range map[string]keystore.KeyInfo{"root": {ARN: "arn:aws:iam::123456789012:root", Expires: time.Now().Add(time.Hour)}, "unknown": {}} {
				if err := m.OpenKeystore().Set(t.Context(), other, m.Credentials(m.AWS.Key), info); err != nil {
					t.Fatal(err)
				}
			}
			changed, err := m.runOn(m.NewBroker(), c.o)
			brokertest.WantFailed(t, err, c.reason, c.says)
			if changed || m.config() != c.config {
				t.Errorf("changed %v:\n%s", changed, m.config())
			}
			if n := len(m.AWS.Server.Calls("")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// TestConverts a profile of AWS's own tools: what they would prefer to a
// helper goes, what the role needs stays under our names, and so does what the
// profile had from its source profile.
func TestConverts(t *testing.T) {
	m := newMachine(t)
	m.write(`# mine
[profile phoebe]
awsbroker_mfa_session = 8h
[profile new]
endpoint_url = ENDPOINT
role_arn = arn:aws:iam::123456789012:role/admin-mfa
source_profile = phoebe
mfa_serial = arn:aws:iam::123456789012:mfa/phoebe
role_session_name = phoebe@work
duration_seconds = 1800
output = json
`)
	if changed, err := m.run(setup.Options{Profile: "new", KeyName: "phoebe"}); err != nil || !changed {
		t.Fatal(changed, err)
	}
	m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "duration_seconds = 1800", "output = json", helperOfNew,
		"awsbroker_key = phoebe", adminRole, phoneOf, "awsbroker_role_session_name = phoebe@work", "awsbroker_mfa_session = 8h")
	if !strings.HasPrefix(m.config(), "# mine\n[profile phoebe]\nawsbroker_mfa_session = 8h\n") {
		t.Errorf("the rest has changed:\n%s", m.config())
	}
	if name := m.AWS.Server.Calls("AssumeRole")[0].Params["RoleSessionName"]; name != "phoebe@work" {
		t.Errorf("the session is %q", name)
	}
}

// TestReplacesAnotherHelper: a profile that another program served is ours.
func TestReplacesAnotherHelper(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\ncredential_process = aws-vault export --format=json new\n")
	if changed, err := m.run(setup.Options{Profile: "new"}); err != nil || !changed {
		t.Fatal(changed, err)
	}
	m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = eu-central-1", helperOfNew, "awsbroker_key = phoebe", phoneOf)
}

// TestChainStays: a role that another profile's role assumes goes on being
// assumed by it, unless a key is named that is to assume it.
func TestChainStays(t *testing.T) {
	const chain = `
[profile new]
endpoint_url = ENDPOINT
region = eu-central-1
role_arn = arn:aws:iam::123456789012:role/next
source_profile = admin
`
	for _, key := range []string{"", "phoebe"} {
		t.Run("key "+key, func(t *testing.T) {
			m := newMachine(t)
			role, err := m.AWS.AddRole("next", time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			m.write(m.config() + chain)
			if changed, err := m.runOn(m.NewBroker(), setup.Options{Profile: "new", KeyName: key, Offline: true}); err != nil || !changed {
				t.Fatal(changed, err)
			}
			settings := []string{"endpoint_url = " + m.AWS.Server.URL(), "region = eu-central-1", helperOfNew, "awsbroker_role_arn = " + role.ARN()}
			if key == "" {
				m.want("new", append(settings, "awsbroker_source_profile = admin")...)
			} else {
				m.want("new", append(settings, "awsbroker_key = phoebe", phoneOf)...)
			}
		})
	}
}

// writeCredentials replaces the credentials file.
func (m *machine) writeCredentials(text string) {
	m.T.Helper()
	if err := os.WriteFile(m.Paths.Credentials, []byte(text), 0o600); err != nil {
		m.T.Fatal(err)
	}
}

// wantCredentials compares the credentials file.
func (m *machine) wantCredentials(want string) {
	m.T.Helper()
	if is, err := os.ReadFile(m.Paths.Credentials); err != nil || string(is) != want {
		m.T.Errorf("the credentials file is %q and not %q (%v)", is, want, err)
	}
}

// TestCredentialsFileWins: lines of the credentials file that would win over the
// profile as it is written go, those that would not stay, and both are shown.
func TestCredentialsFileWins(t *testing.T) {
	for name, c := range map[string]struct{ credentials, left string }{
		"another role": {"[other]\nregion = x\n[new]\nawsbroker_role_arn = arn:aws:iam::123456789012:role/reader-mfa\noutput = json\n",
			"[other]\nregion = x\n[new]\noutput = json\n"},
		"AWS's own layout": {"[base]\n[new]\nrole_arn = arn:aws:iam::123456789012:role/reader-mfa\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/old\nregion = eu-north-1\n",
			"[base]\n[new]\n"},
		"another helper": {"[new]\ncredential_process = /opt/awsbroker credential-process --profile new\n", "[new]\n"},
		"a session":      {"# mine\n[new]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\naws_session_token = y\n", "# mine\n[new]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.write("[profile new]\nendpoint_url = ENDPOINT\n")
			m.writeCredentials(c.credentials)
			o := setup.Options{Profile: "new", KeyName: "phoebe", RoleARN: m.AWS.Role.ARN(), MFASerial: m.AWS.Device.Serial, Region: "us-west-2"}
			if changed, err := m.run(o); err != nil || !changed {
				t.Fatal(changed, err)
			}
			m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = us-west-2", helperOfNew, "awsbroker_key = phoebe", adminRole, phoneOf)
			m.wantCredentials(c.left)
			if !strings.Contains(m.Shown(), m.Paths.Credentials) {
				t.Errorf("the change of the credentials file was not shown: %s", m.Shown())
			}
			if changed, err := m.run(setup.Options{Profile: "new", Offline: true}); err != nil || changed {
				t.Errorf("the second time: changed %v, %v", changed, err)
			}
		})
	}
}

// TestKeyBesideSession: a session in clear can go, a key in clear cannot, even if
// the other file has a session.
func TestKeyBesideSession(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n")
	credentials := "[new]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\naws_session_token = y\n"
	m.writeCredentials(credentials)
	_, err := m.run(setup.Options{Profile: "new", KeyName: "phoebe", Offline: true})
	brokertest.WantFailed(t, err, failure.Other, "awsbroker add --from-profile new")
	m.wantCredentials(credentials)
}

// TestConvertsAWSVault: settings that only aws-vault knows go, with a warning; the
// command that gives codes stays under our name.
func TestConvertsAWSVault(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\ninclude_profile = base\nmfa_process = echo 000000\n")
	if changed, err := m.run(setup.Options{Profile: "new", KeyName: "phoebe", Offline: true}); err != nil || !changed {
		t.Fatal(changed, err)
	}
	m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = eu-central-1", helperOfNew, "awsbroker_key = phoebe", phoneOf, "awsbroker_mfa_process = echo 000000")
	if !strings.Contains(m.Shown(), "only aws-vault reads include_profile") {
		t.Errorf("nothing is said of include_profile: %s", m.Shown())
	}
}
