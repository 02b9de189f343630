//go:build linux

package main_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// replacer is a person who gets a new phone, with a session in hand.
type replacer struct {
	*world
	given map[string]time.Time // by device: the time of the code that it gave last
}

func newReplacer(t *testing.T) *replacer {
	w := newWorld(t)
	r := &replacer{w.with("AWS_ENDPOINT_URL_IAM=" + w.url), map[string]time.Time{}}
	r.login("admin")
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
	r.aws.Server.ClearFaults()
	killed, code, screen := r.answered(at)
	if !killed && code != 0 {
		eventually(r.t, "there is nothing left to replace", func() bool { return strings.Contains(screen(), `has no MFA device "phoebe"`) })
	}
	return killed
}

func (r *replacer) answered(at *moment) (killed bool, code int, screen func() string) {
	r.t.Helper()
	if at != nil && at.action != "" {
		if err := r.aws.Server.AddFault(fakeaws.Fault{Action: at.action, Kind: at.kind}); err != nil {
			r.t.Fatal(err)
		}
	}
	tm := newTerminal(r.t)
	j := tm.start(r.command(r.bin, "mfa", "enroll", "--replace", "phoebe"))
	asked, read := 0, 0
	for end := time.Now().Add(2 * patience); ; time.Sleep(5 * time.Millisecond) {
		select {
		case <-j.ended:
			return false, j.result.code, tm.screen
		default:
		}
		screen := tm.screen()
		question := strings.HasSuffix(screen, ": ") || strings.HasSuffix(screen, "[y/N] ")
		if question = question && len(screen) > read; question {
			asked++
		}
		if at != nil && (question && asked == at.question || at.action != "" && r.hit(at)) {
			_ = syscall.Kill(-j.cmd.Process.Pid, syscall.SIGKILL)
			<-j.ended
			return true, -1, tm.screen
		}
		if question {
			read = len(screen)
			tm.send(r.answer(screen) + "\n")
		}
		if time.Now().After(end) {
			r.t.Fatal("it does not end")
		}
	}
}

// hit reports whether the call at which it is killed has arrived, and for one
// that is carried out before, whether that is done.
func (r *replacer) hit(at *moment) bool {
	calls := r.aws.Server.Calls(at.action)
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
func (r *replacer) codeOf(serial string) string {
	const step = 30 * time.Second
	d := r.aws.Account.Device(serial)
	now := r.aws.Server.Now().Truncate(step)
	next := r.given[serial].Add(step)
	if next.Before(now.Add(-step)) {
		next = now.Add(-step)
	}
	for next.After(r.aws.Server.Now().Truncate(step)) {
		r.aws.Server.Advance(step)
	}
	r.given[serial] = next
	return d.CodeAt(next)
}

// wantWayIn holds what may never be otherwise: the device that the profile
// names is the user's.
func (r *replacer) wantWayIn() {
	r.t.Helper()
	named := regexp.MustCompile(`awsbroker_mfa_serial = (\S+)`).FindStringSubmatch(r.read(r.path("home/.aws/config")))[1]
	if !slices.Contains(r.aws.User.DeviceSerials(), named) {
		r.t.Errorf("the profile names %s, and the user has %v", named, r.aws.User.DeviceSerials())
	}
}

// wantReplaced: the user has one device, the new one, and no other is left.
func (r *replacer) wantReplaced() {
	r.t.Helper()
	r.wantWayIn()
	is := r.aws.User.DeviceSerials()
	if len(is) != 1 || is[0] == r.aws.Device.Serial {
		r.t.Errorf("the user has %v", is)
	}
	if all := r.aws.Account.DeviceSerials(); !slices.Equal(all, is) {
		r.t.Errorf("the account has %v", all)
	}
	if got := r.run("credential-process", "--profile", "admin"); got.code != 0 {
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
				if err := r.aws.Server.AddFault(f); err != nil {
					t.Fatal(err)
				}
				_, code, screen := r.answered(nil)
				r.wantWayIn()
				if code != 0 {
					eventually(t, fmt.Sprintf("an error is said (%d)", code), func() bool { return strings.Contains(screen(), "awsbroker: error: ") })
					r.replace(nil)
				}
				r.wantReplaced()
				if again := r.aws.Server.RepeatedCodes(); len(again) > 0 {
					t.Errorf("a code was sent twice: %+v", again)
				}
			})
		}
	}
}
