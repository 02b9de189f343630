package credential

import "testing"

// What an endpoint may answer must not add lines to files, or variables.
func TestIsWellFormed(t *testing.T) {
	good := Credentials{AccessKeyID: someID, SecretAccessKey: NewSecret(someSecret), SessionToken: NewSecret("FwoGZXIvYXdzEXAMPLE//////////w==")}
	if !good.IsWellFormed() || !(Credentials{AccessKeyID: someID, SecretAccessKey: NewSecret(someSecret)}).IsWellFormed() {
		t.Error("what AWS makes is refused")
	}
	for _, bad := range []string{"a\nb", "a b", "a\tb", "a\x00", "é", "a\u2018", "\x7f"} {
		for name, c := range map[string]Credentials{
			"id":     {AccessKeyID: someID + bad, SecretAccessKey: good.SecretAccessKey, SessionToken: good.SessionToken},
			"secret": {AccessKeyID: someID, SecretAccessKey: NewSecret(someSecret + bad), SessionToken: good.SessionToken},
			"token":  {AccessKeyID: someID, SecretAccessKey: good.SecretAccessKey, SessionToken: NewSecret("token" + bad)},
		} {
			if c.IsWellFormed() {
				t.Errorf("%s with %q is taken", name, bad)
			}
		}
	}
	for _, c := range []Credentials{{}, {AccessKeyID: someID}, {SecretAccessKey: NewSecret(someSecret)}, {AccessKeyID: "akia", SecretAccessKey: NewSecret(someSecret)}} {
		if c.IsWellFormed() {
			t.Errorf("%+v is taken", c)
		}
	}
}
