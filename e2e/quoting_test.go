package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// splitters are the ways in which AWS tools take a credential_process apart
// (contract.md 2.1). Each prints one word a line.
var splitters = map[string]func(value string) []string{
	"shlex": func(value string) []string {
		return []string{"/usr/bin/python3", "-c", "import shlex, sys; print(*shlex.split(sys.argv[1]), sep='\\n')", value}
	},
	"botocore": func(value string) []string {
		return []string{"/usr/bin/python3", "-c", "import botocore.compat as c, sys; print(*c.compat_shell_split(sys.argv[1]), sep='\\n')", value}
	},
	"sh": shellWords,
	"Go SDK": func(value string) []string {
		return shellWords(stripQuotes(value))
	},
	"C++ SDK": func(value string) []string { return shellWords(value + " 2>&1") },
}

func shellWords(value string) []string {
	return []string{"/bin/sh", "-c", "words() { printf '%s\\n' \"$@\"; }; words " + value}
}

// stripQuotes is what the INI reader of the SDK for Go does to any value.
// https://github.com/aws/aws-sdk-go-v2/blob/main/config/internal/ini/strings.go
func stripQuotes(s string) string {
	if len(s) >= 2 && s[0] == s[len(s)-1] && (s[0] == '"' || s[0] == '\'') {
		return s[1 : len(s)-1]
	}
	return s
}

// helpers are the credential_process values of the config file.
func (w *world) helpers() []string {
	w.t.Helper()
	var values []string
	for line := range strings.Lines(w.config()) {
		if key, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == "credential_process" {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

// What setup writes means the same to everybody who reads it (contract.md T3).
func TestQuoting(t *testing.T) {
	boto3Debian.need(t)
	w := newSetUpWorld(t)
	odd := "Team_1/prod@eu-central-1.x%y"
	w.setup(odd, w.AWS.Role.ARN(), "--offline")
	helpers := w.helpers()
	if len(helpers) != 2 {
		t.Fatalf("%d helpers in %s", len(helpers), w.config())
	}
	for i, profile := range []string{"admin", odd} {
		want := []string{program("awsbroker"), "credential-process", "--profile", profile}
		for name, split := range splitters {
			got := strings.Split(strings.TrimRight(w.ok(split(helpers[i])...).Stdout, "\n"), "\n")
			if !slices.Equal(got, want) {
				t.Errorf("%s makes %q of %s", name, got, helpers[i])
			}
		}
		if r := w.ok("/bin/sh", "-c", helpers[i]); !strings.HasPrefix(r.Stdout, "{") || r.Stderr != "" {
			t.Errorf("%s printed %d bytes, and %q on stderr", helpers[i], len(r.Stdout), r.Stderr)
		}
	}
}

// A path that needs quotes is not written: the name on PATH is.
func TestPathWithSpaces(t *testing.T) {
	awsCLI2.need(t)
	w := newWorld(t)
	w.add()
	dir := w.dir("Program Files")
	if err := os.Link(program("awsbroker"), filepath.Join(dir, "awsbroker")); err != nil {
		t.Fatal(err)
	}
	w = w.With("PATH=" + dir + ":/usr/bin:/bin")
	w.ok(filepath.Join(dir, "awsbroker"), "setup", "admin", "--key", "phoebe", "--region", "eu-central-1", "--yes", "--mfa-code", w.Code())
	if got := w.helpers(); !slices.Equal(got, []string{"awsbroker credential-process --profile admin"}) {
		t.Errorf("the helpers are %q", got)
	}
	sameRole(t, w, "by name", awsCLI2.identity(w, "admin")...)
	sameRole(t, w.With("AWS_PROFILE=admin"), "by name", goSDK.identity(w, "")...)
}
