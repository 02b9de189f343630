//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// Words of the question: the introduction is shown once a question, the
// request for a code once a try.
const (
	asks   = "asked for by"
	asking = "MFA code of "
)

// crowd is many callers at once at one terminal, as one job: what terraform
// with many providers is.
type crowd struct {
	w *world
	n int
	*machine.Job
}

func (w *world) crowd(tm *machine.Terminal, n int, profiles ...string) *crowd {
	w.t.Helper()
	w.Mkdir(w.Path("crowd"), 0o755)
	var script strings.Builder
	for i := range n {
		fmt.Fprintf(&script, "( %s credential-process --profile %s >crowd/%d.out 2>crowd/%d.err; echo $? >crowd/%d.code ) &\n",
			w.Bin, profiles[i%len(profiles)], i, i, i)
	}
	script.WriteString("wait\n")
	return &crowd{w, n, tm.Start(w.Command("/bin/sh", "-c", script.String()))}
}

// results of all callers; one that was killed has code -1 or what its shell says.
func (c *crowd) results(limit time.Duration) []machine.Result {
	c.w.t.Helper()
	c.WaitWithin(limit)
	var all []machine.Result
	for i := range c.n {
		at := func(what string) string { return c.w.Read(c.w.Path(fmt.Sprintf("crowd/%d.%s", i, what))) }
		code, _ := strconv.Atoi(strings.TrimSpace(at("code")))
		all = append(all, machine.Result{Stdout: at("out"), Stderr: at("err"), Code: code})
	}
	return all
}

func wantEqualAnswers(t *testing.T, all []machine.Result) {
	t.Helper()
	for i, r := range all {
		wantAnswer(t, r)
		if r.Stdout != all[0].Stdout {
			t.Errorf("caller %d got another session than caller 0", i)
		}
	}
}

func wantFailures(t *testing.T, all []machine.Result, code int, says string) {
	t.Helper()
	for _, r := range all {
		wantFailure(t, r, code, says)
	}
}

// TestNobodyAnswers: everything has an end, before the Go SDK gives up.
func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes 40 seconds")
	}
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 3, "admin")
	other := make(chan machine.Result, 1)
	go func() { // one without a terminal waits for the answer as long
		tm.Expect(asking)
		other <- w.Run("credential-process", "--profile", "admin")
	}()
	r := c.WaitWithin(50 * time.Second)
	if r.Took < 35*time.Second {
		t.Errorf("it ended after %s: a person had no time to answer", r.Took)
	}
	wantFailures(t, c.results(time.Second), 4, hint)
	wantFailure(t, <-other, 4, hint)
	wantQuestions(t, tm, 1, 1)
	w.wantAssumed(0)
}

// TestManyCallersOneQuestion: 64 callers on a cold cache are one question, one
// AssumeRole and 64 equal answers.
func TestManyCallersOneQuestion(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 64, "admin")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	wantEqualAnswers(t, c.results(machine.Patience))
	wantQuestions(t, tm, 1, 1)
	w.wantAssumed(1)
}

func wantQuestions(t *testing.T, tm *machine.Terminal, questions, tries int) {
	t.Helper()
	if q, n := tm.Count(asks), tm.Count(asking); q != questions || n != tries {
		t.Errorf("%d questions with %d tries, want %d with %d", q, n, questions, tries)
	}
}

// rolesOfTheDay are profiles with a role each and an MFA session.
func (w *world) rolesOfTheDay(n int) []string {
	w.t.Helper()
	var names []string
	for i := range n {
		role, err := w.AWS.AddRole(fmt.Sprint("day", i), time.Hour)
		if err != nil {
			w.t.Fatal(err)
		}
		names = append(names, role.Name)
		w.Profile(role.Name, "phoebe", role.ARN(), w.AWS.Device.Serial, "awsbroker_mfa_session = 8h")
	}
	return names
}

// TestManyRolesOneQuestion: 64 callers of four roles and no MFA session are one
// question and one session of each role.
func TestManyRolesOneQuestion(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 64, w.rolesOfTheDay(4)...)
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	all := c.results(machine.Patience)
	for i, r := range all {
		wantAnswer(t, r)
		if r.Stdout != all[i%4].Stdout {
			t.Errorf("caller %d got another session than caller %d", i, i%4)
		}
	}
	wantQuestions(t, tm, 1, 1)
	w.wantAssumed(4)
	if n := len(w.AWS.Server.Calls("GetSessionToken")); n != 1 {
		t.Errorf("%d MFA sessions", n)
	}
}

// TestManyRolesCancelled: one no is the no to the callers of all four.
func TestManyRolesCancelled(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 32, w.rolesOfTheDay(4)...)
	tm.Expect(asking)
	awsbrokers(t, c.Job, 32)
	tm.Send(machine.ControlD)
	wantFailures(t, c.results(10*time.Second), 4, "cancelled")
	wantQuestions(t, tm, 1, 1)
	w.wantAssumed(0)
}

// TestManyCallersCancelled: the no of one person is the no to all 64.
func TestManyCallersCancelled(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 64, "admin")
	tm.Expect(asking)
	awsbrokers(t, c.Job, 64)
	tm.Send(machine.ControlD)
	wantFailures(t, c.results(10*time.Second), 4, "cancelled")
	wantQuestions(t, tm, 1, 1)
	w.wantAssumed(0)
}

// TestManyCallersRefusedCommand: a command source that refuses is run once,
// for all, where the profile wants nobody else to be asked.
func TestManyCallersRefusedCommand(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	w.Profile("source", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial,
		"awsbroker_mfa_process = echo run >>"+w.Path("runs")+"; while [ ! -e "+w.Path("go")+" ]; do sleep 0.05; done; exit 1", "awsbroker_prompt = command")
	c := w.crowd(tm, 64, "source")
	awsbrokers(t, c.Job, 64)
	w.Write(w.Path("go"), "")
	wantFailures(t, c.results(10*time.Second), 4, "awsbroker_mfa_process")
	if runs := strings.Count(w.Read(w.Path("runs")), "run"); runs != 1 {
		t.Errorf("the command ran %d times", runs)
	}
	w.wantAssumed(0)
}

// TestManyCallersWrongCodes: the third wrong code ends the question for all.
func TestManyCallersWrongCodes(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 64, "admin")
	awsbrokers(t, c.Job, 64)
	for _, code := range w.wrongCodes(3) {
		tm.Expect(asking)
		tm.Send(code + "\n")
	}
	wantFailures(t, c.results(10*time.Second), 5, "did not accept the MFA code")
	wantQuestions(t, tm, 1, 3)
	w.wantAssumed(3)
}

// TestAskerKilled: the process that asks is killed at the prompt. Another one
// asks, and its answer serves the rest.
func TestAskerKilled(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	c := w.crowd(tm, 8, "admin")
	tm.Expect(asking)
	running := awsbrokers(t, c.Job, 8)
	asker := holderOf(t, w.Path("home/.cache/awsbroker/sessions"), running)
	if err := syscall.Kill(asker, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	var answered []machine.Result
	for _, r := range c.results(machine.Patience) {
		if r.Code != 128+int(syscall.SIGKILL) {
			answered = append(answered, r)
		}
	}
	if len(answered) != 7 {
		t.Errorf("%d callers were answered, want 7", len(answered))
	}
	wantEqualAnswers(t, answered)
	wantQuestions(t, tm, 2, 2)
	w.wantAssumed(1)
}

// holderOf is the one of the processes that holds both locks on files in dir (that of the
// device and that of the terminal), by the kernel's own list. While others lock and unlock,
// a reading of the list may lack a line.
func holderOf(t *testing.T, dir string, among []int) (holder int) {
	t.Helper()
	eventually(t, "somebody who holds both locks", func() bool {
		held := locksIn(t, dir)
		i := slices.IndexFunc(among, func(pid int) bool { return held[pid] >= 2 })
		if i >= 0 {
			holder = among[i]
		}
		return i >= 0
	})
	return holder
}

// locksIn returns how many locks on files in dir each process holds.
func locksIn(t *testing.T, dir string) map[int]int {
	t.Helper()
	inodes := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(dir, "*.lock"))
	for _, f := range files {
		var st unix.Stat_t
		if unix.Stat(f, &st) == nil {
			inodes[strconv.FormatUint(st.Ino, 10)] = true
		}
	}
	list, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	held := map[int]int{}
	for _, line := range strings.Split(string(list), "\n") {
		f := strings.Fields(line) // 1: FLOCK ADVISORY WRITE pid major:minor:inode start end
		if len(f) < 6 || f[1] != "FLOCK" {
			continue
		}
		pid, _ := strconv.Atoi(f[4])
		if inodes[f[5][strings.LastIndex(f[5], ":")+1:]] {
			held[pid]++
		}
	}
	return held
}

// TestTwoRolesOneDevice: AWS takes each code of a device once, whatever the role.
func TestTwoRolesOneDevice(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	role, err := w.AWS.AddRole("ops-mfa", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w.Profile("ops", "phoebe", role.ARN(), w.AWS.Device.Serial)
	c := w.crowd(tm, 8, "admin", "ops")
	tm.Expect(asking)
	awsbrokers(t, c.Job, 8)
	first := w.Code()
	tm.Send(first + "\n")

	// The other role asks now. The code just used is refused on the spot.
	tm.Expect("you have already used that code")
	tm.Expect(asking)
	tm.Send(first + "\n")
	tm.Expect("already used")
	tm.Expect(asking)
	w.AWS.Server.Advance(30 * time.Second)
	tm.Send(w.Code() + "\n")

	all := c.results(machine.Patience)
	for i, r := range all {
		if wantAnswer(t, r) != wantAnswer(t, all[i%2]) {
			t.Errorf("caller %d got another session than caller %d", i, i%2)
		}
	}
	wantQuestions(t, tm, 2, 3)
	w.wantAssumed(2)
}

// TestTwoRolesOneCommand: with a command source nobody has to type the next
// code, so the second role waits for it.
func TestTwoRolesOneCommand(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes up to 31 seconds")
	}
	w := newWorld(t)
	role, err := w.AWS.AddRole("ops-mfa", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	token := "awsbroker_mfa_process = cat " + w.Path("code")
	w.Profile("one", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, token)
	w.Profile("two", "phoebe", role.ARN(), w.AWS.Device.Serial, token)
	w.Write(w.Path("code"), w.AWS.Device.Code())
	results := make(chan machine.Result, 8)
	for i := range cap(results) {
		go func() { results <- w.Run("credential-process", "--profile", []string{"one", "two"}[i%2]) }()
	}
	for got := 0; got < cap(results); {
		select {
		case r := <-results:
			wantAnswer(t, r)
			got++
		case <-time.After(100 * time.Millisecond): // the device goes on
			w.Write(w.Path("new-code"), w.AWS.Device.Code())
			if err := os.Rename(w.Path("new-code"), w.Path("code")); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.wantAssumed(2)
}

// TestTwoDevicesOneTerminal: one question after the other is on the screen,
// and each gets its own answer.
func TestTwoDevicesOneTerminal(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	ada := w.AWS.AddPerson("ada")
	w.AddKey("ada", ada.Key)
	w.Profile("ada", "ada", w.AWS.Role.ARN(), ada.Device.Serial)
	c := w.crowd(tm, 8, "admin", "ada")
	awsbrokers(t, c.Job, 8)
	for question := 1; question <= 2; question++ {
		tm.Expect(asking)
		time.Sleep(300 * time.Millisecond)
		wantQuestions(t, tm, question, question)
		device := w.AWS.Device
		if shown := tm.Screen(); strings.Contains(shown[strings.LastIndex(shown, asking):], "mfa/ada") {
			device = ada.Device
		}
		tm.Send(machine.FreshCode(device) + "\n")
	}
	for _, r := range c.results(machine.Patience) {
		wantAnswer(t, r)
	}
	wantQuestions(t, tm, 2, 2)
	w.wantAssumed(2)
}

// TestFailureWithoutTerminal: callers that cannot ask do not spoil the login
// of somebody who can and waits.
func TestFailureWithoutTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := machine.NewTerminal(t), machine.NewTerminal(t)
	asker := w.At(first, "first", "credential-process", "--profile", "admin")
	first.Expect(asking)
	blind := make(chan machine.Result, 6)
	for range cap(blind) {
		go func() { blind <- w.Run("credential-process", "--profile", "admin") }()
	}
	time.Sleep(200 * time.Millisecond)
	login := w.At(second, "second", "login", "--profile", "admin")
	awsbrokers(t, login.Job, 1)
	time.Sleep(200 * time.Millisecond)
	asker.Job.End()
	second.Expect(asking)
	second.Send(w.Code() + "\n")
	if r := login.Outcome(); r.Code != 0 {
		t.Errorf("login: %v", r)
	}
	failed := 0
	for range cap(blind) {
		if r := <-blind; r.Code != 0 {
			wantFailure(t, r, 4, "no terminal")
			failed++
		}
	}
	t.Logf("%d of %d callers without a terminal failed, the others got the login's session", failed, cap(blind))
	w.wantAssumed(1)
}

// TestFailureIsRememberedForTheJob: the same job's second try gets the failure
// of the first; the next job gets a question.
func TestFailureIsRememberedForTheJob(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	run := w.Bin + " credential-process --profile admin"
	j := tm.Start(w.Command("/bin/sh", "-c", fmt.Sprintf( // -m: each job is a process group
		`set -m; (%[1]s 2>/dev/null; echo first=$?; %[1]s 2>/dev/null; echo second=$?); %[1]s >third; echo third=$?`, run)))
	tm.Expect(asking)
	tm.Send(machine.ControlD)
	tm.Expect("first=4")
	if between := tm.Expect("second=4"); strings.Contains(between, asking) {
		t.Error("the second try asked again")
	}
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	tm.Expect("third=0")
	j.Wait()
	w.wantAssumed(1)
}

// TestFailureIsForgotten: after five seconds the same job is asked again.
func TestFailureIsForgotten(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	w, tm := newWorld(t), machine.NewTerminal(t)
	j := tm.Start(w.Command("/bin/sh", "-c", fmt.Sprintf(
		`%[1]s 2>/dev/null; echo first=$?; sleep 5.2; %[1]s >second; echo second=$?`, w.Bin+" credential-process --profile admin")))
	tm.Expect(asking)
	tm.Send(machine.ControlD)
	tm.Expect("first=4")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	tm.Expect("second=0")
	j.Wait()
}
