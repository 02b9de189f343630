package brokertest

import (
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// PointAtStandIn makes every profile ask another AWS, which takes phoebe's key for
// that of an administrator dev in another account.
func (m *World) PointAtStandIn() *fakeaws.Server {
	m.T.Helper()
	other := fakeaws.New()
	url, err := other.Start()
	if err != nil {
		m.T.Fatal(err)
	}
	m.T.Cleanup(other.Close)
	dev := other.AddAccount("999999999999").AddUser("dev")
	dev.ImportAccessKey(m.AWS.Key.ID, m.AWS.Key.Secret)
	if err := dev.PutPolicy("all", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`); err != nil {
		m.T.Fatal(err)
	}
	config, err := os.ReadFile(m.Paths.Config)
	if err == nil {
		err = os.WriteFile(m.Paths.Config, []byte(strings.ReplaceAll(string(config), m.AWS.Server.URL(), url)), 0o600)
	}
	if err != nil {
		m.T.Fatal(err)
	}
	return other
}

// WantStoppedAtStandIn holds that a run ended in err without a change: the key is
// still in the keychain, and neither AWS was asked for one.
func (m *World) WantStoppedAtStandIn(other *fakeaws.Server, err error) {
	m.T.Helper()
	WantFailed(m.T, err, failure.Other, "is recorded as "+m.AWS.User.ARN()+", but the address "+other.URL()+" says that it belongs to arn:aws:iam::999999999999:user/dev")
	WantFailed(m.T, err, failure.Other, "awsbroker add phoebe --replace")
	if m.StoredKey().AccessKeyID != m.AWS.Key.ID {
		m.T.Error("another key is in the keychain")
	}
	for _, server := range []*fakeaws.Server{other, m.AWS.Server} {
		for _, c := range server.Calls("") {
			if strings.HasSuffix(c.Action, "AccessKey") || strings.HasPrefix(c.Action, "Put") {
				m.T.Errorf("%s was called", c.Action)
			}
		}
	}
}
