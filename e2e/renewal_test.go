package e2e

import (
	"strings"
	"testing"
	"time"
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
			w.AWS.Server.SetSessionLife(4 * time.Second)
			before := w.assumeRoles()
			r := w.ok(tt.argv...)
			if strings.Count(r.Stdout, assumedRole+"\n") != 8 || r.Stderr != "" {
				t.Errorf("it printed:\n%s%s", r.Stdout, r.Stderr)
			}
			repeated := len(w.AWS.Server.RepeatedCodes())
			if n := w.assumeRoles() - before; n < 3 || n > 6 || repeated != 0 {
				t.Errorf("%d sessions, %d codes sent twice", n, repeated)
			}
		})
	}
}
