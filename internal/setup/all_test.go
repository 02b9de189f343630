package setup_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/setup"
)

func (m *machine) runAll(o setup.AllOptions) (setup.All, error) {
	m.T.Helper()
	o.Program = "/usr/bin/awsbroker"
	return setup.RunAll(m.T.Context(), m.NewBroker(), o)
}

// TestAllLeavesWhatCannotBeWritten: where the file cannot be written, the keys that are
// in clear are not stored either.
func TestAllLeavesWhatCannotBeWritten(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nendpoint_url = ENDPOINT\nregion = eu-central-1\nsource_profile = old\nrole_arn = arn:aws:iam::123456789012:role/admin-mfa\n" +
		"mfa_serial = arn:aws:iam::123456789012:mfa/phoebe\n[profile old]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
	before := m.config()
	if err := os.Chmod(m.Paths.Config, 0o400); err != nil {
		t.Fatal(err)
	}
	out, err := m.runAll(setup.AllOptions{Offline: true})
	if err == nil || !strings.Contains(err.Error(), "cannot be written") || m.NewBroker().HasKey("old") || m.config() != before {
		t.Errorf("%+v, %v", out, err)
	}
	if err := os.Chmod(m.Paths.Config, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = m.runAll(setup.AllOptions{Offline: true})
	if err != nil || !slices.Equal(out.Profiles, []string{"new", "old"}) || !m.NewBroker().HasKey("old") {
		t.Errorf("%+v, %v", out, err)
	}
	m.want("new", "endpoint_url = "+m.AWS.Server.URL(), "region = eu-central-1", helperOfNew, "awsbroker_key = old", adminRole, phoneOf)
}

// TestAllKeepsToTheKeysOfProfiles: a profile whose key is not here does not get another
// one, though that is the only key there is.
func TestAllKeepsToTheKeysOfProfiles(t *testing.T) {
	m := newMachine(t)
	m.write("[profile new]\nrole_arn = arn:aws:iam::123456789012:role/admin-mfa\nsource_profile = other\n[profile other]\nregion = eu-central-1\n" +
		"[profile mine]\nregion = eu-central-1\nrole_arn = arn:aws:iam::123456789012:role/admin-mfa\nsource_profile = phoebe\n" +
		"[profile bad]\nrole_arn = nonsense\nsource_profile = phoebe\n")
	out, err := m.runAll(setup.AllOptions{Offline: true})
	if err != nil || !slices.Equal(out.Profiles, []string{"mine"}) {
		t.Fatalf("%+v, %v", out, err)
	}
	for profile, why := range map[string]string{"new": `its key "other" is not in the keychain`, "bad": "role_arn must be the ARN of a role"} {
		if !slices.ContainsFunc(out.Left, func(l setup.Left) bool { return l.Profile == profile && strings.Contains(l.Why, why) }) {
			t.Errorf("nothing of %s in %+v", profile, out.Left)
		}
	}
}

// TestAllOfManyProfiles: profiles that stay for one reason share a line, and a file of
// hundreds is no matter of minutes.
func TestAllOfManyProfiles(t *testing.T) {
	m := newMachine(t)
	text := "[default]\nregion = eu-west-1\n"
	for i := range 150 {
		text += fmt.Sprintf("[profile mine%d]\nrole_arn = arn:aws:iam::123456789012:role/r%[1]d\nsource_profile = phoebe\n[profile sso%[1]d]\nsso_start_url = https://example.com\n", i)
	}
	m.write(text)
	out, err := m.runAll(setup.AllOptions{Offline: true, DryRun: true})
	if err != nil || len(out.Profiles) != 150 || len(out.Left) != 150 || len(out.NoRegion) != 0 {
		t.Fatalf("%d set up, %d left, %v without a region, %v", len(out.Profiles), len(out.Left), out.NoRegion, err)
	}
	if want := "\n  sso0, sso1, sso2, and 147 others  it signs in with IAM Identity Center"; !strings.HasSuffix(out.Shown, want) {
		t.Errorf("it ends with %q", out.Shown[len(out.Shown)-200:])
	}
	if n := strings.Count(out.Shown, "\n+region = eu-west-1\n"); n != 150 {
		t.Errorf("%d regions are proposed", n)
	}
}
