//go:build linux

package acceptance

import (
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// ailment is a set-up with one thing wrong.
type ailment struct {
	id        string
	is        func(*world)        // makes it from one that is in order
	as        func(*world) *world // with which environment it is looked at
	account   bool                // with --account
	also      []string            // what comes with it
	left      []string            // what is left after --fix
	unchecked string              // checks that cannot be made there

	under []string                // what doctor is run under
	make  func(*testing.T) *world // instead of the set-up that is in order
}

func (a *ailment) fixture(t *testing.T) *world {
	make := a.make
	if make == nil {
		make = patient
	}
	w := make(t)
	if a.is != nil {
		a.is(w)
	}
	if a.as != nil {
		w = a.as(w)
	}
	if a.id == "sealed-in-keychain" {
		filter := w.Path("bin/seccomptest")
		w.Install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
		a.under = []string{filter, "-errno", "EPERM"}
	}
	return w
}

// ailments has one for each finding there is.
func ailments() []ailment {
	var all []ailment
	for _, some := range [][]ailment{fileAilments(), profileAilments(), keyAilments(), machineAilments(), environmentAilments(), accountAilments()} {
		all = append(all, some...)
	}
	return all
}

// lines are more lines of the profile admin.
func lines(more ...string) func(*world) { return func(w *world) { w.adminProfile(more...) } }

// replaced is the config file with a text replaced.
func replaced(old, new string) func(*world) {
	return func(w *world) { w.edit(w.Config(), old, strings.ReplaceAll(new, "BIN", w.Bin)) }
}

// with has more in the environment; DIR is the person's directory.
func with(env ...string) func(*world) *world {
	return func(w *world) *world {
		for _, kv := range env {
			w = w.With(strings.ReplaceAll(kv, "DIR", w.Dir))
		}
		return w
	}
}

func inClear(section, id, secret string) string {
	return fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", section, id, secret)
}

func fileAilments() []ailment {
	refused := "profiles keys in plaintext"
	return []ailment{
		{id: "file-refused", unchecked: refused, is: func(w *world) { w.Write(w.Config(), w.Read(w.Config())+"no setting\n") }},
		{id: "byte-order-mark", unchecked: refused, is: func(w *world) { w.Write(w.Config(), "\ufeff"+w.Read(w.Config())) }},
		{id: "key-in-comment", is: lines("# aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")},
		{id: "key-misnamed", is: func(w *world) {
			w.Write(w.credentials(), "[old]\naws_access_key = AKIAIOSFODNN7EXAMPLE\naws_secret_key = "+strings.Repeat("k", 40)+"\n")
		}},
		{id: "leftover", is: func(w *world) {
			copy := w.Path("home/.aws/.credentials.awsbroker-123")
			w.Write(copy, "[old]\n")
			past := time.Now().Add(-time.Hour)
			if err := os.Chtimes(copy, past, past); err != nil {
				w.t.Fatal(err)
			}
		}},
	}
}

func profileAilments() []ailment {
	return []ailment{
		{id: "profile-unusable", is: replaced(":role/admin-mfa", ":role")},
		{id: "security-key", is: replaced(":mfa/phoebe", ":u2f/user/phoebe/key")},
		{id: "key-missing", is: replaced("awsbroker_key = phoebe", "awsbroker_key = phobee")},
		{id: "no-profile", is: func(w *world) { w.Write(w.Config(), "[profile other]\nregion = eu-west-1\n") }},
		{id: "profile-name", is: func(w *world) {
			w.edit(w.Config(), "[profile admin]", `[profile "my admin"]`)
			w.edit(w.Config(), "--profile admin", `--profile "my admin"`)
		}},
		{id: "default-profile", is: func(w *world) {
			w.edit(w.Config(), "[profile admin]", "[default]")
			w.edit(w.Config(), "--profile admin", "--profile default")
		}},
		{id: "no-region", is: replaced("region = eu-central-1\n", "")},
		{id: "long-session", is: lines("awsbroker_mfa_session = 8h", "awsbroker_duration_seconds = 4h")},
		{id: "device-in-chain", is: func(w *world) {
			w.Write(w.Config(), w.Read(w.Config())+"[profile child]\nregion = eu-west-1\nsource_profile = admin\n"+
				"role_arn = arn:aws:iam::123456789012:role/other\nmfa_serial = "+w.AWS.Device.Serial+"\n"+
				"awsbroker_key = phoebe\n")
		}},
		{id: "codes-without-person", is: lines("awsbroker_agents = ask")},
		{id: "renewed-too-early", is: lines("awsbroker_min_ttl = 2h")},
		{id: "beside-process", is: func(w *world) {
			w.edit(w.Config(), "awsbroker_role_arn", "role_arn")
			w.edit(w.Config(), "awsbroker_mfa_serial", "mfa_serial")
			w.adminProfileSSO()
		}},
		{id: "unknown-setting", is: lines("awsbroker_mfa_proces = date")},
		{id: "process-in-credentials", is: func(w *world) {
			w.edit(w.Config(), "credential_process", "# credential_process")
			w.Write(w.credentials(), "[admin]\ncredential_process = "+w.Bin+" credential-process --profile admin\n")
		}},
		{id: "other-profile", is: replaced("--profile admin", "--profile other")},
		{id: "device-of-source", is: func(w *world) {
			w.Write(w.Config(), w.Read(w.Config())+"[profile source]\nmfa_serial = "+w.AWS.Device.Serial+"\n\n"+
				"[profile child]\nregion = eu-west-1\nawsbroker_key = phoebe\nrole_arn = "+w.AWS.Role.ARN()+"\nsource_profile = source\nawsbroker_mfa_process = date\n")
		}},
		{id: "unportable-process", is: func(w *world) { w.edit(w.Config(), w.Bin+" ", `"`+w.Bin+`" `) }},
		{id: "quoted-value", is: lines(`output = "json"`)},
		{id: "trailing-comment", is: lines("output = json # or text")},
		{id: "overridden", is: func(w *world) { w.Write(w.credentials(), "[admin]\nregion = eu-west-1\n") }},
		{id: "brackets", is: lines("cli_pager = less -[x]")},
		{id: "program-missing", is: func(w *world) { w.edit(w.Config(), w.Bin, "/opt/gone/awsbroker") }},
		{id: "program-differs", is: func(w *world) {
			other := w.Path("old/awsbroker")
			w.Mkdir(w.Path("old"), 0o755)
			w.Write(other, "#!/bin/sh\necho awsbroker v0.1.0 linux/amd64 go1.21\n")
			w.Chmod(0o755, other)
			w.edit(w.Config(), w.Bin, other)
		}},
	}
}

// adminProfileSSO adds what another way of signing in left.
func (w *world) adminProfileSSO() {
	w.edit(w.Config(), "region = ", "sso_session = corp\nregion = ")
}

func keyAilments() []ailment {
	long := strings.Repeat("k", 40)
	return []ailment{
		{id: "key-in-clear", is: func(w *world) {
			w.AWS.Account.AddUser("wilma").ImportAccessKey("AKIAWILMAWILMAWILMA2", long)
			w.Write(w.credentials(), inClear("wilma", "AKIAWILMAWILMAWILMA2", long))
		}},
		{id: "key-shadows-profile", is: func(w *world) {
			w.Write(w.credentials(), inClear("admin", "ASIAIOSFODNN7EXAMPLE", long)+"aws_session_token = "+long+"\n")
		}},
		{id: "session-in-clear", is: func(w *world) {
			w.Mkdir(w.Path("home/.aws/cli/cache"), 0o700)
			w.Write(w.Path("home/.aws/cli/cache/1234.json"), `{"Credentials": {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x", "SessionToken": "x",
				"Expiration": "`+days(-1).Add(2*time.Hour+30*time.Second).Format(time.RFC3339)+`"}, "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/admin/x"}}`)
			w.Write(w.Path("home/.aws/cli/cache/over.json"), `{"Credentials": {"Expiration": "2020-01-01T00:00:00Z"}}`)
			w.Write(w.Path("home/.aws/cli/cache/other.json"), `{"accessToken": "x"}`)
		}},
		{id: "login-in-clear", is: func(w *world) {
			root := "arn:aws:iam::123456789012:root"
			w.edit(w.Config(), "[profile admin]", "[profile root]\nlogin_session = "+root+"\n[profile admin]")
			w.Mkdir(w.Path("home/.aws/login/cache"), 0o700)
			w.Write(w.Path(fmt.Sprintf("home/.aws/login/cache/%x.json", sha256.Sum256([]byte(root)))), `{"accessToken": {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": "x", "sessionToken": "x",
				"accountId": "123456789012", "expiresAt": "`+time.Now().Add(10*time.Minute+30*time.Second).UTC().Format(time.RFC3339)+`"}, "refreshToken": "x", "clientId": "x", "dpopKey": "x"}`)
			w.Write(w.Path("home/.aws/login/cache/over.json"), `{"accessToken": {"expiresAt": "2026-01-01T00:00:00Z"}, "refreshToken": "x"}`)
			w.Write(w.Path("home/.aws/login/cache/other.json"), `{`)
		}},
		{id: "half-key", is: func(w *world) { w.Write(w.credentials(), "[half]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n") }},
		{id: "record-damaged", unchecked: "profiles", is: func(w *world) { w.Write(w.record(), "{") }},
		{id: "no-key", make: func(t *testing.T) *world { return bare(t, -1) }},
		{id: "key-old", is: func(w *world) {
			added := regexp.MustCompile(`"added": "[^"]*"`)
			w.Write(w.record(), added.ReplaceAllString(w.Read(w.record()), `"added": "`+days(100).Format(time.RFC3339)+`"`))
		}},
		{id: "root-key-over", also: []string{"key-missing"}, is: func(w *world) {
			w.edit(w.record(), `"keys": {`, `"keys": { "root": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "arn": "arn:aws:iam::123456789012:root",
				"added": "2026-11-01T08:00:00Z", "expires": "`+days(20).Format(time.RFC3339)+`"},`)
		}},
		{id: "rotation-unfinished", is: note("rotation-0123.json")},
		{id: "revocation-unfinished", is: note("revocation-0123.json")},
		{id: "git-password-unfinished", is: note("git-password-0123.json")},
		{id: "bootstrap-unfinished", is: func(w *world) {
			state := w.Path("home/.local/state/awsbroker/bootstrap-")
			w.Write(state+"123456789012.json", `{"version": 1, "account": "123456789012", "things": [{"kind": "group", "name": "administrators", "done": true}, {"kind": "user", "name": "quentin", "done": true}]}`)
			w.Write(state+"222222222222.json", `{"version": 1, "account": "222222222222", "proved": "2026-11-01T08:00:00Z", "things": [{"kind": "group", "name": "administrators", "done": true}]}`)
		}},
		{id: "move-unfinished", is: func(w *world) {
			w.edit(w.record(), `"keys": {`, `"leaving": {"keystore": "pass", "keys": ["phoebe"]}, "keys": {`)
		}},
	}
}

// days ago, and an hour: what is said of it is the same for a while.
func days(n int) time.Time { return time.Now().UTC().Add(-time.Duration(n)*24*time.Hour - time.Hour) }

// note is of something that was begun and not ended.
func note(name string) func(*world) {
	return func(w *world) {
		w.Write(w.Path("home/.local/state/awsbroker/"+name), `{"version": 1, "key": "phoebe", "profile": "admin"}`)
	}
}

func machineAilments() []ailment {
	return []ailment{
		{id: "no-home", unchecked: "clock",
			make: func(t *testing.T) *world { return bare(t, user(t)) },
			as:   func(w *world) *world { return w.Without("HOME") }},
		{id: "writable-by-others", is: func(w *world) { w.Chmod(0o666, w.Config()) }},
		{id: "readable-by-others", is: func(w *world) {
			w.Write(w.credentials(), "[other]\nregion = eu-west-1\n")
			w.Chmod(0o644, w.credentials())
		}},
		{id: "program-of-others", is: func(w *world) {
			needRoot(w.t)
			other := w.Path("old/awsbroker")
			w.Mkdir(w.Path("old"), 0o755)
			w.Write(other, "#!/bin/sh\ntouch "+w.Path("home/run")+"\n")
			w.Chmod(0o755, other)
			if err := os.Chown(other, 54321, 54321); err != nil {
				w.t.Fatal(err)
			}
			w.edit(w.Config(), w.Bin, other)
		}},
		{id: "git-helper-before", is: func(w *world) {
			w.Write(w.Path("home/.gitconfig"), "[credential]\n\thelper = store\n[credential \"https://git-codecommit.*.amazonaws.com\"]\n\thelper = !awsbroker git-credential --profile admin\n")
		}},
		{id: "git-password-stored", is: func(w *world) {
			w.Write(w.Path("home/.git-credentials"), "https://phoebe-at-123456789012:secret@git-codecommit.eu-central-1.amazonaws.com\n")
		}},
		{id: "log-unwritable", is: func(w *world) { w.Mkdir(w.Path("home/.local/state/awsbroker/log"), 0o700) }},
		{id: "files-of-others", is: func(w *world) {
			needRoot(w.t)
			w.Write(w.credentials(), "[other]\nregion = eu-west-1\n")
			if err := os.Chown(w.credentials(), 54321, 54321); err != nil {
				w.t.Fatal(err)
			}
		}},
		{id: "key-unlisted", is: func(w *world) { os.Remove(w.record()) }},
		{id: "keychain-locked", as: func(w *world) *world { return w.Without("AWSBROKER_FILE_PASSPHRASE") }},
		{id: "keychain-gone", is: func(w *world) { w.edit(w.record(), `"keystore": "file"`, `"keystore": "secret-service"`) },
			as: func(w *world) *world { return w.Without("AWSBROKER_KEYSTORE") }},
		{id: "keyring-in-clear", is: func(w *world) {
			w.Mkdir(w.Path("home/.local/share/keyrings"), 0o700)
			w.Write(w.Path("home/.local/share/keyrings/login.keyring"), "[keyring]\ndisplay-name=login\n\n[1]\ndisplay-name=awsbroker/key/phoebe\n")
		}},
		{id: "keystore-overridden", as: with("AWSBROKER_KEYSTORE=pass")},
		{id: "sessions-nowhere", is: func(w *world) {
			os.RemoveAll(w.Path("home/.cache/awsbroker/sessions"))
			w.Mkdir(w.Path("home/.cache/awsbroker"), 0o700)
			w.Write(w.Path("home/.cache/awsbroker/sessions"), "in the way")
		}},
		{id: "sealed-in-keychain"},
		{id: "nobody-to-ask", is: replaced("awsbroker_mfa_process", "# awsbroker_mfa_process")},
		{id: "clock-off", is: func(w *world) { w.AWS.Server.Advance(2 * time.Minute) }},
		{id: "clock-wrong", is: func(w *world) { w.AWS.Server.Advance(-10 * time.Minute) }},
	}
}

func environmentAilments() []ailment {
	keys := "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"
	return []ailment{
		{id: "env-keys", as: with(keys)},
		{id: "env-old-keys", as: with("AWS_ACCESS_KEY=AKIAIOSFODNN7EXAMPLE")},
		{id: "env-session-over", also: []string{"env-keys"}, as: with(keys, "AWS_CREDENTIAL_EXPIRATION="+days(3).Format(time.RFC3339))},
		{id: "env-role", as: with("AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere", "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/x")},
		{id: "env-profile-missing", as: with("AWS_PROFILE=nope")},
		{id: "env-profiles-differ", as: with("AWS_PROFILE=admin", "AWS_DEFAULT_PROFILE=other"),
			is: func(w *world) { w.Write(w.Config(), w.Read(w.Config())+"[profile other]\nregion = eu-west-1\n") }},
		{id: "env-load-config", as: with("AWS_SDK_LOAD_CONFIG=0")},
		{id: "env-file-unexpanded", as: with("AWS_CONFIG_FILE=~/.aws/config")},
		{id: "env-file-missing", as: with("AWS_SHARED_CREDENTIALS_FILE=DIR/home/.aws/gone")},
		{id: "env-proxy", as: with("HTTPS_PROXY=http://bob:hun%ter2@127.0.0.1:3128")},
		{id: "env-endpoint", as: with("AWS_ENDPOINT_URL=https://sts.example.test")},
	}
}

func accountAilments() []ailment {
	must := func(w *world, err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	all := []ailment{
		{id: "root-keys", is: func(w *world) { w.AWS.Account.Root().AddAccessKey() }},
		{id: "root-without-mfa", is: func(w *world) { w.AWS.Account.Device(w.AWS.Account.State().Root.Devices[0]).Disable() }},
		{id: "console-without-mfa", is: func(w *world) { w.AWS.Account.AddUser("wilma").SetPassword(true) }},
		{id: "always-admin", is: func(w *world) {
			must(w, w.AWS.Account.AddUser("wilma").PutPolicy("all", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":["*"]}}`))
		}},
		{id: "login-around-role", is: func(w *world) {
			must(w, w.AWS.User.AttachPolicy("arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"))
			w.AWS.User.SetPassword(true)
		}},
		{id: "trust-without-mfa", is: func(w *world) {
			trust := strings.ReplaceAll(fakeaws.TrustWithMFA(w.AWS.Account), `"Bool"`, `"BoolIfExists"`)
			_, err := w.AWS.Account.AddRole("admin-mfa", trust)
			must(w, err)
		}},
		{id: "role-of-anybody", is: func(w *world) {
			_, err := w.AWS.Account.AddRole("admin-mfa", fakeaws.TrustWithMFA(w.AWS.Account))
			must(w, err)
			must(w, w.AWS.Account.AddUser("dev").AttachPolicy("arn:aws:iam::aws:policy/PowerUserAccess"))
		}},
		{id: "long-role-session", is: func(w *world) { must(w, w.AWS.Role.SetMaxSessionDuration(4*time.Hour)) }},
		{id: "service-password", is: func(w *world) { w.AWS.Account.AddUser("wilma").AddGitPassword(0) }},
		{id: "old-service-password", is: func(w *world) { w.AWS.Account.AddUser("wilma").AddGitPassword(100 * 24 * time.Hour) }},
		{id: "second-key", is: func(w *world) { w.AWS.User.AddAccessKey() }},
		{id: "unused-key", is: func(w *world) {
			w.AWS.Account.AddUser("wilma").ImportAccessKey("AKIAWILMAWILMAWILMA2", strings.Repeat("k", 40)).SetCreated(days(100))
		}},
	}
	for i := range all {
		all[i].account = true
	}
	return all
}
