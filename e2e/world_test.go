package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	passphrase = "correct horse battery staple"
	// assumedRole is who everybody is who works through the profile admin.
	assumedRole = "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe"
)

// world is a machine with nothing on it but awsbroker, and an AWS beside it.
type world struct {
	t    *testing.T
	fake *fake
	home string
	env  []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, fake: startFake(t), home: t.TempDir()}
	w.env = []string{
		"HOME=" + w.home,
		"XDG_RUNTIME_DIR=" + w.dir("run"),
		"TMPDIR=" + w.dir("tmp"),
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"LANG=C.UTF-8",
		"AWSBROKER_KEYSTORE=file",
		"AWSBROKER_FILE_PASSPHRASE=" + passphrase,
		"AWS_ENDPOINT_URL_STS=" + w.fake.info.Endpoint,
		"AWS_EC2_METADATA_DISABLED=true", // nobody is to look for a machine role
		"AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true",
	}
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
	w.setup("admin", w.fake.info.RoleARN, "--mfa-code", w.fake.code())
	if n := w.fake.assumeRoles(); n != 1 {
		t.Fatalf("setup asked for %d sessions", n)
	}
	return w
}

// add puts the key into the keystore, and nowhere else.
func (w *world) add() {
	w.t.Helper()
	w.with("AWS_ACCESS_KEY_ID="+w.fake.info.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+w.fake.info.SecretAccessKey).
		ok(program("awsbroker"), "add", "phoebe", "--from-env")
}

func (w *world) setup(profile, role string, args ...string) {
	w.t.Helper()
	w.ok(append([]string{
		program("awsbroker"), "setup", profile, "--key", "phoebe", "--region", "eu-central-1", "--yes",
		"--role-arn", role, "--mfa-serial", w.fake.info.MFASerial,
	}, args...)...)
}

func (w *world) logout() {
	w.t.Helper()
	w.ok(program("awsbroker"), "logout", "--all")
}

// with is the same machine with more in the environment.
func (w *world) with(variables ...string) *world {
	other := *w
	other.env = append(slices.Clone(w.env), variables...)
	return &other
}

func (w *world) dir(name string) string {
	w.t.Helper()
	dir := filepath.Join(w.home, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

// write makes a file under the home directory.
func (w *world) write(name, text string, mode os.FileMode) string {
	w.t.Helper()
	path := filepath.Join(w.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) config() string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.home, ".aws/config"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
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
		"exec /usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen(\""+w.fake.codeURL()+"\").read().decode())'\n", 0o700))
}
