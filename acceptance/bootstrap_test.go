//go:build linux

package acceptance

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
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
	w = w.without("LC_ALL", "TERM").with("LC_ALL=C.UTF-8", "TERM=xterm-256color", "NO_COLOR=1", "AWS_ENDPOINT_URL_IAM="+w.url)
	f := &founder{world: w, account: w.aws.Server.AddAccount("111122223333")}
	f.root = f.account.Root().AddAccessKey()
	return f
}

// bootstrap runs it at a terminal and answers what is asked. stop is looked at
// all the while, with the question that stands there, if one does; true ends
// the run with kill -9, and its code is -1.
func (f *founder) bootstrap(stop func(question string) bool, args ...string) (code int, screen string) {
	f.t.Helper()
	tm := newTerminal(f.t)
	j := tm.start(f.command(f.bin, append([]string{"bootstrap", "--user", "phoebe", "--region", "eu-central-1"}, args...)...))
	read := 0
	for end := time.Now().Add(2 * patience); ; time.Sleep(5 * time.Millisecond) {
		select {
		case <-j.ended:
			time.Sleep(20 * time.Millisecond) // the last of the screen
			return j.result.code, strings.ReplaceAll(tm.screen(), "\r\n", "\n")
		default:
		}
		shown, question := tm.screen(), ""
		if len(shown) > read && (strings.HasSuffix(shown, ": ") || strings.HasSuffix(shown, "[y/N] ")) {
			read = len(shown)
			question = shown[strings.LastIndex(shown, "\n")+1:]
		}
		if stop(question) {
			_ = syscall.Kill(-j.cmd.Process.Pid, syscall.SIGKILL)
			<-j.ended
			return -1, shown
		}
		if question != "" {
			tm.send(f.answer(shown, question) + "\n")
		}
		if time.Now().After(end) {
			f.t.Fatal("it does not end")
		}
	}
}

func never(string) bool { return false }

func (f *founder) answer(shown, question string) string {
	switch {
	case strings.HasSuffix(question, "[y/N] "):
		return "y"
	case strings.HasPrefix(question, "access key id"):
		return f.root.ID
	case strings.HasPrefix(question, "secret access key"):
		return f.root.Secret
	case strings.HasPrefix(question, "code that it shows now"):
		f.phone = &fakeaws.MFADevice{Seed: f.scanned(shown)}
		f.shows = time.Now().Add(-30 * time.Second)
	case strings.HasPrefix(question, "MFA code of ") && f.shows.IsZero():
		f.shows = time.Now()
	default: // the phone shows the next code; AWS takes it already
		f.shows = f.shows.Add(30 * time.Second)
	}
	return f.phone.CodeAt(f.shows)
}

// drawnLine is a line of a QR code on the screen: black on white, whatever
// the terminal's colours are.
var drawnLine = regexp.MustCompile(`(?m)^(?:\x1b\[[0-9;]*m)+([ █▀▄]+)\x1b\[[0-9;]*m\r?$`)

// scanned is the seed that the app reads from what was drawn last.
func (f *founder) scanned(screen string) string {
	f.t.Helper()
	screen = screen[strings.LastIndex(screen, "MFA device phoebe for phoebe@111122223333"):]
	var lines [][]rune
	for _, m := range drawnLine.FindAllStringSubmatch(screen, -1) {
		if n := len([]rune(m[1])); n > 80 {
			f.t.Errorf("the QR code is %d columns wide", n)
		}
		lines = append(lines, []rune(m[1]))
	}
	if len(lines) == 0 {
		f.t.Fatalf("no QR code was drawn: %q", screen)
	}
	const module = 4
	img := image.NewGray(image.Rect(0, 0, (len(lines[0])+8)*module, (2*len(lines)+8)*module))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y, line := range lines {
		for x, c := range line {
			for half, blocks := range []string{"█▀", "█▄"} {
				for i := 0; strings.ContainsRune(blocks, c) && i < module*module; i++ {
					img.SetGray((4+x)*module+i%module, (4+2*y+half)*module+i/module, color.Gray{0})
				}
			}
		}
	}
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		f.t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		f.t.Fatalf("the QR code cannot be read: %v", err)
	}
	uri, err := url.Parse(result.GetText())
	if err != nil || uri.Scheme != "otpauth" || uri.Host != "totp" {
		f.t.Fatalf("%q, %v", result.GetText(), err)
	}
	return uri.Query().Get("secret")
}

// cli runs AWS's own CLI as a key by itself, or through the profile. IAM is
// signed for in us-east-1.
func (f *founder) cli(key *fakeaws.AccessKey, args ...string) result {
	f.t.Helper()
	w := f.world.with("AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL="+f.url)
	if key != nil {
		w = w.with("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret)
	} else {
		args = append(args, "--profile", "admin")
	}
	return w.finish(w.command("aws", append(args, "--region", "us-east-1")...))
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
	if err := json.Unmarshal([]byte(r.stdout), &who); err != nil || who.Arn != "arn:aws:sts::111122223333:assumed-role/admin-mfa/phoebe" {
		t.Errorf("%v", r)
	}
	if r := f.cli(nil, "iam", "list-users", "--output", "json"); r.code != 0 {
		t.Errorf("the administrator may not: %v", r)
	}
	key := f.aws.Server.Key(f.account.User("phoebe").AccessKeys()[0].ID)
	for _, call := range []string{
		"iam list-users", "iam get-user", "iam list-access-keys", "iam create-access-key --user-name phoebe",
		"iam attach-user-policy --user-name phoebe --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
		"iam list-mfa-devices --user-name phoebe", "iam deactivate-mfa-device --user-name phoebe --serial-number arn:aws:iam::111122223333:mfa/phoebe", "iam update-assume-role-policy --role-name admin-mfa --policy-document {}",
		"sts assume-role --role-session-name me --role-arn arn:aws:iam::111122223333:role/admin-mfa",
	} {
		if r := f.cli(key, strings.Fields(call)...); r.code == 0 || !strings.Contains(r.stderr, "AccessDenied") {
			t.Errorf("the key by itself: %s: %v", call, r)
		}
	}
	for name, secret := range map[string]string{"root's": f.root.Secret, "the user's": key.Secret, "the keystore's": passphrase} {
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
	wantNoFileWith(t, f.dir, f.root.Secret, key.Secret, f.phone.Seed)
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
	for _, question := range []string{"carry this out?", "code that it shows now", "the next code", "MFA code of", "delete the root key"} {
		moments = append(moments, moment{question: question})
	}
	for i, m := range moments {
		if testing.Short() && i%4 != 3 {
			continue
		}
		t.Run(fmt.Sprint(m.action, m.kind, m.question), func(t *testing.T) {
			t.Parallel()
			f := newFounder(t)
			f.addKey("root", f.root)
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
		if err := f.aws.Server.AddFault(fakeaws.Fault{Action: action, Kind: kind}); err != nil {
			f.t.Fatal(err)
		}
		stop = func(string) bool {
			return slices.ContainsFunc(f.aws.Server.Calls(action), func(c fakeaws.Call) bool {
				return c.Fault == string(kind) && (kind == fakeaws.FaultHang || c.Status != 0)
			})
		}
	}
	if code, screen := f.bootstrap(stop); code != -1 {
		f.t.Fatalf("not killed: %d\n%s", code, screen)
	}
	f.aws.Server.ClearFaults()
}

// finishes runs it again, if there is anything left to do, and looks at the
// account.
func (f *founder) finishes() {
	f.t.Helper()
	if f.phone != nil && !f.shows.IsZero() {
		f.shows = f.shows.Add(30 * time.Second)
		for f.shows.After(f.aws.Server.Now()) {
			f.aws.Server.Advance(30 * time.Second)
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
	if r := f.run("credential-process", "--profile", "admin"); r.code != 0 {
		f.t.Errorf("no session is there: %v", r)
	}
	if again := f.aws.Server.RepeatedCodes(); len(again) > 0 {
		f.t.Errorf("a code was sent twice: %+v", again)
	}
}

// Where nobody can be asked, nothing is begun that would be left half done.
func TestBootstrapWithoutATerminal(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	r := f.run("bootstrap", "--user", "phoebe")
	if r.code != 4 || r.stdout != "" || !strings.Contains(r.stderr, "awsbroker bootstrap --key NAME") {
		t.Errorf("%v", r)
	}
	f.addKey("root", f.root)
	before := fmt.Sprint(f.account.State())
	for _, args := range [][]string{{"--yes"}, {"--yes", "--json"}} {
		r := f.run(append([]string{"bootstrap", "--user", "phoebe"}, args...)...)
		if r.code != 4 || r.stdout != "" || !strings.Contains(r.stderr, "--plan") {
			t.Errorf("%v", r)
		}
	}
	if fmt.Sprint(f.account.State()) != before {
		t.Errorf("something was changed: %+v", f.account.State())
	}
	r = f.run("bootstrap", "--user", "phoebe", "--plan", "--json")
	var plan struct {
		Planned  bool
		Policies map[string]any
		Plan     []struct{ Sign, What string }
	}
	if err := json.Unmarshal([]byte(r.stdout), &plan); err != nil || r.code != 0 || !plan.Planned || len(plan.Plan) < 10 || len(plan.Policies) != 2 {
		t.Errorf("%v: %v", err, r)
	}
	if fmt.Sprint(f.account.State()) != before {
		t.Errorf("the plan changed something: %+v", f.account.State())
	}
	// The role of a second account needs nobody but a yes.
	if r := f.run("bootstrap", "--trusted-account", "123456789012", "--yes", "--json"); r.code != 0 || !json.Valid([]byte(r.stdout)) {
		t.Errorf("%v", r)
	}
	if r := f.run("bootstrap", "--undo", "--yes"); r.code != 0 || fmt.Sprint(f.account.State()) != before {
		t.Errorf("%v: %+v", r, f.account.State())
	}
}

// STS hears of the new device some seconds after IAM has it: the code that
// proves it is asked for once. One that grows too old meanwhile is asked for
// again, with the reason, and nothing moves over the question.
func TestBootstrapWithLateDevice(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	f.aws.Server.SetLag(fakeaws.Lag{NewDevice: 4 * time.Minute})
	code, screen := f.bootstrap(func(question string) bool {
		if strings.HasPrefix(question, "MFA code of ") {
			time.Sleep(1500 * time.Millisecond) // a person's time
			if len(f.aws.Server.Calls("GetSessionToken")) == 0 {
				go func() {
					time.Sleep(5 * time.Second)
					f.aws.Server.Advance(4 * time.Minute)
				}()
			} else {
				f.shows = f.aws.Server.Now().Add(-30 * time.Second) // what is typed is the next one
			}
		}
		return false
	}, "--yes")
	if code != 0 || strings.Count(screen, "waiting until AWS knows the new device") != 1 || !strings.Contains(screen, "the code has grown too old meanwhile") {
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
	if again := f.aws.Server.RepeatedCodes(); len(again) > 0 {
		t.Errorf("a code that was looked at was sent twice: %+v", again)
	}
}
