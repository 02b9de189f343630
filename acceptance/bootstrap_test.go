//go:build linux

package acceptance

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/machine/phone"
)

// founder is a person with a new account, of which they have a root key, and
// a phone whose authenticator app reads QR codes.
type founder struct {
	*world
	account *fakeaws.Account
	root    *fakeaws.AccessKey
	phone   *fakeaws.MFADevice // nil before something was scanned
	shows   time.Time          // when the phone showed the code that was typed last
}

func newFounder(t *testing.T) *founder {
	w := bare(t, -1)
	w = w.Without("LC_ALL", "TERM").With("LC_ALL=C.UTF-8", "TERM=xterm-256color", "NO_COLOR=1", "AWS_ENDPOINT_URL_IAM="+w.URL)
	f := &founder{world: w, account: w.AWS.Server.AddAccount("111122223333")}
	f.root = f.account.Root().AddAccessKey()
	return f
}

// bootstrap runs it at a terminal and answers what is asked. stop is looked at
// all the while, with the question that stands there, if one does; true ends
// the run with kill -9, and its code is -1.
func (f *founder) bootstrap(stop func(question string) bool, args ...string) (code int, screen string) {
	f.t.Helper()
	tm := machine.NewTerminal(f.t)
	j := tm.Start(f.Command(f.Bin, append([]string{"bootstrap", "--user", "phoebe", "--region", "eu-central-1"}, args...)...))
	person := machine.Person{
		Answer:   func(question string) string { return f.answer(tm.Screen(), question) + "\n" },
		Leaves:   stop,
		Patience: 2 * machine.Patience,
	}
	r, _ := person.SitAt(tm, j)
	return r.Code, strings.ReplaceAll(tm.Screen(), "\r\n", "\n")
}

func never(string) bool { return false }

func (f *founder) answer(shown, question string) string {
	switch {
	case strings.HasSuffix(question, "[y/N] "):
		return "y"
	case strings.Contains(question, "passphrase") || strings.HasPrefix(question, "repeat it"):
		return machine.Passphrase
	case strings.HasPrefix(question, "access key id"):
		return f.root.ID
	case strings.HasPrefix(question, "secret access key"):
		return f.root.Secret
	case strings.HasPrefix(question, "current code"):
		f.phone = &fakeaws.MFADevice{Seed: f.scanned(shown)}
		f.shows = time.Now().Add(-30 * time.Second)
	case strings.HasPrefix(question, "MFA code of ") && f.shows.IsZero():
		f.shows = time.Now()
	default: // the phone shows the next code; AWS takes it already
		f.shows = f.shows.Add(30 * time.Second)
	}
	return f.phone.CodeAt(f.shows)
}

// scanned is the seed that the app reads from what was drawn last.
func (f *founder) scanned(screen string) string {
	f.t.Helper()
	screen = screen[strings.LastIndex(screen, "MFA device phoebe for phoebe@111122223333"):]
	lines := phone.Drawn(screen)
	if lines == nil {
		f.t.Fatalf("no QR code was drawn: %q", screen)
	}
	if n := utf8.RuneCountInString(lines[0]); n > 80 {
		f.t.Errorf("the QR code is %d columns wide", n)
	}
	_, seed, err := phone.Read(screen)
	if err != nil || seed == "" {
		f.t.Fatalf("%v: %q", err, screen)
	}
	return seed
}

// cli runs AWS's own CLI as a key by itself, or through the profile. IAM is
// signed for in us-east-1.
func (f *founder) cli(key *fakeaws.AccessKey, args ...string) machine.Result {
	f.t.Helper()
	w := f.world.With("AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL="+f.URL)
	if key != nil {
		w = w.With("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret)
	} else {
		args = append(args, "--profile", "admin")
	}
	return w.Finish(w.Command("aws", append(args, "--region", "us-east-1")...))
}

func needAWSCLI(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("/usr/bin/aws"); err != nil {
		skip(t, "the AWS CLI is not installed")
	}
}

// The whole story: a fresh account and a root key that is typed. In the end
// AWS's own CLI works through the profile, the user's key by itself may do one
// thing, root has no keys, and the screen shows no secret but the seed.
func TestBootstrapStory(t *testing.T) {
	t.Parallel()
	needAWSCLI(t)
	f := newFounder(t)
	code, screen := f.bootstrap(never)
	if code != 0 {
		t.Fatalf("exit %d:\n%s", code, screen)
	}
	state := f.account.State()
	if len(state.Root.Keys) != 0 || len(state.Users) != 1 || len(state.Users["phoebe"].Keys) != 1 {
		t.Errorf("%+v", state)
	}
	var who struct{ Arn string }
	r := f.cli(nil, "sts", "get-caller-identity", "--output", "json")
	if err := json.Unmarshal([]byte(r.Stdout), &who); err != nil || who.Arn != "arn:aws:sts::111122223333:assumed-role/admin-mfa/phoebe" {
		t.Errorf("%v", r)
	}
	if r := f.cli(nil, "iam", "list-users", "--output", "json"); r.Code != 0 {
		t.Errorf("the administrator may not: %v", r)
	}
	key := f.AWS.Server.Key(f.account.User("phoebe").AccessKeys()[0].ID)
	for _, call := range []string{
		"iam list-users", "iam get-user", "iam list-access-keys", "iam create-access-key --user-name phoebe",
		"iam attach-user-policy --user-name phoebe --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
		"iam list-mfa-devices --user-name phoebe", "iam deactivate-mfa-device --user-name phoebe --serial-number arn:aws:iam::111122223333:mfa/phoebe", "iam update-assume-role-policy --role-name admin-mfa --policy-document {}",
		"sts assume-role --role-session-name me --role-arn arn:aws:iam::111122223333:role/admin-mfa",
	} {
		if r := f.cli(key, strings.Fields(call)...); r.Code == 0 || !strings.Contains(r.Stderr, "AccessDenied") {
			t.Errorf("the key by itself: %s: %v", call, r)
		}
	}
	for name, secret := range map[string]string{"root's": f.root.Secret, "the user's": key.Secret, "the keystore's": machine.Passphrase} {
		if strings.Contains(screen, secret) {
			t.Errorf("%s secret is on the screen", name)
		}
	}
	for _, line := range strings.Split(screen, "\n") {
		line = regexp.MustCompile(`\x1b\[[0-9;]*[mK]`).ReplaceAllString(line[strings.LastIndex(line, "\r")+1:], "")
		if n := len([]rune(line)); n > 80 && strings.HasPrefix(line, "  ") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	wantNoFileWith(t, f.Dir, f.root.Secret, key.Secret, f.phone.Seed)
	t.Log("\n" + screen)
}

// wantNoFileWith holds that no file of the person has a secret.
func wantNoFileWith(t *testing.T, dir string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		out, _ := exec.Command("grep", "-rlF", "--", secret, dir).Output()
		if len(out) > 0 {
			t.Errorf("a secret is in %s", out)
		}
	}
}

// Killed at each question, and in each call that makes something, before and
// after AWS has done it; run again, it finishes, and nothing is there twice.
func TestBootstrapKilledAnywhere(t *testing.T) {
	t.Parallel()
	type moment struct {
		action   string
		kind     fakeaws.FaultKind
		question string
	}
	var moments []moment
	for _, action := range []string{"CreateUser", "CreateRole", "CreatePolicy", "CreateVirtualMFADevice", "EnableMFADevice", "CreateAccessKey", "GetSessionToken", "DeleteAccessKey"} {
		moments = append(moments, moment{action: action, kind: fakeaws.FaultHang}, moment{action: action, kind: fakeaws.FaultHangAfter})
	}
	for _, question := range []string{"Carry this out?", "current code", "next code", "MFA code of", "Delete the root key"} {
		moments = append(moments, moment{question: question})
	}
	for i, m := range moments {
		if testing.Short() && i%4 != 3 {
			continue
		}
		t.Run(fmt.Sprint(m.action, m.kind, m.question), func(t *testing.T) {
			t.Parallel()
			f := newFounder(t)
			f.AddKey("root", f.root)
			f.killed(m.action, m.kind, m.question)
			f.finishes()
		})
	}
}

// killed runs it until a moment.
func (f *founder) killed(action string, kind fakeaws.FaultKind, question string) {
	f.t.Helper()
	stop := func(q string) bool { return q != "" && strings.HasPrefix(q, question) }
	if action != "" {
		if err := f.AWS.Server.AddFault(fakeaws.Fault{Action: action, Kind: kind}); err != nil {
			f.t.Fatal(err)
		}
		stop = func(string) bool {
			return slices.ContainsFunc(f.AWS.Server.Calls(action), func(c fakeaws.Call) bool {
				return c.Fault == string(kind) && (kind == fakeaws.FaultHang || c.Status != 0)
			})
		}
	}
	if code, screen := f.bootstrap(stop); code != -1 {
		f.t.Fatalf("not killed: %d\n%s", code, screen)
	}
	f.AWS.Server.ClearFaults()
}

// finishes runs it again, if there is anything left to do, and looks at the
// account.
func (f *founder) finishes() {
	f.t.Helper()
	if f.phone != nil && !f.shows.IsZero() {
		f.shows = f.shows.Add(30 * time.Second)
		for f.shows.After(f.AWS.Server.Now()) {
			f.AWS.Server.Advance(30 * time.Second)
		}
	}
	if len(f.account.State().Root.Keys) > 0 {
		if code, screen := f.bootstrap(never); code != 0 {
			f.t.Fatalf("the next run: exit %d\n%s", code, screen)
		}
	}
	state := f.account.State()
	if len(state.Root.Keys) != 0 || len(state.Users) != 1 || len(state.Users["phoebe"].Keys) != 1 || len(state.Groups) != 1 ||
		len(state.Roles) != 1 || len(state.Policies) != 1 || len(state.Devices) != 1 {
		f.t.Errorf("%+v", state)
	}
	if r := f.Run("credential-process", "--profile", "admin"); r.Code != 0 {
		f.t.Errorf("no session is there: %v", r)
	}
	if again := f.AWS.Server.RepeatedCodes(); len(again) > 0 {
		f.t.Errorf("a code was sent twice: %+v", again)
	}
}

// Where nobody can be asked, nothing is begun that would be left half done.
func TestBootstrapWithoutATerminal(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	r := f.Run("bootstrap", "--user", "phoebe")
	if r.Code != 4 || r.Stdout != "" || !strings.Contains(r.Stderr, "awsbroker bootstrap --key NAME") {
		t.Errorf("%v", r)
	}
	f.AddKey("root", f.root)
	before := fmt.Sprint(f.account.State())
	for _, args := range [][]string{{"--yes"}, {"--yes", "--json"}} {
		r := f.Run(append([]string{"bootstrap", "--user", "phoebe"}, args...)...)
		if r.Code != 4 || r.Stdout != "" || !strings.Contains(r.Stderr, "--dry-run") {
			t.Errorf("%v", r)
		}
	}
	if fmt.Sprint(f.account.State()) != before {
		t.Errorf("something was changed: %+v", f.account.State())
	}
	r = f.Run("bootstrap", "--user", "phoebe", "--dry-run", "--json")
	var plan struct {
		Planned  bool
		Policies map[string]any
		Plan     []struct{ Sign, What string }
	}
	if err := json.Unmarshal([]byte(r.Stdout), &plan); err != nil || r.Code != 0 || !plan.Planned || len(plan.Plan) < 10 || len(plan.Policies) != 2 {
		t.Errorf("%v: %v", err, r)
	}
	if fmt.Sprint(f.account.State()) != before {
		t.Errorf("the plan changed something: %+v", f.account.State())
	}
	// The role of a second account needs nobody but a yes.
	if r := f.Run("bootstrap", "--trusted-account", "123456789012", "--yes", "--json"); r.Code != 0 || !json.Valid([]byte(r.Stdout)) {
		t.Errorf("%v", r)
	}
	if r := f.Run("bootstrap", "--undo", "--yes"); r.Code != 0 || fmt.Sprint(f.account.State()) != before {
		t.Errorf("%v: %+v", r, f.account.State())
	}
}

// STS hears of the new device some seconds after IAM has it: the code that
// proves it is asked for once. One that grows too old meanwhile is asked for
// again, with the reason, and nothing moves over the question.
func TestBootstrapWithLateDevice(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	f.AWS.Server.SetLag(fakeaws.Lag{NewDevice: 4 * time.Minute})
	code, screen := f.bootstrap(func(question string) bool {
		if strings.HasPrefix(question, "MFA code of ") {
			time.Sleep(1500 * time.Millisecond) // a person's time
			if len(f.AWS.Server.Calls("GetSessionToken")) == 0 {
				go func() {
					time.Sleep(5 * time.Second)
					f.AWS.Server.Advance(4 * time.Minute)
				}()
			} else {
				f.shows = f.AWS.Server.Now().Add(-30 * time.Second) // what is typed is the next one
			}
		}
		return false
	}, "--yes")
	if code != 0 || !strings.Contains(screen, "until AWS knows the new device") || !strings.Contains(screen, "the code is too old") {
		t.Errorf("it ended with %d:\n%s", code, screen)
	}
	asked := strings.Split(screen, "MFA code of ")
	if len(asked) != 3 {
		t.Errorf("a code was asked for %d times:\n%s", len(asked)-1, screen)
	}
	for _, after := range asked[1:] {
		if question, _, _ := strings.Cut(after, "\n"); strings.Contains(question, "\x1b[K") || strings.Contains(question, "\r") {
			t.Errorf("something moves over the question: %q", question)
		}
	}
	if again := f.AWS.Server.RepeatedCodes(); len(again) > 0 {
		t.Errorf("a code that was looked at was sent twice: %+v", again)
	}
}
