package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

const (
	role   = "arn:aws:iam::123456789012:role/admin-mfa"
	device = "arn:aws:iam::123456789012:mfa/phoebe"
)

func resolve(t *testing.T, config, name string) *Profile {
	t.Helper()
	p, err := mustParse(t, config, "").Resolve(name)
	if err != nil {
		t.Fatalf("Resolve(%q): %v", name, err)
	}
	return p
}

func resolveError[E error](t *testing.T, config, name string) E {
	t.Helper()
	p, err := mustParse(t, config, "").Resolve(name)
	var want E
	if !errors.As(err, &want) {
		t.Fatalf("got %+v and %v, want a %T", p, err, want)
	}
	return want
}

func TestResolveAsDesigned(t *testing.T) {
	p := resolve(t, `[profile admin]
region = eu-central-1
credential_process = `+installed+` credential-process --profile admin
awsbroker_key = phoebe
awsbroker_role_arn = `+role+`
awsbroker_mfa_serial = `+device+`
awsbroker_mfa_session = 8h
awsbroker_min_ttl = 0
awsbroker_confirm = True
awsbroker_log = off
awsbroker_mfa_seed = keychain
awsbroker_prompt = pinentry,terminal
awsbroker_mfa_process = code --for "me"
duration_seconds = 1h30m
`, "admin")
	want := &Profile{
		Name: "admin", KeyName: "phoebe", RoleARN: role, MFASerial: device, Region: "eu-central-1", Partition: "aws",
		Duration: 90 * time.Minute, MFASession: 8 * time.Hour, HasMinTTL: true, Confirm: true, LogOff: true, MFASeed: "keychain", Prompt: "pinentry,terminal",
		MFAProcess: `code --for "me"`, CredentialProcess: installed + " credential-process --profile admin",
		Origins: p.Origins,
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
	if o, ok := p.Origin("role_arn"); !ok || o != (Origin{"config", 5, "profile admin", "awsbroker_role_arn", role}) {
		t.Errorf("origin of role_arn: %+v", o)
	}
}

// TestPlainLayout is what a person arriving from another tool has.
func TestPlainLayout(t *testing.T) {
	config := `[default]
region = us-east-2
mfa_serial = ` + device + `
[profile base]
region = eu-west-1
mfa_serial = ` + device + `
awsbroker_mfa_session = 4h
[profile plain]
role_arn = ` + role + `
source_profile = base
external_id = a#b;c
role_session_name = me@home
duration_seconds = 900
ca_bundle = /etc/ssl/x.pem
use_fips_endpoint = true
use_dualstack_endpoint = false
`
	if _, err := mustParse(t, config, "").Resolve("plain"); err == nil || !strings.Contains(err.Error(), "external_id") {
		t.Errorf("external_id a#b;c: got %v", err)
	}
	p := resolve(t, strings.ReplaceAll(config, "a#b;c", "a:b/c"), "plain")
	if p.KeyName != "base" || p.SourceProfile != "base" || p.Source.Name != "base" || p.MFASession != 4*time.Hour {
		t.Errorf("source: %+v", p)
	}
	if p.MFASerial != "" || p.Region != "" {
		t.Errorf("mfa_serial %q and region %q were inherited", p.MFASerial, p.Region)
	}
	if p.ExternalID != "a:b/c" || p.RoleSessionName != "me@home" || p.Duration != 15*time.Minute || p.CABundle != "/etc/ssl/x.pem" || !p.UseFIPS || p.UseDualStack {
		t.Errorf("got %+v", p)
	}
	if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text, "has no effect") {
		t.Errorf("problems: %v", p.Problems)
	}
}

// TestINIDefaultsAreOff reads what ini.v1's defaults read wrongly.
func TestINIDefaultsAreOff(t *testing.T) {
	c := mustParse(t, "[profile acme]\nrole_arn = "+role+"\nsource_profile = acme\n[profile acme.prod]\nregion = eu-west-1\n"+
		"[profile v]\nawsbroker_mfa_process = x a#b;c %(region)s # not a comment \\\nregion = eu-west-1\n"+
		"[profile q]\nawsbroker_mfa_process = \"quoted\"\n[profile b]\nawsbroker_mfa_process = `b` \"\"\"\nregion = eu-west-2\n"+
		"[profile t]\nawsbroker_mfa_process = \"\"\"x\nregion = eu-west-3\n[profile colon]\nawsbroker_mfa_process = a: b\n", "")
	for name, want := range map[string][3]string{ // role, process, region
		"acme.prod": {"", "", "eu-west-1"},
		"v":         {"", `x a#b;c %(region)s # not a comment \`, "eu-west-1"},
		"q":         {"", `"quoted"`, ""},
		"b":         {"", "`b` \"\"\"", "eu-west-2"},
		"t":         {"", `"""x`, "eu-west-3"},
		"colon":     {"", "a: b", ""},
	} {
		p, err := c.Resolve(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := [3]string{p.RoleARN, p.MFAProcess, p.Region}; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestLayoutOfLines(t *testing.T) {
	for name, text := range map[string]string{
		"CRLF":              "[profile a]\r\nregion = eu-west-1\r\n\r\ns3 =\r\n  x = y\r\n",
		"indented":          "  [profile a]\n  s3 =\n  region = eu-west-1\n",
		"nested":            "[profile a]\ns3 =\n  region = us-east-9\n\n# note\n  b = c\nregion = eu-west-1\n",
		"no final newline":  "[profile a]\nregion=eu-west-1",
		"capital key":       "[profile a]\nREGION = eu-west-1\n",
		"other odd options": "[profile a]\n\"x\" = `\n- = 1\n[x = 2\nfoo: bar\nregion = eu-west-1\nlast = \"\"\"\n",
		"continued option":  "[profile a]\nregion = eu-west-1\noutput = json\n  and more\n",
	} {
		if p := resolve(t, text, "a"); p.Region != "eu-west-1" {
			t.Errorf("%s: region %q", name, p.Region)
		}
	}
	for name, text := range map[string]string{
		"colon":     "[profile a]\nregion: eu-west-1\n",
		"continued": "[profile a]\nregion = eu-west-1\n  output = json\n",
		"block":     "[profile a]\nregion =\n  output = json\n",
	} {
		if e := resolveError[*ParseError](t, text, "a"); e.Line == 0 {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestPrefixAndFiles(t *testing.T) {
	c := mustParse(t, "[profile a]\nregion = eu-west-1\nawsbroker_region = eu-west-2\n[profile b]\nregion = eu-west-1\n",
		"[a]\nregion = eu-west-3\n[b]\nregion = eu-west-4\n[c]\nregion = eu-west-5\n")
	for name, want := range map[string]string{"a": "eu-west-2", "b": "eu-west-4", "c": "eu-west-5"} {
		if p, err := c.Resolve(name); err != nil || p.Region != want {
			t.Errorf("%s: got %+v, %v; want %q", name, p, err, want)
		}
	}
}

func TestDefaultSpellings(t *testing.T) {
	for _, header := range []string{"[default]", "[profile default]", "[profile 'default']"} {
		if p := resolve(t, header+"\nregion = eu-west-1\n", "default"); p.Region != "eu-west-1" {
			t.Errorf("%s: %+v", header, p)
		}
	}
	both := "[default]\nregion = a\n[profile x]\n[profile default]\nregion = b\n"
	e := resolveError[*ParseError](t, both, "default")
	if e.Line != 4 || !strings.Contains(e.Problem, "line 1") {
		t.Errorf("got %v", e)
	}
	resolve(t, both, "x")
	if _, err := SetProfile([]byte(both), "default", []Setting{{"region", "x"}}, nil); err == nil {
		t.Error("SetProfile accepted both")
	}
}

// TestEmptyValueWins holds the merging of the two files: the credentials file
// wins even with nothing, for botocore and the Go SDK too.
func TestEmptyValueWins(t *testing.T) {
	p, err := mustParse(t, "[profile a]\nregion = eu-west-1\nrole_arn = "+role+"\n", "[a]\nregion =\nrole_arn =\n").Resolve("a")
	if err != nil || p.Region != "" || p.RoleARN != "" {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestSourceWithKeyAndRole is a source that botocore and the Go SDK use
// differently.
func TestSourceWithKeyAndRole(t *testing.T) {
	text := "[profile a]\nrole_arn = " + role + "\nsource_profile = b\n[profile b]\nrole_arn = " + role + "2\nsource_profile = b\n"
	e := resolveError[*ParseError](t, text+"aws_access_key_id = x\naws_secret_access_key = y\n", "a")
	if e.Line != 7 || !strings.Contains(e.Problem, "both a role and a plaintext access key") {
		t.Errorf("got %v", e)
	}
	if p := resolve(t, text, "a"); p.Source.RoleARN != role+"2" {
		t.Errorf("got %+v", p)
	}
}

// TestPythonsIdeaOfText has characters that Go and Python sort differently.
func TestPythonsIdeaOfText(t *testing.T) {
	for text, want := range map[string]string{
		"region = eu-west-1\x1f": "eu-west-1", "region\x1c= eu-west-1": "eu-west-1", "region\u00a0=\u2003eu-west-1\u3000": "eu-west-1",
		"regİon = eu-west-1": "",
	} {
		if p := resolve(t, "[profile a]\n"+text+"\n", "a"); p.Region != want {
			t.Errorf("%q: region %q", text, p.Region)
		}
	}
}

func TestUnknownProfiles(t *testing.T) {
	e := resolveError[*UnknownProfileError](t, "[default]\n[profile admin]\n", "admni")
	if !reflect.DeepEqual(e.Nearest, []string{"admin"}) || e.Error() != `there is no profile "admni" in config or credentials; did you mean "admin"?` {
		t.Errorf("got %v", e)
	}
	resolveError[*UnknownProfileError](t, "[profile a]\n", "default")
	e = resolveError[*UnknownProfileError](t, "[profile bsae]\n[profile a]\nrole_arn="+role+"\nsource_profile=base\n", "a")
	if e.From == nil || e.From.Line != 4 || e.Nearest[0] != "bsae" {
		t.Errorf("got %v", e)
	}
}

func TestChainsAndCycles(t *testing.T) {
	chain := "[profile a]\nrole_arn=" + role + "\nsource_profile=b\n[profile b]\nrole_arn=" + role + "2\nsource_profile=c\n[profile c]\n"
	p := resolve(t, chain+"awsbroker_key = k\n", "a")
	if p.Source.RoleARN != role+"2" || p.Root().Name != "c" || p.KeyName != "k" || p.Source.KeyName != "k" {
		t.Errorf("got %+v", p)
	}
	if p := resolve(t, chain, "a"); p.KeyName != "c" {
		t.Errorf("key of the chain: %q", p.KeyName)
	}
	e := resolveError[*CycleError](t, chain+"role_arn=x\nsource_profile=b\n", "a")
	if !reflect.DeepEqual(e.Cycle, []string{"b", "c", "b"}) {
		t.Errorf("got %v", e)
	}
	resolveError[*CycleError](t, "[profile a]\nsource_profile = a\n", "a")
	p = resolve(t, "[profile a]\nsource_profile = a\nrole_arn = "+role+"\n", "a")
	if p.Source != nil || p.KeyName != "a" {
		t.Errorf("own source: %+v", p)
	}
}

func TestProblems(t *testing.T) {
	p := resolve(t, "[profile x]\ncredential_process = awsbroker credential-process --profile y\nrole_arn = "+role+
		"\nmfa_serial = "+device+"\nawsbroker_rol_arn = x\naws_secret_access_key = CANARY\nsso_session = s\n", "x")
	if p.RoleARN != role || p.MFASerial != device {
		t.Errorf("got %+v", p)
	}
	var text []string
	for _, problem := range p.Problems {
		text = append(text, problem.String())
	}
	all := strings.Join(text, "\n")
	for _, want := range []string{
		"config:3: [profile x] role_arn beside", "config:4: [profile x] mfa_serial", `mean "awsbroker_role_arn"`,
		"config:6: [profile x] aws_secret_access_key beside", "sso_session beside", `asks for profile "y", not for "x"`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	if len(p.Problems) != 6 || strings.Contains(all, "CANARY") {
		t.Errorf("got %d problems\n%s", len(p.Problems), all)
	}
	c := mustParse(t, "", "[x]\ncredential_process = awsbroker credential-process --profile x\n")
	p, err := c.Resolve("x")
	if err != nil || len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text, "config file") {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestServices(t *testing.T) {
	config := "[profile x]\nservices = local\nendpoint_url = https://all.example\n[services local]\nsts =\n  endpoint_url = http://127.0.0.1:4566\n" +
		"# note\niam =\n  endpoint_url = https://iam.example/\n[profile y]\nservices = none\n"
	p := resolve(t, config, "x")
	if p.STSEndpointURL != "http://127.0.0.1:4566" || p.IAMEndpointURL != "https://iam.example/" || p.EndpointURL != "https://all.example" {
		t.Errorf("got %+v", p)
	}
	if o, ok := p.Origin("sts.endpoint_url"); !ok || o.Line != 6 || o.Section != "services local" {
		t.Errorf("origin: %+v", o)
	}
	resolveError[*ValueError](t, config, "y")
	for _, broken := range []string{"sts: \n", "sts = https://sts.example\n", "sts =\n  Endpoint_url = https://sts.example\n"} {
		if e := resolveError[*ParseError](t, "[profile x]\nservices = s\n[services s]\n"+broken, "x"); e.Line < 4 {
			t.Errorf("%q: %v", broken, e)
		}
	}
	e := resolveError[*ValueError](t, strings.ReplaceAll(config, "127.0.0.1", "10.0.0.1"), "x")
	if e.Origin.Line != 6 {
		t.Errorf("got %v", e)
	}
	p = resolve(t, strings.Replace(config, "services = local", "services = local\nignore_configured_endpoint_urls = TRUE", 1), "x")
	if p.STSEndpointURL+p.EndpointURL != "" || !p.IgnoreEndpointURLs {
		t.Errorf("ignored: %+v", p)
	}
}

// TestSourceNamesKey: a source_profile may name a key of the keychain, which has no
// profile of its own.
func TestSourceNamesKey(t *testing.T) {
	c, err := Parse("config", []byte("[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\n"+
		"[profile own]\nawsbroker_key = mine\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\n"), "credentials", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Resolve("dev"); err == nil {
		t.Error("no key is known, and the source is taken")
	}
	c = c.WithKeys(func(name string) bool { return name == "base" })
	for name, want := range map[string]string{"dev": "base", "own": "mine"} {
		p, err := c.Resolve(name)
		if err != nil || p.KeyName != want || p.SourceProfile != "base" || p.Source != nil || p.Chained() {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if c.Has("base") {
		t.Error("the key is taken for a profile")
	}
}
