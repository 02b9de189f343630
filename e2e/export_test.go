package e2e

import (
	"testing"
)

// Through the environment that export prints, taken over by a shell.
func TestExport(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		const script = `eval "$("$0" export --profile admin)" && exec "$@"`
		sameRole(t, w, "export", append([]string{"/bin/sh", "-c", script, program("awsbroker")}, c.identity(w, "")...)...)
	})
}

// Through a credentials file, for programs that know nothing else.
func TestExportINI(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		file := w.write("exported", w.ok(program("awsbroker"), "export", "--profile", "admin", "--format", "ini").Stdout, 0o600)
		other := w.With("AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE="+file, "AWS_REGION=eu-central-1")
		sameRole(t, other, "export --format ini", c.identity(w, "admin")...)
	})
}
