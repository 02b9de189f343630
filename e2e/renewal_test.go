package e2e

import (
	"net/url"
	"strings"
	"testing"
)

// A program that runs for longer than its session: it asks the helper again,
// and nobody else notices. Sessions live 4 seconds here, the program about 10.
func TestRenewal(t *testing.T) {
	for _, tt := range []struct {
		client *client
		argv   []string
	}{
		{goSDK, []string{program("gosdk"), "-profile", "admin", "-times", "8", "-every", "1500ms"}},
		{boto3Debian, append(boto3Identity("/usr/bin/python3", "admin"), "--times", "8", "--every", "1.5")},
	} {
		t.Run(tt.client.name, func(t *testing.T) {
			tt.client.need(t)
			t.Parallel()
			w := newSetUpWorld(t)
			w.extend("awsbroker_min_ttl = 1s")
			w.codesByCommand()
			w.logout()
			w.fake.post("session-seconds", url.Values{"n": {"4"}})
			before := w.fake.assumeRoles()
			r := w.ok(tt.argv...)
			if strings.Count(r.stdout, assumedRole+"\n") != 8 || r.stderr != "" {
				t.Errorf("it printed:\n%s%s", r.stdout, r.stderr)
			}
			calls, repeated := w.fake.calls("AssumeRole")
			if n := len(calls) - before; n < 3 || n > 6 || repeated != 0 {
				t.Errorf("%d sessions, %d codes sent twice", n, repeated)
			}
		})
	}
}
