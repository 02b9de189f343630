package doctor_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/doctor"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// patient is a world that is examined before something is made wrong in it, so
// that only what is new counts: the rest is this machine's.
type patient struct {
	*brokertest.World
	before []string // findings of it
}

func newPatient(t *testing.T) *patient {
	t.Parallel()
	return newPatientHere(t)
}

func newPatientHere(t *testing.T) *patient {
	m := &patient{World: brokertest.NewWorld(t)}
	m.AWS.Account.Root().EnableMFA("")
	for _, key := range m.AWS.User.AccessKeys() {
		if key.ID != m.AWS.Key.ID {
			m.AWS.Server.Key(key.ID).Delete()
		}
	}
	m.Login("admin")
	for _, f := range m.examine().Findings {
		m.before = append(m.before, f.Title)
	}
	return m
}

func (m *patient) examine() doctor.Diagnosis {
	m.T.Helper()
	return doctor.Run(m.T.Context(), m.NewBroker(), doctor.Options{Program: "/usr/bin/awsbroker", Account: true, Profile: "admin"})
}

// findings are those that were not there before.
func (m *patient) findings() []doctor.Finding {
	m.T.Helper()
	return slices.DeleteFunc(m.examine().Findings, func(f doctor.Finding) bool { return slices.Contains(m.before, f.Title) })
}

// want holds the new findings: as "ID: part of the title", in any order.
func (m *patient) want(findings []doctor.Finding, want ...string) {
	m.T.Helper()
	left := slices.Clone(findings)
	for _, w := range want {
		id, title, _ := strings.Cut(w, ": ")
		i := slices.IndexFunc(left, func(f doctor.Finding) bool { return f.Kind.ID == id && strings.Contains(f.Title, title) })
		if i < 0 {
			m.T.Errorf("not found: %s", w)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, f := range left {
		m.T.Errorf("found as well: %s: %s", f.Kind.ID, f.Title)
	}
}

func days(n int) time.Time { return time.Now().Add(-time.Duration(n)*24*time.Hour - time.Hour) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
	all           = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allWithMFA    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`
	denyWithout   = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`
)

// TestAccount: what is wrong in AWS is found, with whose it is and the command
// that mends it; what is right is not.
func TestAccount(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(*testing.T, *patient)
		found   []string
		mend    string // of the first
	}{
		"nothing":    {func(*testing.T, *patient) {}, nil, ""},
		"a root key": {func(_ *testing.T, m *patient) { m.AWS.Account.Root().AddAccessKey() }, []string{"root-keys: the root user of account 123456789012"}, "awsbroker add root"},
		"root without MFA": {func(_ *testing.T, m *patient) {
			m.AWS.Account.Device(m.AWS.Account.State().Root.Devices[0]).Disable()
		}, []string{"root-without-mfa: 123456789012"}, ""},
		"a user who is always an administrator": {func(t *testing.T, m *patient) { must(t, m.AWS.Account.AddUser("wilma").PutPolicy("everything", all)) },
			[]string{"always-admin: user wilma is always an administrator, by policy everything"}, "awsbroker bootstrap --dry-run --key phoebe --user wilma"},
		"one who is with MFA": {func(t *testing.T, m *patient) {
			must(t, m.AWS.Account.AddUser("wilma").PutPolicy("everything", allWithMFA))
		}, nil, ""},
		"one who is denied it": {func(t *testing.T, m *patient) {
			wilma := m.AWS.Account.AddUser("wilma")
			must(t, wilma.PutPolicy("everything", all))
			must(t, wilma.PutPolicy("deny", denyWithout))
		}, nil, ""},
		"one whose group denies it": {func(t *testing.T, m *patient) {
			wilma, careful := m.AWS.Account.AddUser("wilma"), m.AWS.Account.AddGroup("careful")
			must(t, wilma.AttachPolicy(administrator))
			must(t, careful.PutPolicy("deny", denyWithout))
			careful.AddUser(wilma)
		}, nil, ""},
		"a group": {func(t *testing.T, m *patient) { must(t, m.AWS.Account.AddGroup("power").AttachPolicy(administrator)) },
			[]string{"always-admin: every member of group power"}, "--group power"},
		"a second key": {func(_ *testing.T, m *patient) { m.AWS.User.AddAccessKey() }, []string{"second-key: user phoebe has 2 active access keys"},
			"awsbroker keys list --user phoebe"},
		"a second key that is off": {func(_ *testing.T, m *patient) { m.AWS.User.AddAccessKey().Deactivate() }, nil, ""},
		"a key that nobody uses": {func(_ *testing.T, m *patient) {
			m.AWS.Account.AddUser("wilma").AddAccessKey().SetCreated(days(91))
		}, []string{"unused-key: of user wilma was never used in "}, "awsbroker keys deactivate "},
		"one that is young": {func(_ *testing.T, m *patient) { m.AWS.Account.AddUser("wilma").AddAccessKey().SetCreated(days(89)) }, nil, ""},
		"an old key, in use": {func(_ *testing.T, m *patient) { m.AWS.Key.SetCreated(days(400)) }, []string{"key-old: key phoebe was made 400 days ago"},
			"awsbroker rotate phoebe"},
		"a password without MFA": {func(_ *testing.T, m *patient) { m.AWS.Account.AddUser("wilma").SetPassword(true) },
			[]string{"console-without-mfa: user wilma"}, "aws iam delete-login-profile --user-name wilma --profile admin"},
		"a password with MFA": {func(_ *testing.T, m *patient) { m.AWS.User.SetPassword(true) }, nil, ""},
		"an administrator with a password": {func(t *testing.T, m *patient) {
			wilma, power := m.AWS.Account.AddUser("wilma"), m.AWS.Account.AddGroup("power")
			must(t, power.AttachPolicy(administrator))
			power.AddUser(wilma)
			wilma.SetPassword(true)
			wilma.EnableMFA("")
		}, []string{"login-around-role: user wilma can get sessions of an administrator by aws login, without the role, by policy AdministratorAccess", "always-admin: every member of group power"}, ""},
		"one with a password who may sign in": {func(t *testing.T, m *patient) {
			must(t, m.AWS.User.AttachPolicy("arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"))
			m.AWS.User.SetPassword(true)
		}, []string{"login-around-role: user phoebe can get sessions by aws login, by policy SignInLocalDevelopmentAccess"}, ""},
		"one who may, without a password": {func(t *testing.T, m *patient) {
			must(t, m.AWS.User.AttachPolicy("arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"))
		}, nil, ""},
		"one to whom it is denied": {func(t *testing.T, m *patient) {
			must(t, m.AWS.User.AttachPolicy("arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"))
			must(t, m.AWS.User.PutPolicy("no", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"signin:*","Resource":"*"}]}`))
			m.AWS.User.SetPassword(true)
		}, nil, ""},
		"a role without MFA": {func(_ *testing.T, m *patient) { m.SetTrust("admin-mfa", `"Condition":{}`) },
			[]string{"trust-without-mfa: admin-mfa"}, ""},
		"a role of others": {func(t *testing.T, m *patient) { // no profile's
			_, err := m.AWS.Account.AddRole("other", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}`)
			must(t, err)
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newPatient(t)
			c.arrange(t, m)
			found := m.findings()
			m.want(found, c.found...)
			if c.mend != "" && (len(found) == 0 || !strings.Contains(found[0].Mend, c.mend)) {
				t.Errorf("to be mended by %+v, want %s", found, c.mend)
			}
		})
	}
}

// TestUnchecked: what cannot be looked at is said once, with whose it is, and
// the rest is looked at.
func TestUnchecked(t *testing.T) {
	m := newPatient(t)
	m.AWS.Account.AddUser("wilma").SetPassword(true)
	must(t, m.AWS.Role.PutPolicy("not", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iam:ListAccessKeys","iam:ListGroups"],"Resource":"*"}]}`))
	d := m.examine()
	var unchecked []string
	for _, u := range d.Unchecked {
		if strings.Contains(u.Problem, "not authorized") {
			unchecked = append(unchecked, u.What)
		}
	}
	slices.Sort(unchecked)
	if want := []string{"access keys of phoebe, wilma", "groups"}; !slices.Equal(unchecked, want) {
		t.Errorf("unchecked: %q, want %q", unchecked, want)
	}
	m.want(m.findings(), "console-without-mfa: wilma")

	must(t, m.AWS.Server.AddFault(fakeaws.Fault{Action: "GetCallerIdentity", Kind: fakeaws.FaultDropBefore, Times: -1}))
	if d := m.examine(); !slices.ContainsFunc(d.Unchecked, func(u doctor.Unchecked) bool { return u.What == "clock" }) {
		t.Errorf("%+v", d.Unchecked)
	}
}

// TestNoSession: the account takes one, and who gets it is said.
func TestNoSession(t *testing.T) {
	t.Parallel()
	m := &patient{World: brokertest.NewWorld(t)}
	d := m.examine()
	i := slices.IndexFunc(d.Unchecked, func(u doctor.Unchecked) bool { return u.What == "account" })
	if i < 0 || !strings.Contains(d.Unchecked[i].Problem, "awsbroker login --profile admin") {
		t.Errorf("%+v", d.Unchecked)
	}
	if n := m.CountCalls("ListUsers"); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestPassphraseFile: it is used whatever its mode, so doctor has to tell.
func TestPassphraseFile(t *testing.T) {
	m := newPatientHere(t)
	path := filepath.Join(t.TempDir(), "passphrase")
	m.write(path, "correct horse battery staple\n")
	t.Setenv("AWSBROKER_FILE_PASSPHRASE_FILE", path)
	for mode, titles := range map[fs.FileMode][]string{
		0o600: nil, 0o400: nil,
		0o644: {"others may read this file (mode 644), and it has the passphrase of the encrypted file in plaintext"},
		0o666: {"others may write this file (mode 666)"},
	} {
		must(t, os.Chmod(path, mode))
		var found []string
		for _, f := range m.findings() {
			if f.File == path {
				found = append(found, f.Title)
			}
		}
		if !slices.Equal(found, titles) {
			t.Errorf("mode %o: %q, want %q", mode, found, titles)
		}
	}
}

const inClear = "[old]\naws_access_key_id = AKIAWILMAWILMAWILMA2\naws_secret_access_key = kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n"

// TestReadableByOthers: nothing in AWS's file is sealed, so keys in it are told.
func TestReadableByOthers(t *testing.T) {
	m := newPatient(t)
	for text, title := range map[string]string{
		inClear:                            "(mode 644), and it has 1 access key in plaintext",
		"[other]\nregion = eu-central-1\n": "(mode 644)",
	} {
		m.write(m.Paths.Credentials, text)
		must(t, os.Chmod(m.Paths.Credentials, 0o644))
		for _, f := range m.findings() {
			if f.Kind.ID == "readable-by-others" && (!strings.HasSuffix(f.Title, title) || strings.Contains(f.Kind.Why, "sealed")) {
				t.Errorf("%s, for %s; want %s", f.Title, f.Kind.Why, title)
			}
		}
		m.want(slices.DeleteFunc(m.findings(), func(f doctor.Finding) bool { return f.Kind.ID != "readable-by-others" }), "readable-by-others: ")
		must(t, os.Remove(m.Paths.Credentials))
	}
}

func (m *patient) write(path, text string) {
	m.T.Helper()
	must(m.T, os.WriteFile(path, []byte(text), 0o600))
}

func (m *patient) read(path string) string {
	m.T.Helper()
	data, err := os.ReadFile(path)
	must(m.T, err)
	return string(data)
}

// TestMend: two findings in one file are mended one after the other, the other
// lines stay, and there is nothing left to find.
func TestMend(t *testing.T) {
	m := newPatient(t)
	before := m.read(m.Paths.Config)
	m.write(m.Paths.Config, before+`# mine
[profile new]
region = eu-central-1
endpoint_url = `+m.AWS.Server.URL()+`
credential_process = /usr/bin/awsbroker credential-process --profile new
awsbroker_key = phoebe
source_profile = admin
external_id = office
awsbroker_roll_arn = typo
`)
	found := m.findings()
	var fixable []doctor.Finding
	for _, f := range found {
		if f.File != m.Paths.Config || f.Line == 0 {
			t.Errorf("%s is nowhere: %s:%d", f.Kind.ID, f.File, f.Line)
		}
		if f.Fixable() {
			fixable = append(fixable, f)
		}
	}
	if len(fixable) < 2 {
		t.Fatalf("%+v", found)
	}
	must(t, doctor.MendFindings(t.Context(), m.NewBroker(), fixable))
	after := m.read(m.Paths.Config)
	if strings.Contains(after, "\nsource_profile") || !strings.HasPrefix(after, before+"# mine\n[profile new]\nregion = eu-central-1\n") {
		t.Errorf("after:\n%s", after)
	}
	for _, f := range m.findings() {
		if f.Fixable() && f.Kind.ID != "program-missing" { // it is not on this machine
			t.Errorf("left: %s: %s", f.Kind.ID, f.Title)
		}
	}
}

// TestMendAsks: a no leaves the file, and the key in it. Whose the key is, is
// asked of the AWS that the environment names.
func TestMendAsks(t *testing.T) {
	m := newPatientHere(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", m.AWS.Server.URL())
	m.AWS.Account.AddUser("wilma").ImportAccessKey("AKIAWILMAWILMAWILMA2", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")
	m.write(m.Paths.Credentials, inClear)
	found := m.findings()
	m.want(slices.DeleteFunc(slices.Clone(found), func(f doctor.Finding) bool { return f.Kind.ID != "key-in-clear" }), "key-in-clear: ")
	for _, f := range found {
		if strings.Contains(f.Title+f.Advice+f.Mend, "kkkkkkkk") {
			t.Errorf("the key is shown: %+v", f)
		}
	}
	m.Refuse = m.Paths.Credentials
	_ = doctor.MendFindings(t.Context(), m.NewBroker(), found)
	if m.read(m.Paths.Credentials) != inClear {
		t.Errorf("after a no:\n%s", m.read(m.Paths.Credentials))
	}
	m.Refuse = ""
	must(t, doctor.MendFindings(t.Context(), m.NewBroker(), m.findings()))
	if strings.Contains(m.read(m.Paths.Credentials), "kkkkkkkk") {
		t.Errorf("after a yes:\n%s\n%s", m.read(m.Paths.Credentials), m.Shown())
	}
	key, err := m.OpenKeystore().Get(t.Context(), "old")
	if err != nil || key.SecretAccessKey.Reveal() != "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" {
		t.Errorf("the key in the keychain: %v", err)
	}
}

// TestWorst: serious goes before a warning, and that before a note.
func TestWorst(t *testing.T) {
	of := func(severities ...doctor.Severity) (d doctor.Diagnosis) {
		for _, s := range severities {
			d.Findings = append(d.Findings, doctor.Finding{Kind: &doctor.FindingKind{Severity: s}})
		}
		return d
	}
	for _, c := range []struct {
		d    doctor.Diagnosis
		want doctor.Severity
	}{
		{of(), 0},
		{of(doctor.Note), doctor.Note},
		{of(doctor.Note, doctor.Warning), doctor.Warning},
		{of(doctor.Warning, doctor.Serious, doctor.Note), doctor.Serious},
	} {
		if got := c.d.Worst(); got != c.want || c.d.Fixable() != 0 {
			t.Errorf("%v: %s", c.d.Findings, got)
		}
	}
}

// TestKinds: each has an ID of its own, a severity, and says why.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range doctor.FindingKinds() {
		if seen[k.ID] || k.ID == "" || k.Why == "" || k.Severity.String() == "" {
			t.Errorf("%+v", k)
		}
		seen[k.ID] = true
	}
	if len(seen) < 50 {
		t.Errorf("%d kinds", len(seen))
	}
}
