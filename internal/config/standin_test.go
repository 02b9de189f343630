package config

import "testing"

func TestStandIn(t *testing.T) {
	for _, tt := range []struct {
		name, config, credentials, shadow, want string
	}{
		{"nothing", "", "", "", "\n[profile S]\n"},
		{"no default", "[profile a]\nregion = x\n", "[a]\naws_access_key_id = A\n", "", "[profile a]\nregion = x\n\n[profile S]\n"},
		{"harmless default", "[default]\nregion = x", "", "", "[default]\nregion = x\n\n[profile S]\nregion = x\n"},
		{"ours alone", "[default]\nawsbroker_role_arn = r\nregion = x\n", "", "", "[default]\nawsbroker_role_arn = r\nregion = x\n\n[profile S]\nregion = x\n"},
		{"keys in the credentials file", "[default]\nregion = x\n", "[default]\naws_access_key_id = A\naws_secret_access_key = B\n",
			"credentials:2: [default] aws_access_key_id", "[default]\nregion = x\n\n[profile S]\nregion = x\n"},
		{"keys in the config file", "[profile default]\naws_access_key_id = A\noutput = text\naws_secret_access_key = B\n[profile b]\naws_session_token = C\n  D\nregion = y\n", "",
			"config:2: [profile default] aws_access_key_id", "[profile default]\noutput = text\n[profile b]\nregion = y\n\n[profile S]\noutput = text\n"},
		{"process", "[default]\ncredential_process = p\nregion = x\n", "", "config:2: [default] credential_process",
			"[default]\ncredential_process = p\nregion = x\n\n[profile S]\nregion = x\n"},
		{"sso", "# first\n[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = x\n", "",
			"config:3: [default] sso_session", "# first\n[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = x\n\n[profile S]\n"},
		{"role", "[default]\nrole_arn = r\nsource_profile = b\nmfa_serial = m\nduration_seconds = 900\ns3 =\n  a = 1\n  b = 2\nregion = x\n", "",
			"config:2: [default] role_arn", "[default]\nrole_arn = r\nsource_profile = b\nmfa_serial = m\nduration_seconds = 900\ns3 =\n  a = 1\n  b = 2\nregion = x\n\n[profile S]\ns3 =\n  a = 1\n  b = 2\nregion = x\n"},
		{"web identity", "[default]\nweb_identity_token_file = f\n", "", "config:2: [default] web_identity_token_file",
			"[default]\nweb_identity_token_file = f\n\n[profile S]\n"},
		{"both spellings", "[default]\nregion = x\n[profile default]\nregion = y\nlogin_session = l\n", "", "config:5: [profile default] login_session",
			"[default]\nregion = x\n[profile default]\nregion = y\nlogin_session = l\n\n[profile S]\nregion = x\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("config", []byte(tt.config), "credentials", []byte(tt.credentials))
			if err != nil {
				t.Fatal(err)
			}
			origin, found := c.SignsIn("default")
			shadow := ""
			if found {
				shadow = origin.String()
			}
			if shadow != tt.shadow {
				t.Errorf("it signs in by %q, want %q", shadow, tt.shadow)
			}
			got := string(c.StandIn("S"))
			if got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
			again, err := Parse("config", []byte(got), "credentials", nil)
			if err != nil {
				t.Fatal(err)
			}
			if o, found := again.SignsIn("S"); found || !again.Has("S") {
				t.Errorf("the copy has no profile S without credentials: %s", o)
			}
		})
	}
}
