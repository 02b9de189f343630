package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestValidation(t *testing.T) {
	long := strings.Repeat("a", 65)
	for key, values := range map[string]struct{ good, bad []string }{
		"role_arn": {
			[]string{role, "arn:aws-cn:iam::123456789012:role/a/b/c", "arn:aws-us-gov:iam::123456789012:role/x", "arn:aws-iso-b:iam::123456789012:role/x", "arn:aws-eusc:iam::123456789012:role/x"},
			[]string{"admin", "arn:aws:iam::12345678901:role/x", "arn:aws:sts::123456789012:assumed-role/x/y", "arn:aws:iam::123456789012:user/x", "arn:evil:iam::123456789012:role/x", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role/" + long, role + "\x1b[2J"},
		},
		"mfa_serial": {
			[]string{device, "arn:aws:iam::123456789012:mfa/root-account-mfa-device", "GAHT12345678", "arn:aws-cn:iam::123456789012:mfa/x/y"},
			[]string{"12345678", "arn:aws:iam::123456789012:user/x", "arn:aws:iam::123456789012:mfa/", "GAHT 12345678"},
		},
		"duration_seconds":      {[]string{"900", "43200", "1h", "90m", "1h30m", "12h"}, []string{"899", "43201", "1d", "-1h", "1.5h", "x", "1000ms", "99999999999999"}},
		"awsbroker_mfa_session": {[]string{"15m", "36h", "900"}, []string{"14m", "37h", "0"}},
		"awsbroker_min_ttl":     {[]string{"0", "12h", "5m"}, []string{"13h", "-5m"}},
		"role_session_name":     {[]string{"ab", "a_b+=,.@-"}, []string{"a", long, "a b", "a/b"}},
		"external_id":           {[]string{"ab", "a:/b"}, []string{"a", "a#b", strings.Repeat("a", 1225)}},
		"region":                {[]string{"eu-west-1", "eusc-de-east-1", "local"}, []string{"EU-WEST-1", "eu west", "evil.example/", "-x", "a\x07"}},
		"endpoint_url": {
			[]string{"https://sts.example", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"},
			[]string{"http://sts.example", "sts.example", "ftp://localhost", "https://", "https://u:p@x", "https://x?y", "http://localhost.evil", "http://127.0.0.1.evil"},
		},
		"use_fips_endpoint":     {[]string{"true", "False"}, []string{"yes", "1"}},
		"awsbroker_confirm":     {[]string{"true"}, []string{"maybe"}},
		"awsbroker_log":         {[]string{"on", "off"}, []string{"no", "Off"}},
		"awsbroker_prompt":      {[]string{"none", "terminal, Pinentry,dialog", "command,zenity"}, []string{"tty", "terminal,,dialog", "terminal pinentry"}},
		"awsbroker_mfa_seed":    {[]string{"keychain"}, []string{"JBSWY3DP"}},
		"awsbroker_key":         {[]string{"phoebe", "my key"}, []string{"a\x1bb", strings.Repeat("a", 256)}},
		"awsbroker_mfa_process": {[]string{"x y"}, []string{"a\x00b", "a\u0085b"}},
		"ca_bundle":             {[]string{"/x y"}, []string{"/x\x1b"}},
	} {
		for _, value := range values.good {
			resolve(t, "[profile a]\n"+key+" = "+value+"\n", "a")
		}
		for _, value := range values.bad {
			e := resolveError[*ValueError](t, "[profile a]\n"+key+" = "+value+"\n", "a")
			if e.Origin.Key != key || e.Origin.Line != 2 || strings.ContainsAny(e.Error(), "\x1b\x00\x07\n") {
				t.Errorf("%s = %q: %q", key, value, e.Error())
			}
		}
	}
}

func TestValueErrorText(t *testing.T) {
	e := resolveError[*ValueError](t, "[profile a]\n\nawsbroker_role_arn = x\n", "a")
	want := `config:3: [profile a] awsbroker_role_arn must be the ARN of a role, like arn:aws:iam::123456789012:role/admin-mfa, not "x"`
	if e.Error() != want {
		t.Errorf("got  %s\nwant %s", e, want)
	}
}

func TestSecurityKeys(t *testing.T) {
	for _, serial := range []string{"arn:aws:iam::123456789012:u2f/user/phoebe/yubikey-ABC", "arn:aws:iam::123456789012:passkey/x"} {
		resolveError[*SecurityKeyError](t, "[profile a]\nawsbroker_mfa_serial = "+serial+"\n", "a")
	}
}

func TestPartitions(t *testing.T) {
	for text, want := range map[string]string{
		"role_arn = arn:aws-cn:iam::123456789012:role/x":                     "aws-cn",
		"mfa_serial = arn:aws-us-gov:iam::123456789012:mfa/x":                "aws-us-gov",
		"mfa_serial = GAHT12345678\nregion = us-isob-east-1":                 "aws-iso-b",
		"region = eusc-de-east-1":                                            "aws-eusc",
		"region = eu-west-1\nrole_arn = arn:aws-cn:iam::123456789012:role/x": "aws-cn",
		"output = json": "aws",
	} {
		if p := resolve(t, "[profile a]\n"+text+"\n", "a"); p.Partition != want {
			t.Errorf("%s: got %q, want %q", text, p.Partition, want)
		}
	}
	resolveError[*PartitionError](t, "[profile a]\nrole_arn = "+role+"\nmfa_serial = arn:aws-cn:iam::123456789012:mfa/x\n", "a")
}

func TestResolveRegion(t *testing.T) {
	const cn = "role_arn = arn:aws-cn:iam::123456789012:role/x\n"
	for _, test := range []struct {
		profile, source string
		over            Regions
		want, from      string
	}{
		{"region = eu-west-1", "", Regions{"eu-west-4", "eu-west-3", "eu-west-2"}, "eu-west-4", "--region"},
		{"region = eu-west-1", "", Regions{"", "eu-west-3", "eu-west-2"}, "eu-west-3", "AWS_REGION"},
		{"region = eu-west-1", "", Regions{"", "", "eu-west-2"}, "eu-west-2", "AWS_DEFAULT_REGION"},
		{"region = eu-west-1", "region = eu-west-9", Regions{}, "eu-west-1", "config:2: [profile a] region"},
		{"", "region = eu-west-9", Regions{}, "eu-west-9", "config:6: [profile b] region"},
		{"", "", Regions{}, "us-east-1", "default of partition aws"},
		{cn, "", Regions{}, "cn-northwest-1", "default of partition aws-cn"},
		{"role_arn = arn:aws-iso-z:iam::123456789012:role/x", "", Regions{}, "", ""},
		{cn, "", Regions{AWSRegion: "us-east-1"}, "", ""},
		{"", "", Regions{Flag: "no region"}, "", ""},
	} {
		p := resolve(t, "[profile a]\n"+test.profile+"\nsource_profile = b\n\n[profile b]\n"+test.source+"\n", "a")
		region, from, err := p.ResolveRegion(test.over)
		if region != test.want || err == nil && from.String() != test.from || (err != nil) != (test.want == "") {
			t.Errorf("%+v: got %q from %q, %v", test, region, from, err)
		}
	}
	p := resolve(t, "[profile a]\n"+cn+"region = us-east-1\n", "a")
	_, _, err := p.ResolveRegion(Regions{})
	var partition *PartitionError
	if !errors.As(err, &partition) {
		t.Errorf("got %v", err)
	}
}

func TestHomeInCABundle(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	if p := resolve(t, "[profile a]\nca_bundle = ~/ca.pem\n", "a"); p.CABundle != filepath.Join(home, "ca.pem") {
		t.Errorf("got %q", p.CABundle)
	}
}

// Paths of 512 characters, slashes at both ends, are the longest in IAM.
func TestLongPaths(t *testing.T) {
	longest := strings.Repeat("p", 510) + "/"
	for path, ok := range map[string]bool{longest: true, "p" + longest: false} {
		role, device := "arn:aws:iam::123456789012:role/"+path+"x", "arn:aws:iam::123456789012:mfa/"+path+"x"
		if (checkRoleARN(role) == "") != ok || (checkMFASerial(device) == "") != ok {
			t.Errorf("a path of %d: %q, %q", len(path), checkRoleARN(role), checkMFASerial(device))
		}
	}
}

// TestAvailabilityZones are no regions, though they look nearly alike.
func TestAvailabilityZones(t *testing.T) {
	for value, want := range map[string]string{"eu-west-1a": "like eu-west-1", "us-gov-west-1b": "like us-gov-west-1", "eu-west-1": "", "auto": "", "local1": ""} {
		if got := CheckRegion(value); (got == "") != (want == "") || !strings.HasSuffix(got, want) {
			t.Errorf("%s: %q", value, got)
		}
	}
}
