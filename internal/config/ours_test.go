package config

import (
	"regexp"
	"strings"
	"testing"
)

const ssoSession = "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n"

// otherProfiles are profiles that sign in without awsbroker, as AWS's tools
// write them, with the command that a person has to run.
var otherProfiles = []struct {
	name, lines, rest string
	key, how, hint    string
	line              int // of key, in the profile
}{
	{"IAM Identity Center", "sso_session = s\nsso_account_id = 123456789012\nsso_role_name = admin\nregion = eu-west-1\n", ssoSession,
		"sso_session", "IAM Identity Center", "aws sso login --profile x", 1},
	{"IAM Identity Center, the old way", "sso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = admin\n", "",
		"sso_start_url", "IAM Identity Center", "aws sso login --profile x", 1},
	{"half of it", "region = eu-west-1\nsso_account_id = 123456789012\n", "",
		"sso_account_id", "IAM Identity Center", "aws sso login --profile x", 2},
	{"the other half", "sso_role_name = admin\n", "", "sso_role_name", "IAM Identity Center", "aws sso login --profile x", 1},
	{"aws login", "login_session = arn:aws:iam::123456789012:user/phoebe\nregion = eu-west-1\n", "",
		"login_session", "through the console", "aws login --profile x", 1},
	{"an EC2 instance", "role_arn = " + role + "\ncredential_source = Ec2InstanceMetadata\n", "",
		"credential_source", "the machine it runs on", "aws sts get-caller-identity --profile x", 2},
	{"a container", "role_arn = " + role + "\ncredential_source = EcsContainer\n", "",
		"credential_source", "the machine it runs on", "aws sts get-caller-identity --profile x", 2},
	{"the environment", "credential_source = Environment\n", "",
		"credential_source", "the machine it runs on", "aws sts get-caller-identity --profile x", 1},
	{"a web identity", "role_arn = " + role + "\nrole_session_name = me\nweb_identity_token_file = /var/run/token\n", "",
		"web_identity_token_file", "web identity token", "aws sts get-caller-identity --profile x", 3},
	{"another program", "credential_process = /opt/bin/other --json\n", "",
		"credential_process", "another program", "awsbroker setup x", 1},
	// What AWS's tools take where there are several, whatever the order.
	{"a program and Identity Center", "credential_process = /opt/bin/other\nsso_session = s\n", ssoSession,
		"sso_session", "IAM Identity Center", "aws sso login --profile x", 2},
	{"a program and aws login", "credential_process = /opt/bin/other\nlogin_session = arn\n", "",
		"login_session", "through the console", "aws login --profile x", 2},
	{"Identity Center and a web identity", "sso_session = s\nweb_identity_token_file = /var/run/token\nrole_arn = " + role + "\n", ssoSession,
		"web_identity_token_file", "web identity token", "aws sts get-caller-identity --profile x", 2},
}

func TestOtherWaysToSignIn(t *testing.T) {
	for _, test := range otherProfiles {
		t.Run(test.name, func(t *testing.T) {
			text := "[profile x]\n" + test.lines + test.rest
			e := resolveError[*NotOursError](t, text, "x")
			if e.Profile != "x" || e.Origin.Key != test.key || e.Origin.Line != test.line+1 || e.Origin.Value != "" {
				t.Errorf("shown by %+v of %q, want %s on line %d", e.Origin, e.Profile, test.key, test.line+1)
			}
			if !strings.Contains(e.How, test.how) || !strings.Contains(e.Error(), test.how) || !command(e.Hint, test.hint) {
				t.Errorf("%v; hint %q, want %q", e, e.Hint, test.hint)
			}
			// As the source of a role it is the source that has to sign in.
			e = resolveError[*NotOursError](t, text+"[profile y]\nrole_arn = "+role+"\nsource_profile = x\n", "y")
			if e.Profile != "x" || !command(e.Hint, test.hint) {
				t.Errorf("as a source: %v; hint %q", e, e.Hint)
			}
			// In the credentials file it counts as well.
			c := mustParse(t, test.rest, "[x]\n"+test.lines)
			if _, err := c.Resolve("x"); err == nil || !strings.HasPrefix(err.Error(), "credentials:") {
				t.Errorf("in the credentials file: %v", err)
			}
			// A key of ours beside it makes the profile ours; so does a role.
			for _, ours := range []string{"awsbroker_key = k\n", "awsbroker_role_arn = " + role + "\n"} {
				p := resolve(t, "[profile x]\n"+test.lines+ours+test.rest, "x")
				if want := strings.Contains(ours, "key"); (p.KeyName == "k") != want {
					t.Errorf("%s: key %q", ours, p.KeyName)
				}
			}
			// An empty one is none.
			resolveError[*NotOursError](t, "[profile x]\n"+test.lines+"awsbroker_key =\n"+test.rest, "x")
			// A key of the role's own needs no source to sign in.
			p := resolve(t, text+"[profile y]\nrole_arn = "+role+"\nsource_profile = x\nawsbroker_key = k\n", "y")
			if p.KeyName != "k" || p.Source != nil {
				t.Errorf("with a key of its own: %+v", p)
			}
			// Beside our credential_process it is doctor's to report.
			if test.key != "credential_process" && !strings.Contains(test.lines, "credential_process") {
				p := resolve(t, "[profile x]\n"+test.lines+"credential_process = awsbroker credential-process --profile x\nawsbroker_key = k\n"+test.rest, "x")
				if !strings.Contains(problems(p), test.key+" beside credential_process") {
					t.Errorf("beside ours: %s", problems(p))
				}
			}
		})
	}
}

func problems(p *Profile) string {
	var all []string
	for _, problem := range p.Problems {
		all = append(all, problem.String())
	}
	return strings.Join(all, "\n")
}

// command reports whether a hint has a command as a whole.
func command(hint, want string) bool {
	return regexp.MustCompile(`(^|: )` + regexp.QuoteMeta(want) + `($|;)`).MatchString(hint)
}

// TestHintsAreSafeToPaste has names that a shell would do something with.
func TestHintsAreSafeToPaste(t *testing.T) {
	for name, quoted := range map[string]string{
		"my name": "'my name'", "$(reboot)": "'$(reboot)'", "`reboot`": "'`reboot`'", "a;b": "'a;b'", "it's": `'it'\''s'`,
		"größe": "'größe'", "x\x1b[2J": "'x\uFFFD[2J'", "a.b/c%d@e-f_g": "a.b/c%d@e-f_g",
	} {
		_, err := mustParse(t, "", "["+name+"]\nsso_session = s\n").Resolve(name)
		e, ok := err.(*NotOursError)
		if !ok || !strings.HasSuffix(e.Hint, "aws sso login --profile "+quoted) {
			t.Errorf("%q: %v, %+v", name, err, e)
		}
	}
}

// TestNotOtherWays are settings that only look like them.
func TestNotOtherWays(t *testing.T) {
	for _, lines := range []string{
		"sso_session =\n", "sso_region = eu-west-1\n", "sso_registration_scopes = sso:account:access\n", "# sso_session = s\n",
		"credential_source =\n", "s3 =\n  sso_session = s\n", "credential_process = awsbroker credential-process --profile x\n",
	} {
		resolve(t, "[profile x]\n"+lines, "x")
	}
}
