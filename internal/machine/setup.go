//go:build !windows

package machine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// SetUp stores phoebe's key under her name and writes the profile admin.
func (m *Machine) SetUp() {
	m.T.Helper()
	m.AddKey("phoebe", m.AWS.Key)
	m.Profile("admin", "phoebe", m.AWS.Role.ARN(), m.AWS.Device.Serial)
}

// AddKey puts an access key into the keystore.
func (m *Machine) AddKey(name string, key *fakeaws.AccessKey) {
	m.T.Helper()
	r := m.With("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret).Run("add", name, "--from-env")
	if r.Code != 0 {
		m.T.Fatalf("add: %v", r)
	}
}

// Config is the path of AWS's config file.
func (m *Machine) Config() string { return filepath.Join(m.Home, ".aws", "config") }

// Profile appends a profile to the config file; settings are more lines of it.
func (m *Machine) Profile(name, key, role, serial string, settings ...string) {
	m.T.Helper()
	text := fmt.Sprintf("[profile %s]\nregion = eu-central-1\ncredential_process = %s credential-process --profile %s\n"+
		"awsbroker_key = %s\nawsbroker_role_arn = %s\nawsbroker_mfa_serial = %s\n%s\n\n",
		name, m.Bin, name, key, role, serial, strings.Join(settings, "\n"))
	before, _ := os.ReadFile(m.Config())
	m.Write(m.Config(), string(before)+text)
}

// Login gets a session of a profile with a code on stdin.
func (m *Machine) Login(profile string) {
	m.T.Helper()
	if r := m.RunWith(m.Code(), "login", "--profile", profile, "--mfa-code", "-"); r.Code != 0 {
		m.T.Fatalf("login: %v", r)
	}
}

// Code is one of phoebe's device that AWS takes and that nobody used.
func (m *Machine) Code() string { return FreshCode(m.AWS.Device) }

// FreshCode is a code of any device that AWS takes and that nobody used. The
// device runs ahead where there is none now, and AWS follows.
func FreshCode(d *fakeaws.MFADevice) string {
	for {
		if code, ok := d.FreshCode(); ok && (code == d.Code() || code == d.NextCode()) { // the one before may be over in a moment
			return code
		}
		d.RunAhead()
	}
}

// Rest waits until what was just written is old enough for cached answers to
// rely on; package session calls it settled.
func Rest() { time.Sleep(2100 * time.Millisecond) }
