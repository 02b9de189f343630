package brokertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// AllowKeys lets phoebe's user itself manage its keys; with MFA only, if so wanted.
func (m *World) AllowKeys(mfa bool) {
	m.T.Helper()
	condition := ""
	if mfa {
		condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	}
	err := m.AWS.User.PutPolicy("self-service", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Action":["iam:*AccessKey*"],"Resource":%q%s}]}`, m.AWS.User.ARN(), condition))
	if err != nil {
		m.T.Fatal(err)
	}
}

// AddRole makes a role that phoebe may assume, and a profile for it.
func (m *World) AddRole(name string, most time.Duration, more ...string) *fakeaws.Role {
	m.T.Helper()
	role, err := m.AWS.AddRole(name, most)
	if err != nil {
		m.T.Fatal(err)
	}
	m.AddProfile(name, role.ARN(), m.AWS.Device.Serial, more...)
	return role
}

// CodesFromCommand is a line for a profile: a command gives n codes, one a
// run, and then fails.
func (m *World) CodesFromCommand(n int) string {
	m.T.Helper()
	file := filepath.Join(m.T.TempDir(), "codes")
	var codes strings.Builder
	for range n {
		codes.WriteString(m.NextCode().Reveal() + "\n")
	}
	if err := os.WriteFile(file, []byte(codes.String()), 0o600); err != nil {
		m.T.Fatal(err)
	}
	return fmt.Sprintf("awsbroker_mfa_process = test -s %[1]s && head -n 1 %[1]s && sed -i 1d %[1]s", file)
}

// SetTrust replaces a role's trust policy.
func (m *World) SetTrust(role, condition string) {
	m.T.Helper()
	_, err := m.AWS.Account.AddRole(role, fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Principal":{"AWS":%q},"Action":"sts:AssumeRole",%s}]}`, m.AWS.Account.ID, condition))
	if err != nil {
		m.T.Fatal(err)
	}
}

// AllowRevoke lets phoebe's user itself do all that revoke takes.
func (m *World) AllowRevoke(mfa bool) {
	m.T.Helper()
	condition := ""
	if mfa {
		condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	}
	for name, policy := range map[string]string{
		"keys": fmt.Sprintf(`"Action":["iam:*AccessKey*","iam:*UserPolicy"],"Resource":%q`, m.AWS.User.ARN()),
		"role": fmt.Sprintf(`"Action":"iam:*RolePolicy","Resource":%q`, m.AWS.Role.ARN()),
	} {
		if err := m.AWS.User.PutPolicy(name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+policy+condition+`}]}`); err != nil {
			m.T.Fatal(err)
		}
	}
}
