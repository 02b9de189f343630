package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// editedFiles writes both files, edits the profile a, and returns what they are then.
func editedFiles(t *testing.T, config, credentials string, set []Setting, remove ...string) (string, string) {
	t.Helper()
	paths := [2]string{filepath.Join(t.TempDir(), "config"), filepath.Join(t.TempDir(), "credentials")}
	for i, text := range []string{config, credentials} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e, err := EditProfile(paths[0], paths[1], "a", set, remove)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.CheckWritable(); err != nil {
		t.Fatal(err)
	}
	if err := e.Write(); err != nil {
		t.Fatal(err)
	}
	var out [2]string
	for i := range paths {
		data, _ := os.ReadFile(paths[i])
		out[i] = string(data)
	}
	return out[0], out[1]
}

// TestEditProfile: after an edit the settings count, whichever file had others.
func TestEditProfile(t *testing.T) {
	set, remove := []Setting{{"region", "eu-west-1"}, {"awsbroker_key", "k"}}, []string{"role_arn"}
	const written = "[profile a]\nregion = eu-west-1\nawsbroker_key = k\n"
	for name, c := range map[string]struct{ config, credentials, config2, credentials2 string }{
		"neither is there":          {"", "", written, ""},
		"the credentials file wins": {"", "[b]\nregion = x\n[a]\nRegion = y\nrole_arn = z\noutput = json\n", written, "[b]\nregion = x\n[a]\noutput = json\n"},
		"nothing of it wins":        {written, "# c\n[a]\noutput = json\n", written, "# c\n[a]\noutput = json\n"},
		"a header without profile":  {"# c\n[a]\noutput = json\n[profile b]\n", "", "# c\n[profile a]\noutput = json\nregion = eu-west-1\nawsbroker_key = k\n[profile b]\n", ""},
	} {
		gotConfig, gotCredentials := editedFiles(t, c.config, c.credentials, set, remove...)
		if gotConfig != c.config2 || gotCredentials != c.credentials2 {
			t.Errorf("%s: %q and %q", name, gotConfig, gotCredentials)
		}
	}
}

// TestEditNamesTheFile: what is wrong with a file is said with its path.
func TestEditNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("[profile a]\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, paths := range [][2]string{{path, ""}, {"", path}} {
		_, err := EditProfile(paths[0], paths[1], "a", []Setting{{"region", "x"}}, nil)
		var parse *ParseError
		if !errors.As(err, &parse) || parse.Path != path || parse.Line != 2 {
			t.Errorf("%v", err)
		}
	}
}

// TestOverride finds lines of the credentials file that win over an edit, and no
// line that says the same.
func TestOverride(t *testing.T) {
	set, remove := []Setting{{"region", "eu-west-1"}}, []string{"role_arn"}
	for credentials, want := range map[string]string{
		"[a]\nregion = eu-west-1\noutput = json\n": "",
		"[a]\nregion = us-east-1\n":                "region",
		"[a]\nrole_arn = x\n":                      "role_arn",
		"[b]\nrole_arn = x\n":                      "",
	} {
		c, err := Parse("config", nil, "credentials", []byte(credentials))
		if err != nil {
			t.Fatal(err)
		}
		if o, ok := c.Override("a", set, remove); o.Key != want || ok != (want != "") {
			t.Errorf("%q: %v", credentials, o)
		}
	}
}

// TestHeaderWithoutProfile: [a] in the config file is no profile, and whoever looks
// for one is told so. Sections of the AWS CLI's own are not meant.
func TestHeaderWithoutProfile(t *testing.T) {
	c, err := Parse("config", []byte("\n[a]\nregion = x\n[plugins]\nx = y\n"), "credentials", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, bare := range map[string]bool{"a": true, "plugins": false, "b": false} {
		_, err := c.Resolve(name)
		const says = "config:2 has [a], and a profile is [profile a]"
		if err == nil || strings.Contains(err.Error(), says) != bare {
			t.Errorf("%s: %v", name, err)
		}
	}
}
