package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"go.yaml.in/yaml/v3"
)

// systems are those of a release, as make dist names them: of the Makefile, which has
// the only list.
func systems(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^TARGETS_\w+ *:= (.*)$`).FindAllStringSubmatch(string(text), -1) {
		all = append(all, strings.Fields(m[1])...)
	}
	if len(all) < 8 {
		t.Fatalf("the Makefile has the targets %q", all)
	}
	return all
}

// fill makes the channels' files as for a release of those systems, each of whose
// checksums is the name of its system in disguise.
func fillAll(t *testing.T, targets ...string) (dir string, d channelData) {
	t.Helper()
	config, err := nfpm.ParseFile("package.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d = channelData{Info: config.Info, Release: release{Version: "1.2.3-rc.1", Time: time.Unix(1.8e9, 0)}}
	for i, target := range targets {
		os, arch, _ := strings.Cut(strings.Replace(target, "/arm", "/armv7", 1), "/")
		arch = strings.Replace(arch, "armv764", "arm64", 1)
		name := d.Release.name(program{OS: os, Arch: arch}) + map[bool]string{true: ".zip", false: ".tar.gz"}[os == "windows"]
		d.Archives = append(d.Archives, asset{os, arch, name, strings.Repeat("ab", 31) + string("0123456789abcdef"[i]) + "c"})
	}
	dir = t.TempDir()
	if err := writeChannels(dir, d); err != nil {
		t.Fatal(err)
	}
	return dir, d
}

// TestChannels: every channel's file is well formed, and has for each archive it names
// the checksum beside it; between them they name all that people install from them.
func TestChannels(t *testing.T) {
	dir, d := fillAll(t, systems(t)...)
	named := map[string]int{}
	for _, channel := range []struct {
		file  string
		check func(*testing.T, string)
	}{
		{"homebrew/awsbroker.rb", runs("ruby", "-c")},
		{"scoop/awsbroker.json", parses(json.Unmarshal)},
		{"winget/awsbroker.awsbroker.yaml", parses(yaml.Unmarshal)},
		{"winget/awsbroker.awsbroker.locale.en-US.yaml", parses(yaml.Unmarshal)},
		{"winget/awsbroker.awsbroker.installer.yaml", parses(yaml.Unmarshal)},
		{"aur/PKGBUILD", runs("bash", "-n")},
		{"aur/.SRCINFO", nil},
		{"nix/awsbroker.nix", nil}, // no nix here to read it
	} {
		path := filepath.Join(dir, channel.file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if channel.check != nil {
			channel.check(t, path)
		}
		for _, a := range d.Archives {
			if _, after, found := strings.Cut(string(text), d.URL()+"/"+a.Name); found {
				named[a.Name]++
				if i := strings.Index(strings.ToLower(after), a.SHA256); i < 0 || i > 120 {
					t.Errorf("%s: %s without its checksum:\n%s", channel.file, a.Name, text)
				}
			}
		}
	}
	for _, a := range d.Archives {
		// Homebrew, AUR (twice) and nix; winget and scoop; there is no channel for the others.
		want := map[string]int{
			"linux_amd64": 4, "linux_arm64": 4, "linux_armv7": 2, "linux_386": 0, "darwin_amd64": 2, "darwin_arm64": 2,
			"windows_amd64": 2, "windows_arm64": 2, "freebsd_amd64": 0, "freebsd_arm64": 0,
		}[a.OS+"_"+a.Arch]
		if named[a.Name] != want {
			t.Errorf("%s is in %d files of channels, not in %d", a.Name, named[a.Name], want)
		}
	}
}

// TestChannelsOfOneSystem: where a release has no archive for Windows, there is no file
// that names none.
func TestChannelsOfOneSystem(t *testing.T) {
	dir, _ := fillAll(t, "linux/amd64")
	for _, file := range []string{"scoop/awsbroker.json", "winget/awsbroker.awsbroker.installer.yaml"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			t.Errorf("there is a %s", file)
		}
	}
	runs("ruby", "-c")(t, filepath.Join(dir, "homebrew/awsbroker.rb"))
}

// runs checks a file with a program that reads it.
func runs(name string, args ...string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "" {
			t.Logf("%s: not checked: there is no %s", path, name)
			return
		}
		if out, err := exec.Command(name, append(args, path)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func parses(unmarshal func([]byte, any) error) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := unmarshal(text, &doc); err != nil || len(doc) < 4 {
			t.Errorf("%s has %d entries, or %v:\n%s", path, len(doc), err, text)
		}
	}
}
