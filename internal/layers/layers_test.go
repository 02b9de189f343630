// Package layers holds the shape of the program as a test: who may import
// what, each rule with its reason.
package layers

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/awsbroker/awsbroker/"

// mayUse lists, for each of our packages, those of ours that it imports.
// cmd → broker → the rest; nothing points back.
var mayUse = map[string][]string{
	"cmd/awsbroker":       {"internal/broker", "internal/caller", "internal/config", "internal/credential", "internal/credserver", "internal/grants", "internal/keystore", "internal/paths", "internal/prompt", "internal/session", "internal/start"},
	"internal/awsapi":     {},
	"internal/caller":     {},
	"internal/broker":     {"internal/awsapi", "internal/config", "internal/credential", "internal/csvkeys", "internal/grants", "internal/iam", "internal/keystore", "internal/paths", "internal/prompt", "internal/qr", "internal/session", "internal/sts", "internal/totp"},
	"internal/config":     {"internal/credential"},
	"internal/credential": {},
	"internal/credserver": {"internal/credential", "internal/session"},
	"internal/csvkeys":    {"internal/credential"},
	"internal/grants":     {"internal/caller", "internal/paths"},
	"internal/iam":        {"internal/awsapi", "internal/credential"},
	"internal/keystore":   {"internal/credential"},
	"internal/paths":      {},
	"internal/prompt":     {"internal/caller", "internal/credential"},
	"internal/qr":         {},
	"internal/session":    {"internal/credential", "internal/paths"},
	"internal/start":      {"internal/grants", "internal/paths", "internal/session"},
	"internal/sts":        {"internal/awsapi", "internal/credential"},
	"internal/totp":       {"internal/credential"},
}

// onlyIn names the one package that may import a library directly, and why.
var onlyIn = []struct{ library, in, why string }{
	{"github.com/spf13/cobra", "cmd/awsbroker", "flags are the command's business"},
	{"gopkg.in/ini.v1", "internal/config", "its defaults read the wrong role; config knows how to load"},
	{"github.com/99designs/keyring", "internal/keystore", "its errors and hangs are tamed there"},
	{"github.com/godbus/dbus", "internal/keystore", "only the Secret Service is on the bus"},
	{"github.com/aws/aws-sdk-go-v2/service/sts", "internal/sts", "AWS's errors become ours there"},
	{"github.com/aws/aws-sdk-go-v2/service/iam", "internal/iam", "AWS's errors become ours there"},
	{"rsc.io/qr", "internal/qr", "what a terminal shows of a code is known there"},
	{"github.com/gofrs/flock", "internal/session, internal/keystore, internal/grants", "three places lock files"},
}

// never are packages that awsbroker must not be linked with.
var never = []struct{ path, why string }{
	{module + "internal/fakeaws", "the fake is for tests"},
	{"github.com/aws/aws-sdk-go-v2/config", "its credential chain would come back to us through a profile (contract.md R20), and it is slow to load"},
	{"testing", "tests stay outside"},
	{"github.com/spf13/cobra/doc", "man pages are made beforehand"},
}

// hitNeeds bounds what package start, which answers cached calls before main,
// may load besides the standard library.
var hitNeeds = []string{"golang.org/x/sys/", "github.com/gofrs/flock", module}

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// deps lists a package and all that it is linked with.
func deps(t *testing.T, path string) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports", path)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestLayers(t *testing.T) {
	for _, p := range deps(t, module+"cmd/awsbroker") {
		for _, n := range never {
			if p.ImportPath == n.path {
				t.Errorf("awsbroker is linked with %s: %s", p.ImportPath, n.why)
			}
		}
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		allowed, known := mayUse[name]
		if !known {
			t.Errorf("%s is a new package: give it a place in mayUse", name)
		}
		for _, imported := range p.Imports {
			if other, ours := strings.CutPrefix(imported, module); ours && !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s", name, other)
			}
			for _, o := range onlyIn {
				if imported == o.library && !strings.Contains(o.in, name) {
					t.Errorf("%s imports %s: %s", name, o.library, o.why)
				}
			}
		}
	}
}

func TestCachedAnswerLoadsLittle(t *testing.T) {
	for _, p := range deps(t, module+"internal/start") {
		if p.Standard || slices.ContainsFunc(hitNeeds, func(n string) bool { return strings.HasPrefix(p.ImportPath, n) }) {
			continue
		}
		t.Errorf("package start loads %s before a cached answer", p.ImportPath)
	}
}
