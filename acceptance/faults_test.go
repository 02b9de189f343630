//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// fault is an external step of a call that goes wrong. Each row is tried on
// the real binary, and what it answers is written to docs/troubleshooting.md.
type fault struct {
	step, how string        // "AWS STS", "the connection is cut"
	exit      int           // what credential-process ends with
	within    time.Duration // at the latest
	calls     int           // of AssumeRole that reached AWS
	arrange   func(*world)  // breaks the step
	code      bool          // a person answers with a right code
	run       func(*world) machine.Result
}

const (
	atOnce = 2 * time.Second // what a person feels as at once, on a busy machine
	soon   = 25 * time.Second
	closed = 50 * time.Second
)

// faults is the table. A step that is slow, fails, lies or dies, and what
// comes of it.
func faults() []fault {
	sts := func(kind fakeaws.FaultKind) func(*world) {
		return func(w *world) {
			if err := w.AWS.Server.AddFault(fakeaws.Fault{Action: "AssumeRole", Kind: kind, Times: -1, Location: "https://elsewhere.example/"}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	config := func(text string) func(*world) {
		return func(w *world) { w.Write(w.Path("home/.aws/config"), text) }
	}
	profile := func(line string) func(*world) {
		return func(w *world) {
			w.Write(w.Path("home/.aws/config"), w.Read(w.Path("home/.aws/config"))+"\n[profile unused]\nregion = x\n")
			w.Profile("broken", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, line)
		}
	}
	broken := func(w *world) machine.Result { return w.Run("credential-process", "--profile", "broken") }
	return []fault{
		{step: "config file", how: "is not there", exit: 3, arrange: func(w *world) { os.Remove(w.Path("home/.aws/config")) }},
		{step: "config file", how: "has no such profile", exit: 3, run: func(w *world) machine.Result { return w.Run("credential-process", "--profile", "admni") }},
		{step: "config file", how: "has a line that is no setting", exit: 1, arrange: config("[profile admin]\nregion\n")},
		{step: "config file", how: "has a section twice", exit: 1, arrange: config("[profile admin]\nregion = x\n[profile admin]\nregion = y\n")},
		{step: "config file", how: "starts with a byte order mark", exit: 1, arrange: config("\ufeff[profile admin]\nregion = x\n")},
		{step: "config file", how: "is a pipe that nobody writes to", exit: 1, arrange: func(w *world) {
			os.Remove(w.Path("home/.aws/config"))
			if err := syscall.Mkfifo(w.Path("home/.aws/config"), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}},
		{step: "config file", how: "names a role that is none", exit: 1, arrange: profile("awsbroker_role_arn = admin-mfa"), run: func(w *world) machine.Result {
			w.Write(w.Path("home/.aws/config"), "[profile broken]\nawsbroker_key = phoebe\nawsbroker_role_arn = admin-mfa\n")
			return broken(w)
		}},
		{step: "config file", how: "names a security key", exit: 1, run: func(w *world) machine.Result {
			w.Write(w.Path("home/.aws/config"), "[profile broken]\nawsbroker_key = phoebe\nawsbroker_role_arn = "+w.AWS.Role.ARN()+"\nawsbroker_mfa_serial = arn:aws:iam::123456789012:u2f/user/phoebe/key\n")
			return broken(w)
		}},
		{step: "config file", how: "is of IAM Identity Center", exit: 1, run: func(w *world) machine.Result {
			w.Write(w.Path("home/.aws/config"), "[profile broken]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = x\n")
			return broken(w)
		}},

		{step: "keychain", how: "has no such key", exit: 3, run: func(w *world) machine.Result {
			w.Profile("broken", "phobee", w.AWS.Role.ARN(), w.AWS.Device.Serial)
			return broken(w)
		}},
		{step: "keychain", how: "the passphrase is wrong", exit: 7, run: func(w *world) machine.Result {
			return w.With("AWSBROKER_FILE_PASSPHRASE=not the right one").Run("--mfa-code", w.Code(), "credential-process", "--profile", "admin")
		}},
		{step: "keychain", how: "needs a passphrase, and nobody can be asked", exit: 4, run: func(w *world) machine.Result {
			return w.Without("AWSBROKER_FILE_PASSPHRASE").Run("--mfa-code", w.Code(), "credential-process", "--profile", "admin")
		}},
		{step: "keychain", how: "a file of it is damaged", exit: 7, code: true, arrange: func(w *world) {
			for _, f := range files(w.t, w.Path("home/.local/share/awsbroker/keystore")) {
				if strings.Contains(f, "phoebe") {
					w.Write(f, "damaged")
				}
			}
		}},
		{step: "keychain", how: "its files are gone", exit: 3, code: true, arrange: func(w *world) { os.RemoveAll(w.Path("home/.local/share/awsbroker")) }},
		{step: "keychain", how: "the record of it is damaged", exit: 7, arrange: func(w *world) {
			w.Write(w.Path("home/.local/state/awsbroker/keystore.json"), "{")
		}},
		{step: "keychain", how: "is the desktop's, and there is no desktop", exit: 7, run: func(w *world) machine.Result {
			return w.With("AWSBROKER_KEYSTORE=secret-service").Run("--mfa-code", w.Code(), "credential-process", "--profile", "admin")
		}},
		{step: "keychain", how: "is the desktop's, and its bus is silent", exit: 7, run: func(w *world) machine.Result {
			silentBus(w.t, w.Path("bus"))
			return w.With("AWSBROKER_KEYSTORE=secret-service", "DBUS_SESSION_BUS_ADDRESS=unix:path="+w.Path("bus")).Run("--mfa-code", w.Code(), "credential-process", "--profile", "admin")
		}},

		{step: "question", how: "there is no terminal", exit: 4},
		{step: "question", how: "the command for the code fails", exit: 4, arrange: profile("awsbroker_mfa_process = echo 'no key is plugged in' >&2; exit 3"), run: broken},
		{step: "question", how: "the command for the code prints something else", exit: 4, arrange: profile("awsbroker_mfa_process = echo hello"), run: broken},
		{step: "question", how: "the command for the code does not end", exit: 4, within: closed, arrange: profile("awsbroker_mfa_process = sleep 100"), run: broken},
		{step: "question", how: "the command for the code is this profile again", exit: 4, arrange: func(w *world) {
			profile("awsbroker_mfa_process = " + w.Bin + " credential-process --profile broken")(w)
		}, run: broken},
		{step: "question", how: "the code is wrong", exit: 5, calls: 1, run: func(w *world) machine.Result {
			return w.Run("--mfa-code", w.wrongCodes(1)[0], "credential-process", "--profile", "admin")
		}},
		{step: "question", how: "the code was used before", exit: 5, calls: 1, run: func(w *world) machine.Result {
			code := w.Code()
			w.Run("--mfa-code", code, "login", "--profile", "admin")
			w.Run("logout", "--profile", "admin")
			return w.Run("--mfa-code", code, "credential-process", "--profile", "admin")
		}},

		{step: "AWS STS", how: "refuses: no permission", exit: 5, code: true, calls: 1, arrange: func(w *world) { w.AWS.Role.Delete() }},
		{step: "AWS STS", how: "refuses: the key was deleted", exit: 5, code: true, calls: 1, arrange: func(w *world) { w.AWS.Key.Delete() }},
		{step: "AWS STS", how: "refuses: the device is not the user's", exit: 5, code: true, calls: 1, arrange: func(w *world) { w.AWS.Device.Disable() }},
		{step: "AWS STS", how: "refuses: the session is too long for the role", exit: 5, calls: 1, arrange: profile("duration_seconds = 2h"), run: func(w *world) machine.Result {
			return w.Run("--mfa-code", w.Code(), "credential-process", "--profile", "broken")
		}},
		{step: "AWS STS", how: "asks to try later", exit: 6, code: true, calls: 1, arrange: sts(fakeaws.FaultThrottle)},
		{step: "AWS STS", how: "fails", exit: 6, code: true, calls: 1, arrange: sts(fakeaws.FaultUnavailable)},
		{step: "AWS STS", how: "does not answer", exit: 6, within: soon, code: true, calls: 1, arrange: sts(fakeaws.FaultHang)},
		{step: "AWS STS", how: "cuts the connection", exit: 6, code: true, calls: 1, arrange: sts(fakeaws.FaultDropAfter)},
		{step: "AWS STS", how: "answers something else", exit: 6, code: true, calls: 1, arrange: sts(fakeaws.FaultGarbage)},
		{step: "AWS STS", how: "answers half", exit: 6, code: true, calls: 1, arrange: sts(fakeaws.FaultTruncate)},
		{step: "AWS STS", how: "points elsewhere", exit: 6, code: true, calls: 1, arrange: sts(fakeaws.FaultRedirect)},
		{step: "AWS STS", how: "cannot be reached", exit: 6, within: 5 * time.Second, code: true, arrange: func(w *world) { w.AWS.Server.Close() }},
		{step: "AWS STS", how: "is an address without https", exit: 1, run: func(w *world) machine.Result {
			return w.With("AWS_ENDPOINT_URL_STS=http://sts.example").Run("credential-process", "--profile", "admin")
		}},

		{step: "session cache", how: "cannot be written", exit: 0, code: true, calls: 1, arrange: func(w *world) {
			dir := w.Path("home/.cache/awsbroker/sessions")
			os.RemoveAll(dir)
			w.Mkdir(filepath.Dir(dir), 0o700)
			w.Write(dir, "in the way")
		}},
		{step: "session cache", how: "the disk is full", exit: 0, calls: 1, run: func(w *world) machine.Result {
			return w.Sh(fmt.Sprintf("trap '' XFSZ; ulimit -f 0; exec %s --mfa-code %s credential-process --profile admin", w.Bin, w.Code()))
		}},
		{step: "session cache", how: "its files are damaged", exit: 0, calls: 2, run: func(w *world) machine.Result {
			w.Login("admin")
			for _, f := range files(w.t, w.Path("home/.cache/awsbroker/sessions")) {
				if strings.HasSuffix(f, ".sealed") {
					w.Write(f, "damaged")
				}
			}
			return w.RunWith(w.Code(), "--mfa-code", "-", "credential-process", "--profile", "admin")
		}},
		{step: "session cache", how: "its key is lost", exit: 0, calls: 2, run: func(w *world) machine.Result {
			w.Login("admin")
			w.Run("logout", "--all")
			return w.RunWith(w.Code(), "--mfa-code", "-", "credential-process", "--profile", "admin")
		}},

		{step: "lock", how: "is held by a call that does not end", exit: 4, within: closed, run: func(w *world) machine.Result {
			profile("awsbroker_mfa_process = sleep 100")(w)
			holder := w.Command(w.Bin, "credential-process", "--profile", "broken")
			if err := holder.Start(); err != nil {
				w.t.Fatal(err)
			}
			time.Sleep(time.Second)
			syscall.Kill(holder.Process.Pid, syscall.SIGSTOP)
			defer func() { _ = holder.Wait() }()
			defer holder.Process.Kill()
			return w.Run("credential-process", "--profile", "admin")
		}},
		{step: "lock", how: "its holder is killed", exit: 0, code: true, calls: 1, arrange: func(w *world) {
			profile("awsbroker_mfa_process = sleep 100")(w)
			holder := w.Command(w.Bin, "credential-process", "--profile", "broken")
			if err := holder.Start(); err != nil {
				w.t.Fatal(err)
			}
			time.Sleep(500 * time.Millisecond)
			syscall.Kill(-holder.Process.Pid, syscall.SIGKILL)
			_ = holder.Wait()
		}},
	}
}

// outcome runs a row and holds it to what it says.
func (f fault) outcome(t *testing.T) machine.Result {
	w := newWorld(t)
	if f.arrange != nil {
		f.arrange(w)
	}
	if f.within == 0 {
		f.within = atOnce
	}
	if f.run == nil {
		args := []string{"credential-process", "--profile", "admin"}
		if f.code {
			args = append([]string{"--mfa-code", w.Code()}, args...)
		}
		f.run = func(w *world) machine.Result { return w.Run(args...) }
	}
	r := f.run(w)
	if f.exit == 0 {
		wantAnswer(t, r)
	} else {
		wantFailure(t, r, f.exit, "")
	}
	if r.Took > 3*f.within {
		t.Errorf("took %s", r.Took)
	}
	w.wantAssumed(f.calls)
	r.Stderr = w.everybodys(r.Stderr)
	return r
}

var number = regexp.MustCompile(`process \d+|127\.0\.0\.1:\d+|(request|Request)[ -]?(id|ID): [0-9a-f-]+`)

// everybodys is a message without what differs from run to run.
func (w *world) everybodys(text string) string {
	text = strings.ReplaceAll(text, w.Home, "~")
	text = strings.ReplaceAll(text, w.Bin, "awsbroker")
	return number.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "process") {
			return "process 4242"
		}
		return "127.0.0.1:4566"
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Fatal(err)
	}
	table := faults()
	outcomes := make([]machine.Result, len(table))
	var ran atomic.Int32
	t.Run("rows", func(t *testing.T) {
		for i, f := range table {
			t.Run(f.step+" "+f.how, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && f.within > soon {
					t.Skip("slow")
				}
				outcomes[i] = f.outcome(t)
				ran.Add(1)
			})
		}
	})
	if !t.Failed() && int(ran.Load()) == len(table) {
		wantTroubleshooting(t, table, outcomes)
	}
}

// wantTroubleshooting holds docs/troubleshooting.md to what really happens;
// AWSBROKER_WRITE_DOCS=1 writes it.
func wantTroubleshooting(t *testing.T, table []fault, outcomes []machine.Result) {
	t.Helper()
	path := filepath.Join("..", "docs", "troubleshooting.md")
	text := troubleshooting(table, outcomes)
	if os.Getenv("AWSBROKER_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if is, err := os.ReadFile(path); err != nil || string(is) != text {
		t.Errorf("docs/troubleshooting.md is not what happens (%v); run: make troubleshooting\n%s", err, text)
	}
}

const troubleshootingHead = `# Troubleshooting

Answers of ` + "`awsbroker credential-process`" + ` when something it needs is slow, fails, lies or dies. The table is made by
` + "`make troubleshooting`" + `, which runs the program in each of these situations; the tests hold it to it. Other commands say
the same, with the hint in a line of its own. ` + "`--debug`" + ` tells the story of a call; ` + "`awsbroker list`" + ` shows what there is.

A call that ends with 0 brought a session: nothing is said, and nothing was lost but time.

`

func troubleshooting(table []fault, outcomes []machine.Result) string {
	var b strings.Builder
	b.WriteString(troubleshootingHead)
	step := ""
	for i, f := range table {
		if f.step != step {
			step = f.step
			fmt.Fprintf(&b, "## %s\n\n| what | exit | when | says |\n|---|---|---|---|\n", strings.ToUpper(step[:1])+step[1:])
		}
		says := strings.TrimPrefix(strings.TrimSpace(outcomes[i].Stderr), "awsbroker: error: ")
		says = strings.ReplaceAll(says, "|", `\|`)
		says = strings.Replace(says, "; hint: ", "<br>hint: ", 1)
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", f.how, f.exit, f.when(), says)
		if i+1 == len(table) || table[i+1].step != step {
			b.WriteString("\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (f fault) when() string {
	if f.within == 0 {
		return "at once"
	}
	return fmt.Sprintf("within %d s", int(f.within/time.Second))
}
