// Package layers holds the shape of the program as a test: who may import
// what, each rule with its reason.
package layers

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/awsbroker/awsbroker/"

// levels are all packages that awsbroker is linked with, from the ground up. A
// package may import those of lower levels, and none of its own level or above
// but as beside says.
var levels = [][]string{
	{"internal/agents", "internal/answers", "internal/awsapi", "internal/busy", "internal/caller", "internal/child", "internal/clients", "internal/credential", "internal/fault", "internal/grant", "internal/memory", "internal/near", "internal/paths", "internal/pattern", "internal/policy",
		"internal/process", "internal/programs", "internal/qr", "internal/say", "internal/variables", "internal/wait"},
	{"internal/codecommit", "internal/config", "internal/credserver", "internal/csvkeys", "internal/dotfile", "internal/early", "internal/grants", "internal/iam", "internal/keystore", "internal/passphrase",
		"internal/prompt", "internal/secretservice", "internal/session", "internal/signin", "internal/sts", "internal/totp"},
	{"internal/consent", "internal/failure", "internal/helper", "internal/notes", "internal/start", "internal/target"},
	{"internal/broker"},
	{"internal/access", "internal/standin"},
	{"internal/bootstrap", "internal/console", "internal/doctor", "internal/gitpassword", "internal/gitconfig", "internal/keychain", "internal/keys", "internal/mfa", "internal/revoke",
		"internal/rotate", "internal/setup", "internal/socket", "internal/uninstall"},
	{"cmd/awsbroker"},
}

// beside are the imports within a level, each with its reason.
var beside = []struct{ from, to, why string }{
	{"internal/awsapi", "internal/wait", "a request waits before it is sent again"},
	{"internal/awsapi", "internal/pattern", "the names of AWS's hosts have a form"},
	{"internal/keystore", "internal/secretservice", "it is one of the keychains"},
	{"internal/config", "internal/dotfile", "its two files belong to a person"},
	{"internal/credserver", "internal/session", "a session is what it serves"},
	{"internal/keystore", "internal/passphrase", "the encrypted file is sealed with one"},
	{"internal/consent", "internal/failure", "a refusal is a failure"},
	{"internal/helper", "internal/failure", "a refusal is a failure"},
	{"internal/target", "internal/failure", "a refusal is a failure"},
	{"internal/revoke", "internal/rotate", "a revocation is a rotation with denies around it"},
	{"internal/keys", "internal/rotate", "a key in a rotation is not deleted"},
	{"internal/keychain", "internal/rotate", "a rotation's pending key moves and goes with the key"},
	{"internal/mfa", "internal/keys", "who acts on a device is found as who acts on a key"},
	{"internal/gitpassword", "internal/keys", "who acts on a user's Git passwords is found as who acts on a key"},
	{"internal/keychain", "internal/gitpassword", "a Git password moves and goes with the key"},
	{"internal/uninstall", "internal/gitpassword", "a Git password goes with the key"},
	{"internal/bootstrap", "internal/keychain", "it puts the user's key there"},
	{"internal/bootstrap", "internal/mfa", "it makes the user's device"},
	{"internal/bootstrap", "internal/setup", "it writes the user's profile"},
	{"internal/doctor", "internal/keychain", "keys in clear are moved there"},
	{"internal/uninstall", "internal/gitconfig", "Git is told not to ask any more"},
	{"internal/uninstall", "internal/keychain", "it looks which keys there are"},
	{"internal/uninstall", "internal/keys", "keys are deleted in AWS"},
	{"internal/setup", "internal/keychain", "keys in clear are moved there when all profiles are set up"},
}

// What a package may grow to: more is two packages.
const (
	mostLines = 4500
	mostFiles = 45
)

// onlyIn names the one package that may import a library directly, and why.
var onlyIn = []struct{ library, in, why string }{
	{"github.com/spf13/cobra", "cmd/awsbroker", "flags are the command's business"},
	{"gopkg.in/ini.v1", "internal/config", "its defaults read the wrong role; config knows how to load"},
	{"github.com/99designs/keyring", "internal/keystore, internal/secretservice, internal/passphrase", "its errors and hangs are tamed there"},
	{"github.com/godbus/dbus", "internal/secretservice", "only the Secret Service is on the bus"},
	{"github.com/aws/aws-sdk-go-v2/service/sts", "internal/sts", "AWS's errors become ours there"},
	{"github.com/aws/aws-sdk-go-v2/service/iam", "internal/iam", "AWS's errors become ours there"},
	{"rsc.io/qr", "internal/qr", "what a terminal shows of a code is known there"},
	{"github.com/gofrs/flock", "internal/session, internal/keystore, internal/grants", "three places lock files"},
}

// never are packages that awsbroker must not be linked with.
var never = []struct{ path, why string }{
	{module + "internal/fakeaws", "the fake is for tests"},
	{module + "internal/desktop", "it is for tests"},
	{module + "internal/machine", "it is for tests"},
	{"github.com/aws/aws-sdk-go-v2/config", "its credential chain would come back to us through a profile (contract.md R20), and it is slow to load"},
	{"testing", "tests stay outside"},
	{"github.com/spf13/cobra/doc", "man pages are made beforehand"},
}

// hitNeeds bounds what package start, which answers cached calls before main,
// may load besides the standard library.
var hitNeeds = []string{"golang.org/x/sys/", "github.com/gofrs/flock", module}

// earlyNeeds is all that package early may load. What Go's os package loads is
// initialised for any program; one more, such as strings, would bring forty
// along that come before it by their paths (TestEarlyInitialisesLittle in
// package acceptance).
var earlyNeeds = []string{"errors", "os", "slices", "strconv", "syscall", "time", "unicode/utf8", "unsafe",
	module + "internal/answers", module + "internal/caller", module + "internal/clients", module + "internal/grant", module + "internal/variables"}

type pkg struct {
	ImportPath string
	Dir        string
	Standard   bool
	Imports    []string
}

// deps lists a package and all that it is linked with, on Linux: other systems
// have a package less.
func deps(t *testing.T, path string) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,Imports", path)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOOS=linux")
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

// levelOf returns the level of a package; ok is false if it has none.
func levelOf(name string) (level int, ok bool) {
	level = slices.IndexFunc(levels, func(all []string) bool { return slices.Contains(all, name) })
	return level, level >= 0
}

func TestLayers(t *testing.T) {
	linked, used := map[string]bool{}, map[string]bool{}
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
		linked[name] = true
		level, known := levelOf(name)
		if !known {
			t.Errorf("%s is a new package: give it a level", name)
		}
		for _, imported := range p.Imports {
			if other, ours := strings.CutPrefix(imported, module); ours {
				below, _ := levelOf(other)
				named := slices.ContainsFunc(beside, func(b struct{ from, to, why string }) bool { return b.from == name && b.to == other })
				used[name+" "+other] = true
				if below > level || below == level && !named {
					t.Errorf("%s (level %d) imports %s (level %d)", name, level, other, below)
				}
			}
			for _, o := range onlyIn {
				if imported == o.library && !strings.Contains(o.in, name) {
					t.Errorf("%s imports %s: %s", name, o.library, o.why)
				}
			}
		}
	}
	for level, names := range levels {
		t.Logf("level %d: %s", level, strings.ReplaceAll(strings.Join(names, " "), "internal/", ""))
		for _, name := range names {
			if !linked[name] {
				t.Errorf("%s has a level, and awsbroker is not linked with it", name)
			}
		}
	}
	for _, b := range beside {
		t.Logf("beside: %s → %s: %s", b.from, b.to, b.why)
		if !used[b.from+" "+b.to] {
			t.Errorf("%s does not import %s, which it may", b.from, b.to)
		}
	}
}

// TestPackagesStaySmall counts what is shipped, for whichever system.
func TestPackagesStaySmall(t *testing.T) {
	for _, p := range deps(t, module+"cmd/awsbroker") {
		if !strings.HasPrefix(p.ImportPath, module+"internal/") {
			continue
		}
		all, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files, lines := 0, 0
		for _, path := range all {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files, lines = files+1, lines+strings.Count(string(text), "\n")
		}
		t.Logf("%-22s %2d files %5d lines", strings.TrimPrefix(p.ImportPath, module), files, lines)
		if files > mostFiles || lines > mostLines {
			t.Errorf("%s has %d files and %d lines: at most %d and %d", p.ImportPath, files, lines, mostFiles, mostLines)
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

func TestEarlyNeedsLittle(t *testing.T) {
	for _, p := range deps(t, module+"internal/early") {
		for _, imported := range p.Imports {
			if !p.Standard && !slices.Contains(earlyNeeds, imported) {
				t.Errorf("%s imports %s, and is what package early loads", p.ImportPath, imported)
			}
		}
	}
}
