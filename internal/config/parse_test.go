package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func mustParse(t testing.TB, config, credentials string) *Config {
	t.Helper()
	c, err := Parse("config", []byte(config), "credentials", []byte(credentials))
	if err != nil {
		t.Fatalf("Parse: %v\n%s", err, config)
	}
	return c
}

func TestRefusedFiles(t *testing.T) {
	for _, test := range []struct {
		name, text string
		line       int
		says       string
	}{
		{"no equals sign", "[default]\nregion = x\nnonsense\n", 3, `no "="`},
		{"before a section", "region = x\n[default]\n", 1, "before the first [section]"},
		{"no name", "[default]\n= x\n", 2, "nothing before"},
		{"section twice", "[profile a]\n\n[profile b]\n[profile a]\n", 4, "already on line 1"},
		{"option twice", "[profile a]\nregion = x\n\nRegion = y\n", 4, "already set on line 2"},
		{"byte order mark", "\xef\xbb\xbf[default]\n", 1, "byte order mark"},
		{"UTF-16", "\xff\xfe[\x00d\x00", 1, "byte order mark"},
		{"empty header", "[]\n", 1, "before the first"},
		{"header not closed", "[profile a\n", 1, "before the first"},
		{"nested without equals sign", "[default]\ns3 =\n  a = b\n  nonsense\n", 4, `block under "s3"`},
		{"nested with a line separator", "[default]\ns3 =\n  a = b\u2028c\n", 3, `block under "s3"`},
		{"lone carriage return", "[default]\nregion = a\rrole_arn = b\n", 2, "carriage return"},
		{"DEFAULT", "[DEFAULT]\nregion = x\n", 1, "[default]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("config", []byte(test.text), "credentials", nil)
			var parse *ParseError
			if !errors.As(err, &parse) {
				t.Fatalf("got %v, want a *ParseError", err)
			}
			if parse.Path != "config" || parse.Line != test.line || !strings.Contains(parse.Problem, test.says) {
				t.Errorf("got %v, want line %d and %q", err, test.line, test.says)
			}
			if _, err := Parse("config", nil, "credentials", []byte(test.text)); !errors.As(err, &parse) || parse.Path != "credentials" {
				t.Errorf("as credentials: got %v", err)
			}
			if _, err := SetProfile([]byte(test.text), "admin", []Setting{{"region", "x"}}, nil); !errors.As(err, &parse) {
				t.Errorf("SetProfile: got %v", err)
			}
		})
	}
}

// TestNoSecretInErrors holds a line that could be a half of a secret.
func TestNoSecretInErrors(t *testing.T) {
	for _, text := range []string{"[default]\nCANARY\n", "CANARY=x\n", "[default]\naws_secret_access_key = CANARY\naws_secret_access_key = CANARY\n"} {
		if _, err := Parse("c", nil, "d", []byte(text)); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestNames(t *testing.T) {
	c := mustParse(t, "[default]\n[profile b]\n[profile \"my name\"]\n[profiles c]\n[sso-session s]\n[services v]\n[preview]\n[ profile d ]\n"+
		"[profile e] # note\n[profile\tf]\n", "[z]\n[b]\n[profile b]\n")
	want := []string{"default", "b", "my name", "e", "f", "z", "profile b"}
	if got := c.Names(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOurs(t *testing.T) {
	c := mustParse(t, `
[profile a]
credential_process = /usr/local/bin/awsbroker credential-process --profile a
[profile b]
credential_process = "C:\Program Files\AWSBroker.EXE" credential-process --profile b
[profile c]
credential_process = /usr/bin/other credential-process
[profile d]
awsbroker_key = phoebe
[profile e]
awsbroker_role_arn = x
[profile f]
awsbroker_min_ttl = 1h
[profile g]
credential_process = awsbroker version
[profile h]
credential_process = sh -c "awsbroker credential-process"
`, "[i]\nawsbroker_key = k\n[j]\n")
	want := []string{"a", "b", "d", "e", "i"}
	if got := c.Ours(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStaticKeys(t *testing.T) {
	c := mustParse(t, "[profile a]\naws_access_key_id = x\n[profile b]\naws_access_key_id = x\n[profile c]\n", "[b]\n\naws_access_key_id = y\n")
	for name, want := range map[string]string{"a": "config:2", "b": "credentials:3", "c": "", "nope": ""} {
		file, line, ok := c.StaticKeys(name)
		got := ""
		if ok {
			got = (Origin{File: file, Line: line}).String()
			got = got[:strings.Index(got, ": [")]
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	c, err := Load(path("absent"), path("absent2"))
	if err != nil || len(c.Names()) != 0 {
		t.Errorf("absent files: %v, %v", c, err)
	}
	if _, err := Load(os.DevNull, ""); err != nil {
		t.Errorf("%s: %v", os.DevNull, err)
	}
	var parse *ParseError
	if _, err := Load(dir, ""); !errors.As(err, &parse) || parse.Path != dir {
		t.Errorf("directory: %v", err)
	}
	if err := os.WriteFile(path("config"), []byte("[default]\nregion = eu-west-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = Load(path("config"), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Resolve("default")
	if err != nil || p.Region != "eu-west-1" || p.Origins[0].File != path("config") || p.Origins[0].Line != 2 {
		t.Errorf("got %+v, %v", p, err)
	}
}

// manyProfiles is a config file of a size that some companies generate.
func manyProfiles(n int) string {
	var b strings.Builder
	for i := range n {
		name := "account-" + strings.Repeat("x", i%7) + "-" + string(rune('a'+i%26)) + "." + itoa(i)
		b.WriteString("[profile " + name + "]\nregion = eu-central-1\noutput = json\n" +
			"credential_process = /usr/local/bin/awsbroker credential-process --profile " + name + "\n" +
			"awsbroker_key = phoebe\nawsbroker_role_arn = arn:aws:iam::123456789012:role/admin-mfa\n" +
			"awsbroker_mfa_serial = arn:aws:iam::123456789012:mfa/phoebe\n\n")
	}
	b.WriteString("[profile last]\nawsbroker_key = k\n")
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func BenchmarkLoad5000(b *testing.B) {
	path := filepath.Join(b.TempDir(), "config")
	if err := os.WriteFile(path, []byte(manyProfiles(5000)), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := Load(path, path+"-none")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Resolve("last"); err != nil || len(c.Ours()) != 5001 {
			b.Fatal(err, len(c.Ours()))
		}
	}
}

// BenchmarkOneOf5000 is what a cache miss and a completion cost where all
// other profiles are other tools'.
func BenchmarkOneOf5000(b *testing.B) {
	var text strings.Builder
	for i := range 5000 {
		text.WriteString("[profile other-" + itoa(i) + "]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/other-" + itoa(i) + "\nsource_profile = admin\n\n")
	}
	text.WriteString("[profile last]\nawsbroker_key = k\n")
	path := filepath.Join(b.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	run := func(name string, use func(*Config) bool) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c, err := Load(path, path+"-none")
				if err != nil || !use(c) {
					b.Fatal(err)
				}
			}
		})
	}
	run("resolve", func(c *Config) bool { _, err := c.Resolve("last"); return err == nil })
	run("names", func(c *Config) bool { return len(c.Names()) == 5001 })
	run("ours", func(c *Config) bool { return len(c.Ours()) == 1 })
}

func BenchmarkSetProfileAndDiff5000(b *testing.B) {
	text := []byte(manyProfiles(5000))
	for b.Loop() {
		after, err := SetProfile(text, "last", []Setting{{"region", "x"}}, nil)
		if err != nil || Diff("config", text, after) == "" {
			b.Fatal(err)
		}
	}
}
