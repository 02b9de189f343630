package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// assumedRole is who everybody is who works through the profile admin.
const assumedRole = "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe"

// world is a machine with nothing on it but awsbroker, and an AWS beside it.
// Paths are those below the home directory.
type world struct {
	*machine.Machine
	t *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	m := machine.NewIn(t, t.TempDir(), -1)
	m.Dir, m.Bin = m.Home, program("awsbroker")
	w := &world{m, t}
	w.Env = append(w.Env,
		"XDG_RUNTIME_DIR="+w.dir("run"),
		"TMPDIR="+w.dir("tmp"),
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"LANG=C.UTF-8",
		"AWS_EC2_METADATA_DISABLED=true", // nobody is to look for a machine role
		"AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true",
	)
	t.Cleanup(w.logout) // else the sealing key stays in the kernel for a week
	return w
}

// newSetUpWorld has the key in the keystore and the profile admin in the
// config file, as a person gets there. Setup proves the profile, so it leaves
// a session.
func newSetUpWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.add()
	w.setup("admin", w.AWS.Role.ARN(), "--mfa-code", w.Code())
	if n := w.assumeRoles(); n != 1 {
		t.Fatalf("setup asked for %d sessions", n)
	}
	return w
}

// add puts the key into the keystore, and nowhere else.
func (w *world) add() {
	w.t.Helper()
	w.AddKey("phoebe", w.AWS.Key)
}

func (w *world) setup(profile, role string, args ...string) {
	w.t.Helper()
	w.ok(append([]string{
		program("awsbroker"), "setup", profile, "--key", "phoebe", "--region", "eu-central-1", "--yes",
		"--role-arn", role, "--mfa-serial", w.AWS.Device.Serial,
	}, args...)...)
}

func (w *world) logout() {
	w.t.Helper()
	w.ok(program("awsbroker"), "logout", "--all")
}

// assumeRoles is how often awsbroker asked for a session.
func (w *world) assumeRoles() int { return len(w.AWS.Server.Calls("AssumeRole")) }

// With is the same machine with more in the environment.
func (w *world) With(variables ...string) *world { return &world{w.Machine.With(variables...), w.t} }

// dir makes a directory.
func (w *world) dir(name string) string {
	w.t.Helper()
	w.Mkdir(w.Path(name), 0o700)
	return w.Path(name)
}

// write makes a file, and the directory that it is in.
func (w *world) write(name, text string, mode os.FileMode) string {
	w.t.Helper()
	path := filepath.Join(w.dir(filepath.Dir(name)), filepath.Base(name))
	w.Write(path, text)
	w.Chmod(mode, path)
	return path
}

func (w *world) config() string {
	w.t.Helper()
	return w.Read(w.Config())
}

// extend adds settings to the last profile of the config file.
func (w *world) extend(settings ...string) {
	w.t.Helper()
	text := strings.TrimRight(w.config(), "\n") + "\n" + strings.Join(settings, "\n") + "\n"
	w.write(".aws/config", text, 0o600)
}

// codesByCommand lets the profile get its codes from the fake.
func (w *world) codesByCommand() {
	w.t.Helper()
	w.extend("awsbroker_mfa_process = " + w.write("bin/mfa-code", "#!/bin/sh\n"+
		"exec /usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen(\""+w.URL+"/_fake/code?advance=1"+"\").read().decode())'\n", 0o700))
}
