//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestDoctorOnOddMachines: where much is missing doctor still says what it
// sees, soon, and breaks nothing.
func TestDoctorOnOddMachines(t *testing.T) {
	for name, m := range map[string]struct {
		make  func(t *testing.T) *world
		found []string
	}{
		"nothing set up": {func(t *testing.T) *world {
			w := bare(t, -1)
			os.RemoveAll(w.Home)
			w.Mkdir(w.Home, 0o700)
			return w
		}, []string{"no-key"}},
		"read-only home": {func(t *testing.T) *world {
			w := patientOf(t, user(t))
			os.RemoveAll(w.Path("home/.cache"))
			w.seal(w.Home)
			return w
		}, []string{"log-unwritable", "sessions-nowhere"}},
		"root in a person's home": {func(t *testing.T) *world {
			w := patientOf(t, user(t))
			w.UID = -1
			return w
		}, []string{"files-of-others", "log-unwritable", "program-of-others", "sessions-nowhere"}},
		"config file is a pipe": {func(t *testing.T) *world {
			w := patient(t)
			os.Remove(w.Config())
			if err := syscall.Mkfifo(w.Config(), 0o600); err != nil {
				t.Fatal(err)
			}
			return w
		}, []string{"file-refused"}},
		"config file is the null device": {func(t *testing.T) *world {
			return patient(t).With("AWS_CONFIG_FILE=/dev/null")
		}, []string{"no-profile"}},
		"config file may not be read": {func(t *testing.T) *world {
			w := patientOf(t, user(t))
			w.Chmod(0, w.Config())
			return w
		}, []string{"file-refused"}},
		"no /proc": {func(t *testing.T) *world {
			needRoot(t)
			if err := exec.Command("unshare", "-m", "true").Run(); err != nil {
				skip(t, "cannot have mounts of its own: "+err.Error())
			}
			return patient(t)
		}, nil},
		"a desktop's keyring on a silent bus": {func(t *testing.T) *world {
			w := patient(t)
			w.edit(w.record(), `"keystore": "file"`, `"keystore": "secret-service"`)
			silentBus(t, w.Path("bus"))
			return w.Without("AWSBROKER_KEYSTORE").With("DBUS_SESSION_BUS_ADDRESS=unix:path=" + w.Path("bus"))
		}, []string{"keychain-gone"}},
		"a program that does not say its version": {func(t *testing.T) *world {
			w := patient(t)
			w.Mkdir(w.Path("old"), 0o755)
			w.Write(w.Path("old/awsbroker"), "#!/bin/sh\nsleep 60\n")
			w.Chmod(0o755, w.Path("old/awsbroker"))
			w.edit(w.Config(), w.Bin, w.Path("old/awsbroker"))
			return w
		}, []string{"program-differs"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := m.make(t)
			run := func() machine.Result { return w.Run("doctor", "--json") }
			if name == "no /proc" {
				run = func() machine.Result {
					return w.Finish(w.Command("unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc && exec "+w.Bin+" doctor --json"))
				}
			}
			before := w.disk()
			r := run()
			w.wantFindings(w.readDiagnosis(r), m.found...)
			if r.Took > machine.Patience {
				t.Errorf("took %s", r.Took)
			}
			if w.disk() != before {
				t.Error("doctor changed something")
			}
		})
	}
}

// TestDoctorWithoutAWS: it says that the clock could not be checked, and does
// not wait for long.
func TestDoctorWithoutAWS(t *testing.T) {
	t.Parallel()
	for _, kind := range []fakeaws.FaultKind{fakeaws.FaultHang, fakeaws.FaultDropBefore, fakeaws.FaultGarbage} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := patient(t)
			if err := w.AWS.Server.AddFault(fakeaws.Fault{Action: "GetCallerIdentity", Kind: kind, Times: -1}); err != nil {
				t.Fatal(err)
			}
			r := w.Run("doctor", "--json")
			d := w.readDiagnosis(r)
			w.wantFindings(d)
			if len(d.Unchecked) != 1 || d.Unchecked[0].Check != "clock" || r.Took > 4*time.Second+machine.Patience {
				t.Errorf("%v", r)
			}
			if kind == fakeaws.FaultHang && !strings.Contains(r.Stderr, "asking AWS what time it is") {
				t.Errorf("it does not say what it waits for: %v", r)
			}
		})
	}
}

// TestDoctorAccount: what cannot be looked at is said, and what a policy
// demands is understood.
func TestDoctorAccount(t *testing.T) {
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	allow := func(condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["*"],"Resource":"*"` + condition + `}]}`
	}
	const withMFA = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	for name, m := range map[string]struct {
		arrange   func(*testing.T, *world)
		found     []string
		unchecked []string
	}{
		"no permission to look": {func(t *testing.T, w *world) {
			w.AWS.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
		}, nil, []string{"groups", "role admin-mfa", "root user", "service-specific credentials", "users"}},
		"no permission for some of it": {func(t *testing.T, w *world) {
			must(t, w.AWS.Role.PutPolicy("not", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iam:ListAccessKeys","iam:GetLoginProfile"],"Resource":"*"}]}`))
			w.AWS.Account.AddUser("wilma")
		}, nil, []string{"access keys of phoebe, wilma", "console passwords of phoebe, wilma"}},
		"AWS's policy, attached": {func(t *testing.T, w *world) {
			must(t, w.AWS.Group.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"))
		}, []string{"always-admin"}, nil},
		"a policy of the account, attached": {func(t *testing.T, w *world) {
			arn, err := w.AWS.Account.AddManagedPolicy("power", allow(""))
			must(t, err)
			must(t, w.AWS.User.AttachPolicy(arn))
			must(t, w.AWS.Account.AddUser("wilma").AttachPolicy(arn))
		}, []string{"always-admin", "always-admin"}, nil},
		"everything, with MFA": {func(t *testing.T, w *world) {
			must(t, w.AWS.User.PutPolicy("all", allow(withMFA)))
		}, nil, nil},
		"everything, with MFA if there is any": {func(t *testing.T, w *world) {
			must(t, w.AWS.User.PutPolicy("all", allow(strings.Replace(withMFA, `"Bool"`, `"BoolIfExists"`, 1))))
		}, []string{"always-admin"}, nil},
		"a role that anybody in the account may assume": {func(t *testing.T, w *world) {
			_, err := w.AWS.Account.AddRole("admin-mfa", strings.Replace(fakeaws.TrustWithMFA(w.AWS.Account), withMFA, "", 1))
			must(t, err)
		}, []string{"trust-without-mfa"}, nil},
		"a console password, with MFA": {func(t *testing.T, w *world) { w.AWS.User.SetPassword(true) }, nil, nil},
		"a root user who cannot sign in": {func(t *testing.T, w *world) {
			w.AWS.Account.Device(w.AWS.Account.State().Root.Devices[0]).Disable()
			w.AWS.Account.RemoveRootPassword()
		}, nil, nil},
		"inactive keys do not count": {func(t *testing.T, w *world) {
			k := w.AWS.User.AddAccessKey()
			k.SetCreated(days(400))
			k.Deactivate()
		}, nil, nil},
		"a key that was made long before it was added": {func(t *testing.T, w *world) {
			w.AWS.Key.SetCreated(days(200))
		}, []string{"key-old"}, nil},
		"one that was added long ago, too, is said once": {func(t *testing.T, w *world) {
			w.AWS.Key.SetCreated(days(200))
			added := regexp.MustCompile(`"added": "[^"]*"`)
			w.Write(w.record(), added.ReplaceAllString(w.Read(w.record()), `"added": "`+days(100).Format(time.RFC3339)+`"`))
		}, []string{"key-old"}, nil},
		"an old key of somebody else, in use": {func(t *testing.T, w *world) {
			wilma := w.AWS.Account.AddUser("wilma")
			key := wilma.AddAccessKey()
			key.SetCreated(days(200))
			must(t, wilma.PutPolicy("look", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}]}`))
			cmd := w.Command("aws", "iam", "get-user", "--endpoint-url", w.URL, "--region", "us-east-1")
			cmd.Env = append(cmd.Env, "AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret)
			if r := w.Finish(cmd); r.Code != 0 {
				t.Fatalf("%v", r)
			}
		}, []string{"key-old"}, nil},
		"many users": {func(t *testing.T, w *world) {
			w.AWS.Server.SetPageSize(7)
			for i := range 40 {
				u := w.AWS.Account.AddUser(fmt.Sprintf("user-%02d", i))
				if i%10 == 0 {
					u.SetPassword(true)
				}
			}
		}, slices.Repeat([]string{"console-without-mfa"}, 4), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := patient(t)
			m.arrange(t, w)
			w.Write(w.Path("code"), w.Code())
			d := w.examine("--account")
			w.wantFindings(d, m.found...)
			var unchecked []string
			for _, u := range d.Unchecked {
				unchecked = append(unchecked, u.Check)
				if !strings.Contains(u.Problem, "not authorized") {
					t.Errorf("%+v", u)
				}
			}
			slices.Sort(unchecked)
			if !slices.Equal(unchecked, m.unchecked) {
				t.Errorf("unchecked: %q, want %q", unchecked, m.unchecked)
			}
			if name == "many users" && !slices.IsSorted(titles(d)) {
				t.Errorf("not in the order of the users: %q", titles(d))
			}
		})
	}
}

func titles(d diagnosis) (all []string) {
	for _, f := range d.Findings {
		all = append(all, f.Title)
	}
	return all
}

// TestDoctorFixIsKilled anywhere: the files are as they were or mended, and
// the next run mends the rest. The key is in one place at least.
func TestDoctorFixIsKilled(t *testing.T) {
	t.Parallel()
	w := patient(t)
	const secret = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	w.AWS.Account.AddUser("wilma").ImportAccessKey("AKIAWILMAWILMAWILMA2", secret)
	w.edit(w.Config(), "credential_process", "# credential_process")
	w.edit(w.Config(), "awsbroker_role_arn", "role_arn")
	broken := w.Read(w.Config())
	inFile := inClear("wilma", "AKIAWILMAWILMAWILMA2", secret) +
		"[admin]\ncredential_process = " + w.Bin + " credential-process --profile admin\n"
	w.Write(w.credentials(), inFile)
	started := time.Now()
	w.wantFindings(w.readDiagnosis(w.Run("doctor", "--fix", "--yes", "--json")))
	whole := time.Since(started)

	const kills = 12
	for i := range kills {
		w.Run("remove", "wilma", "--yes")
		w.Write(w.Config(), broken)
		w.Write(w.credentials(), inFile)
		cmd := w.Command(w.Bin, "doctor", "--fix", "--yes")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(i) / kills)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()

		config, credentials := w.Read(w.Config()), w.Read(w.credentials())
		if !strings.Contains(config, "role_arn = "+w.AWS.Role.ARN()) || !strings.Contains(config, "awsbroker_key = phoebe") ||
			!strings.Contains(config+credentials, "\ncredential_process = ") {
			t.Errorf("something was lost:\n%s\n%s", config, credentials)
		}
		if !strings.Contains(credentials, secret) && !strings.Contains(w.Run("list").Stdout, "AKIAWILMAWILMAWILMA2") {
			t.Error("the key was lost")
		}
		r := w.Run("doctor", "--fix", "--yes", "--json")
		d := w.readDiagnosis(r)
		d.Findings = slices.DeleteFunc(d.Findings, func(f finding) bool { return f.ID == "leftover" }) // it is fresh
		w.wantFindings(d)
		for _, path := range files(t, w.Path("home/.aws")) {
			if strings.Contains(w.Read(path), secret) {
				t.Errorf("%s still has the key", path)
			}
			if strings.Contains(path, ".awsbroker-") {
				os.Remove(path)
			}
		}
	}
}

// TestDoctorAfterBootstrap: in the account that bootstrap makes there is
// nothing left to find but what only the console can do.
func TestDoctorAfterBootstrap(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	if code, screen := f.bootstrap(never); code != 0 {
		t.Fatalf("bootstrap ended with %d:\n%s", code, screen)
	}
	examine := func() diagnosis {
		return f.readDiagnosis(f.At(machine.NewTerminal(t), "doctor", "doctor", "--account", "--json").Outcome())
	}
	d := examine()
	f.wantFindings(d, "root-without-mfa")
	f.account.Root().EnableMFA("")
	d = examine()
	f.wantFindings(d)
	if len(d.Unchecked) > 0 {
		t.Errorf("%+v", d)
	}
}
