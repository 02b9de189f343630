//go:build linux

package acceptance

import (
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// replacer is a person who gets a new phone, with a session in hand.
type replacer struct {
	*world
	given map[string]time.Time // by device: the time of the code that it gave last
}

func newReplacer(t *testing.T) *replacer {
	w := newWorld(t)
	r := &replacer{w.With("AWS_ENDPOINT_URL_IAM=" + w.URL), map[string]time.Time{}}
	r.Login("admin")
	return r
}

// moment of a run at which it is killed: at a question, or in a call to AWS.
type moment struct {
	question int // counted from one
	action   string
	kind     fakeaws.FaultKind
}

func (m moment) String() string {
	if m.question > 0 {
		return fmt.Sprintf("question %d", m.question)
	}
	return fmt.Sprintf("%s, %s", m.action, m.kind)
}

// moments in the order of a replacement.
func moments() []moment {
	const before, after = fakeaws.FaultHang, fakeaws.FaultHangAfter
	return []moment{
		{action: "CreateVirtualMFADevice", kind: before}, {action: "CreateVirtualMFADevice", kind: after},
		{question: 1}, {question: 2},
		{action: "EnableMFADevice", kind: before}, {action: "EnableMFADevice", kind: after},
		{question: 3},
		{action: "AssumeRole", kind: before}, {action: "AssumeRole", kind: after},
		{question: 4}, {question: 5},
		{action: "DeactivateMFADevice", kind: before}, {action: "DeactivateMFADevice", kind: after},
		{action: "DeleteVirtualMFADevice", kind: before}, {action: "DeleteVirtualMFADevice", kind: after},
	}
}

// replace runs it at a terminal and answers what is asked, until it ends, or
// until a moment (nil: none) at which it is killed. It reports whether it was.
func (r *replacer) replace(at *moment) (killed bool) {
	r.t.Helper()
	r.AWS.Server.ClearFaults()
	killed, code, screen := r.answered(at)
	if !killed && code != 0 {
		r.t.Errorf("it ended with %d:\n%s", code, screen())
	}
	return killed
}

func (r *replacer) answered(at *moment) (killed bool, code int, screen func() string) {
	r.t.Helper()
	if at != nil && at.action != "" {
		if err := r.AWS.Server.AddFault(fakeaws.Fault{Action: at.action, Kind: at.kind}); err != nil {
			r.t.Fatal(err)
		}
	}
	tm := machine.NewTerminal(r.t)
	j := tm.Start(r.Command(r.Bin, "mfa", "enroll", "--replace", "phoebe"))
	asked := 0
	person := machine.Person{
		Answer: func(string) string { return r.answer(tm.Screen()) + "\n" },
		Leaves: func(question string) bool {
			if question != "" {
				asked++
			}
			return at != nil && (question != "" && asked == at.question || at.action != "" && r.hit(at))
		},
		Patience: 2 * machine.Patience,
	}
	ended, killed := person.SitAt(tm, j)
	return killed, ended.Code, tm.Screen
}

// hit reports whether the call at which it is killed has arrived, and for one
// that is carried out before, whether that is done.
func (r *replacer) hit(at *moment) bool {
	calls := r.AWS.Server.Calls(at.action)
	if len(calls) == 0 {
		return false
	}
	last := calls[len(calls)-1]
	return last.Fault == string(at.kind) && (at.kind == fakeaws.FaultHang || last.Status != 0)
}

// answer to the question at the end of a screen.
func (r *replacer) answer(screen string) string {
	last := screen[strings.LastIndex(screen, "\n")+1:]
	named := regexp.MustCompile(`^MFA code of (\S+),`).FindStringSubmatch(last)
	switch {
	case strings.HasSuffix(last, "[y/N] "):
		return "y"
	case named != nil:
		return r.codeOf(named[1])
	}
	shown := regexp.MustCompile(`MFA device (\S+) for phoebe@`).FindAllStringSubmatch(screen, -1)
	return r.codeOf("arn:aws:iam::123456789012:mfa/" + shown[len(shown)-1][1])
}

// codeOf is the next code of a device; AWS's clock goes on where it would have
// to be waited for.
func (r *replacer) codeOf(serial string) string { return r.codeIn(r.AWS.Account, serial) }

func (r *replacer) codeIn(account *fakeaws.Account, serial string) string {
	const step = 30 * time.Second
	d := account.Device(serial)
	now := r.AWS.Server.Now().Truncate(step)
	next := r.given[serial].Add(step)
	if next.Before(now.Add(-step)) {
		next = now.Add(-step)
	}
	for next.After(r.AWS.Server.Now().Truncate(step)) {
		r.AWS.Server.Advance(step)
	}
	r.given[serial] = next
	return d.CodeAt(next)
}

// wantWayIn holds what may never be otherwise: the device that the profile
// names is the user's.
func (r *replacer) wantWayIn() {
	r.t.Helper()
	named := regexp.MustCompile(`awsbroker_mfa_serial = (\S+)`).FindStringSubmatch(r.Read(r.Path("home/.aws/config")))[1]
	if !slices.Contains(r.AWS.User.DeviceSerials(), named) {
		r.t.Errorf("the profile names %s, and the user has %v", named, r.AWS.User.DeviceSerials())
	}
}

// wantReplaced: the user has one device, the new one, and no other is left.
func (r *replacer) wantReplaced() {
	r.t.Helper()
	r.wantWayIn()
	is := r.AWS.User.DeviceSerials()
	if len(is) != 1 || is[0] == r.AWS.Device.Serial {
		r.t.Errorf("the user has %v", is)
	}
	if all := r.AWS.Account.DeviceSerials(); !slices.Equal(all, is) {
		r.t.Errorf("the account has %v", all)
	}
	r.wantNowhere(r.AWS.Account.Device(is[0]).Seed)
	if got := r.Run("credential-process", "--profile", "admin"); got.Code != 0 {
		r.t.Errorf("the session that proved it is not there: %v", got)
	}
}

// A replacement is killed at each question and in each call that changes
// something; the same command, run again, finishes it.
func TestReplaceKilledAnywhere(t *testing.T) {
	t.Parallel()
	for i, m := range moments() {
		if testing.Short() && i%5 != 2 {
			continue
		}
		t.Run(m.String(), func(t *testing.T) {
			t.Parallel()
			r := newReplacer(t)
			if !r.replace(&m) {
				t.Fatal("it was not killed")
			}
			r.wantWayIn()
			r.replace(nil)
			r.wantReplaced()
			noSecret(t, r.world)
		})
	}
}

// One replacement is killed at each moment in turn. Once there is a new device,
// the first question is whether it is the one.
func TestReplaceKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	r := newReplacer(t)
	for _, m := range moments() {
		m.question -= map[int]int{3: 1, 4: 2, 5: 2}[m.question]
		if !r.replace(&m) {
			t.Errorf("it was not killed at %s", m)
		}
		r.wantWayIn()
	}
	r.replace(nil)
	r.wantReplaced()
	noSecret(t, r.world)
}

// The last call is carried out, and the run killed before it knows: the same
// command says what the other could not, once, and takes no name for another.
func TestReplaceKilledAtTheEnd(t *testing.T) {
	t.Parallel()
	r := newReplacer(t)
	if !r.replace(&moment{action: "DeleteVirtualMFADevice", kind: fakeaws.FaultHangAfter}) {
		t.Fatal("it was not killed")
	}
	r.AWS.Server.ClearFaults()
	if got := r.Run("mfa", "enroll", "--replace", "phobee"); got.Code != 3 {
		t.Errorf("a wrong name: %v", got)
	}
	calls := len(r.AWS.Server.Calls("AssumeRole"))
	got := r.Run("mfa", "enroll", "--replace", "phoebe")
	if gone := r.AWS.Device.Serial + " was removed: delete its entry in the app"; got.Code != 0 || !strings.Contains(got.Stderr, gone) {
		t.Errorf("%v", got)
	}
	r.wantReplaced()
	if len(r.AWS.Server.Calls("AssumeRole")) != calls {
		t.Error("another code was spent")
	}
	if got := r.Run("mfa", "enroll", "--replace", "phoebe"); got.Code != 3 || !strings.Contains(got.Stderr, `has no MFA device "phoebe"`) {
		t.Errorf("a third time: %v", got)
	}
}

// Every call fails once, in every way. It goes on, or says what is left; the
// same command finishes it, and no code goes out twice.
func TestReplaceWithFaults(t *testing.T) {
	t.Parallel()
	faults := []fakeaws.Fault{
		{Kind: fakeaws.FaultError, Code: "AccessDenied"}, {Kind: fakeaws.FaultError, Code: "EntityAlreadyExists"},
		{Kind: fakeaws.FaultError, Code: "EntityTemporarilyUnmodifiable"},
		{Kind: fakeaws.FaultThrottle}, {Kind: fakeaws.FaultUnavailable},
		{Kind: fakeaws.FaultDropBefore}, {Kind: fakeaws.FaultDropAfter}, {Kind: fakeaws.FaultGarbage},
	}
	actions := []string{"ListMFADevices", "ListAccountAliases", "CreateVirtualMFADevice", "EnableMFADevice", "AssumeRole",
		"DeactivateMFADevice", "DeleteVirtualMFADevice"}
	for i, action := range actions {
		for k, f := range faults {
			if testing.Short() && (i+k)%8 != 0 {
				continue
			}
			f.Action = action
			t.Run(fmt.Sprintf("%s, %s %s", action, f.Kind, f.Code), func(t *testing.T) {
				t.Parallel()
				r := newReplacer(t)
				if err := r.AWS.Server.AddFault(f); err != nil {
					t.Fatal(err)
				}
				_, code, screen := r.answered(nil)
				r.wantWayIn()
				if code != 0 {
					eventually(t, fmt.Sprintf("an error is said (%d)", code), func() bool { return strings.Contains(screen(), "awsbroker: error: ") })
					r.replace(nil)
				}
				r.wantReplaced()
				if again := r.AWS.Server.RepeatedCodes(); len(again) > 0 {
					t.Errorf("a code was sent twice: %+v", again)
				}
			})
		}
	}
}

// Lists that show a change some seconds later, and answers that are lost
// besides: nothing is made twice, nothing is left.
func TestReplaceWithLateLists(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "CreateVirtualMFADevice", "EnableMFADevice", "DeactivateMFADevice", "DeleteVirtualMFADevice"} {
		t.Run("lost: "+action, func(t *testing.T) {
			t.Parallel()
			r := newReplacer(t)
			r.AWS.Server.SetLag(fakeaws.Lag{Devices: 2 * time.Second})
			if action != "" {
				if err := r.AWS.Server.AddFault(fakeaws.Fault{Action: action, Kind: fakeaws.FaultDropAfter}); err != nil {
					t.Fatal(err)
				}
			}
			if _, code, _ := r.answered(nil); code != 0 {
				t.Errorf("it ended with %d", code)
			}
			r.wantReplaced()
		})
	}
}

// STS hears of the new device some seconds after IAM has it: the code that
// proves it is asked for once, and sent until it is known. What AWS will not
// hear of can be given up, and gone on with.
func TestReplaceWithLateDevice(t *testing.T) {
	t.Parallel()
	r := newReplacer(t)
	r.AWS.Server.SetLag(fakeaws.Lag{NewDevice: 35 * time.Second}) // AWS's clock goes on half a minute to the third code
	_, code, screen := r.answered(nil)
	if code != 0 || !strings.Contains(screen(), "until AWS knows the new device; ") || strings.Count(screen(), "MFA code of ") != 1 {
		t.Errorf("it ended with %d:\n%s", code, screen())
	}
	r.wantReplaced()
	if again := r.AWS.Server.RepeatedCodes(); len(again) > 0 || len(r.AWS.Server.Calls("AssumeRole")) < 3 {
		t.Errorf("a code that was looked at was sent twice: %+v", again)
	}

	r = newReplacer(t)
	r.AWS.Server.SetLag(fakeaws.Lag{NewDevice: 5 * time.Minute})
	tm := machine.NewTerminal(t)
	j := tm.Start(r.Command(r.Bin, "mfa", "enroll", "--replace", "phoebe"))
	for _, question := range []string{"current code: ", "next code: ", "MFA code of "} {
		tm.Expect(question)
		tm.Send(r.codeOf("arn:aws:iam::123456789012:mfa/phoebe-2") + "\n")
	}
	tm.Expect("until AWS knows the new device")
	tm.Send(machine.ControlC)
	if code := j.Wait(); code != 4 {
		t.Errorf("it ended with %d", code)
	}
	tm.Expect("awsbroker mfa enroll --replace phoebe")
	r.wantWayIn()
	r.AWS.Server.Advance(5 * time.Minute)
	r.replace(nil)
	r.wantReplaced()
}

// Two enrolments at once, at two terminals, that come to the same name: the
// second waits for the first, and does not take its device for one that was
// given up.
func TestEnrollTwiceAtOnce(t *testing.T) {
	t.Parallel()
	r := newReplacer(t)
	one, other := machine.NewTerminal(t), machine.NewTerminal(t)
	first := one.Start(r.Command(r.Bin, "mfa", "enroll"))
	one.Expect("current code: ")
	second := other.Start(r.Command(r.Bin, "mfa", "enroll"))
	other.Expect("waiting for another awsbroker")
	for _, question := range []string{"next code: ", "mfa/phoebe-2 was enabled"} {
		one.Send(r.codeOf("arn:aws:iam::123456789012:mfa/phoebe-2") + "\n")
		one.Expect(question)
	}
	if code := first.Wait(); code != 0 {
		t.Errorf("the first ended with %d", code)
	}
	other.Expect(`there is already an MFA device named "phoebe-2"`)
	if code := second.Wait(); code != 1 {
		t.Errorf("the second ended with %d", code)
	}
	if is := r.AWS.User.DeviceSerials(); len(is) != 2 || len(r.AWS.Account.DeviceSerials()) != 2 {
		t.Errorf("the user has %v", is)
	}
}

// Another partition, a user with a path, an account with an alias: the device
// is made there, and the app shows where it is for.
func TestEnrollElsewhere(t *testing.T) {
	t.Parallel()
	for partition, region := range map[string]string{"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"} {
		t.Run(partition, func(t *testing.T) {
			t.Parallel()
			w := bare(t, -1)
			account := w.AWS.Server.AddAccountIn(partition, "210987654321")
			account.SetAlias("acme-" + partition)
			user := account.AddUser("team/robin")
			policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`
			if err := user.PutPolicy("all", policy); err != nil {
				t.Fatal(err)
			}
			r := &replacer{w.With("AWS_ENDPOINT_URL_IAM="+w.URL, "AWS_REGION="+region, "TERM=xterm", "LC_ALL=C.UTF-8"), map[string]time.Time{}}
			key := user.AddAccessKey()
			added := r.With("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret).Run("add", "robin", "--from-env", "--region", region)
			if added.Code != 0 {
				t.Fatalf("add: %v", added)
			}
			r.Write(r.Path("home/.aws/config"), "[profile robin]\nawsbroker_key = robin\nregion = "+region+"\n")
			serial := "arn:" + partition + ":iam::210987654321:mfa/robin"
			tm := machine.NewTerminal(t)
			j := tm.Start(r.Command(r.Bin, "mfa", "enroll"))
			tm.Expect("MFA device robin for robin@acme-" + partition)
			for _, question := range []string{"current code: ", "next code: "} {
				tm.Expect(question)
				tm.Send(r.codeIn(account, serial) + "\n")
			}
			tm.Expect("+awsbroker_mfa_serial = " + serial)
			tm.Send("y\n")
			if code := j.Wait(); code != 0 {
				t.Errorf("it ended with %d", code)
			}
			if is := user.DeviceSerials(); !slices.Equal(is, []string{serial}) {
				t.Errorf("the user has %v", is)
			}
			if got := r.Run("mfa", "list", "--json"); got.Code != 0 || !strings.Contains(got.Stdout, serial) {
				t.Errorf("mfa list: %v", got)
			}
		})
	}
}

// The picture of the QR code holds what the screen says, is its owner's alone,
// and goes, also when the person gives up. The seed is in no file then.
func TestEnrollQRFile(t *testing.T) {
	t.Parallel()
	r := newReplacer(t)
	file := r.Path("qr.png")
	tm := machine.NewTerminal(t)
	j := tm.Start(r.Command(r.Bin, "mfa", "enroll", "--qr-file", file))
	tm.Expect("current code: ")
	d := r.AWS.Account.Device("arn:aws:iam::123456789012:mfa/phoebe-2")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file: %v, %v", info, err)
	}
	img, err := png.Decode(strings.NewReader(r.Read(file)))
	if err != nil {
		t.Fatal(err)
	}
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	text, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}) // a picture, not a photo
	if want := "otpauth://totp/Amazon%20Web%20Services:phoebe@123456789012?secret=" + d.Seed; err != nil || text.GetText() != want {
		t.Errorf("it reads %v, %v", text, err)
	}
	tm.Send(machine.ControlC)
	if code := j.Wait(); code != 4 {
		t.Errorf("it ended with %d", code)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	r.wantNowhere(d.Seed)
	if all := r.AWS.Account.DeviceSerials(); len(all) != 1 {
		t.Errorf("the account has %v", all)
	}
}
