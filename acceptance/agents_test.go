//go:build linux

package acceptance

import (
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// office is a person with a screen, and coding agents on the machine.
type office struct{ *world }

// newOffice has a profile for each rule, all of one role, whose sessions need no more
// codes: the person has logged in.
func newOffice(t *testing.T) *office {
	t.Helper()
	w := newWorld(t)
	for _, rule := range []string{"refuse", "read-only", "ask", "allow", "none"} {
		settings := []string{"awsbroker_mfa_session = 8h", "awsbroker_agents = " + rule}
		if rule == "none" {
			settings = settings[:1]
		}
		w.Profile(rule, "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, settings...)
	}
	w.Write(w.Path("bin/claude"), "#!/bin/bash\n\"$@\"\nexit\n") // its name is the process's
	w.Write(w.Path("bin/zenity"), "#!/bin/bash\necho \"$*\" >>"+w.Path("asked")+`
read answer <`+w.Path("answer")+`
case $answer in Once|Yes) exit 0;; Ten*) echo "$answer";; esac
exit 1
`)
	w.Chmod(0o755, w.Path("bin/claude"))
	w.Chmod(0o755, w.Path("bin/zenity"))
	w = w.online(w.connect()).With("AWSBROKER_PROMPT=terminal,dialog", "WAYLAND_DISPLAY="+screenOf(w))
	w.Login("allow")
	machine.Rest() // or no answer is left for the next call
	return &office{w}
}

// screenOf is the socket of a screen that is there, as far as a hello goes.
func screenOf(w *world) string {
	l, err := net.Listen("unix", w.Path("wayland"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 64))
			_, _ = c.Write([]byte{0})
			c.Close()
		}
	}()
	return w.Path("wayland")
}

// answer is what the person will say in a window. It forgets what was asked before.
func (o *office) answer(text string) {
	o.Write(o.Path("answer"), text+"\n")
	o.Write(o.Path("asked"), "")
}

// asked returns how many windows there were since.
func (o *office) asked() int {
	return strings.Count(o.Read(o.Path("asked")), "--question")
}

// agent runs awsbroker as a coding agent does.
func (o *office) agent(args ...string) machine.Result { return o.agentWith("", args...) }

func (o *office) agentWith(stdin string, args ...string) machine.Result {
	o.t.Helper()
	cmd := o.Command(o.Path("bin/claude"), append([]string{o.Bin}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	return o.Finish(cmd)
}

// lastGrant returns the last line of the log.
func (o *office) lastGrant() (g grant.Grant) {
	o.t.Helper()
	r := o.Run("log", "--json", "--limit", "1")
	if err := json.Unmarshal([]byte(r.Stdout), &g); err != nil {
		o.t.Fatalf("%v: %v", err, r)
	}
	return g
}

const hostOfGit = "protocol=https\nhost=git-codecommit.eu-central-1.amazonaws.com\npath=v1/repos/demo\n\n"

// exits are the ways in which a session leaves, of a profile that stands for PROFILE.
var exits = []struct{ name, line, stdin string }{
	{"credential-process", "credential-process --profile PROFILE", ""},
	{"exec", "exec PROFILE -- true", ""},
	{"exec --server", "exec --server --profile PROFILE -- true", ""},
	{"exec --with", "exec --with PROFILE -- true", ""},
	{"export", "export --profile PROFILE", ""},
	{"export --format sts", "export PROFILE --format sts", ""},
	{"console", "console PROFILE --print", ""},
	{"git-credential", "git-credential get --profile PROFILE", hostOfGit},
}

// TestAgentsGetWhatTheRuleSays is the table of docs/agents.md: exits × person, agent ×
// rule. The log tells which session it was.
func TestAgentsGetWhatTheRuleSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	session := func(args ...string) string {
		t.Helper()
		return wantAnswer(t, o.Run(args...)).AccessKeyID
	}
	full := session("credential-process", "--profile", "allow")
	reads := session("credential-process", "--profile", "allow", "--read-only")
	if full == reads {
		t.Fatal("one session")
	}
	for _, exit := range exits {
		for _, tt := range []struct{ rule, answer, want string }{
			{"refuse", "Once", "none"},
			{"read-only", "Once", "reads"},
			{"ask", "No", "none"},
			{"ask", "Once", "full"},
			{"none", "No", "none"},
			{"none", "Ten minutes", "full"},
			{"allow", "No", "full"},
		} {
			args := strings.Fields(strings.ReplaceAll(exit.line, "PROFILE", tt.rule))
			name := fmt.Sprintf("%s, %s, %s", exit.name, tt.rule, tt.answer)
			if tt.answer == "No" || tt.rule == "refuse" { // a person is never asked
				o.answer("No")
				if r := o.RunWith(exit.stdin, args...); r.Code != 0 || o.lastGrant().AccessKeyID != full || o.asked() > 0 {
					t.Errorf("%s: a person: %v, %d windows", name, r, o.asked())
				}
			}
			o.answer(tt.answer)
			r := o.agentWith(exit.stdin, args...)
			got := o.lastGrant()
			windows := map[bool]int{true: 1}[tt.rule == "ask" || tt.rule == "none"]
			if got.Agent != "claude" || o.asked() != windows {
				t.Errorf("%s: %d windows, want %d; %+v; %v", name, o.asked(), windows, got, r)
			}
			switch id := map[string]string{"full": full, "reads": reads}[tt.want]; {
			case id != "" && (r.Code != 0 || got.AccessKeyID != id):
				t.Errorf("%s: %+v: %v", name, got, r)
			case id == "" && (r.Code != 4 || got.How != grant.Denied || strings.Contains(r.Stdout, "ASIA")):
				t.Errorf("%s: %+v: %v", name, got, r)
			}
		}
	}
}

// TestAgentsGetNoRememberedAnswer: what is left for the next call of a person, in the
// kernel and in sealed files, is for an agent only where the rule allows it.
func TestAgentsGetNoRememberedAnswer(t *testing.T) {
	t.Parallel()
	at := newOffice(t)
	for where, o := range map[string]*office{"the kernel": at, "the sealed files": {at.With("AWS_CONFIG_FILE=$HOME/.aws/config")}} {
		for rule, allowed := range map[string]bool{"ask": false, "refuse": false, "none": false, "allow": true} {
			args := []string{"credential-process", "--profile", rule}
			for range 2 { // the first leaves it for the second
				wantAnswer(t, o.Run(args...))
			}
			o.answer("No")
			r := o.agent(args...)
			if got := o.lastGrant(); got.Agent != "claude" || allowed != (r.Code == 0) || allowed != (r.Stdout != "") {
				t.Errorf("%s, %s: %+v: %v", where, rule, got, r)
			}
		}
	}
}

// script runs a shell script as a coding agent's process. AWSBROKER is the program.
func (o *office) script(text string) machine.Result {
	o.t.Helper()
	o.Write(o.Path("bin/claude"), "#!/bin/bash\nAWSBROKER="+o.Bin+"\n"+text+"\nexit\n")
	return o.Finish(o.Command(o.Path("bin/claude")))
}

// TestEachVariableTellsOfAnAgent: what AWS's CLI knows agents by.
func TestEachVariableTellsOfAnAgent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answer("No")
	for variable, agent := range map[string]string{
		"CLAUDECODE": "claude", "GEMINI_CLI": "gemini", "CODEX_THREAD_ID": "codex", "KIRO_SESSION_ID": "kiro", "OPENCODE": "opencode",
		"ANTIGRAVITY_AGENT": "antigravity", "AMP_CURRENT_THREAD_ID": "amp", "PI_CODING_AGENT": "pi", "COPILOT_CLI": "copilot", "CURSOR_AGENT": "cursor",
	} {
		for _, line := range []string{"credential-process --profile refuse", "exec refuse -- true", "export --profile refuse"} {
			args := strings.Fields(line)
			if r := o.Run(args...); r.Code != 0 {
				t.Errorf("%s: a person: %v", variable, r)
			}
			r := (&office{o.With(variable + "=1")}).Run(args...)
			if got := o.lastGrant(); r.Code != 4 || r.Stdout != "" || got.Agent != agent || got.How != grant.Denied {
				t.Errorf("%s: %s: %+v: %v", variable, line, got, r)
			}
		}
	}
}

// TestTenMinutes: a yes for an agent is for its process and all that it starts, for that
// session of that profile, and ends with the process or a logout.
func TestTenMinutes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answer("Ten minutes")
	r := o.script(`export="$AWSBROKER export --profile"
$export ask >/dev/null || echo first
setsid -w $export ask >/dev/null || echo another job
sh -c "$export ask; true" >/dev/null || echo a child
cp ` + o.Path("asked") + ` ` + o.Path("once") + `
$AWSBROKER list
$AWSBROKER list --json >` + o.Path("list") + `
$export none >/dev/null || echo another profile
$export ask --read-only >/dev/null || echo another session
cp ` + o.Path("asked") + ` ` + o.Path("thrice") + `
$AWSBROKER logout --profile ask 2>/dev/null
$export ask >/dev/null || echo after a logout`)
	if strings.Contains(r.Stdout, "another job\n") || !strings.Contains(r.Stdout, "may get sessions of profile ask: 10 minutes left") || r.Code != 0 {
		t.Errorf("%v", r)
	}
	for file, want := range map[string]int{"once": 1, "thrice": 3, "asked": 4} {
		if n := strings.Count(o.Read(o.Path(file)), "--question"); n != want {
			t.Errorf("%s: %d windows, want %d:\n%s", file, n, want, o.Read(o.Path(file)))
		}
	}
	var list struct {
		Agents []struct {
			Agent, Profile string
			PID            int
			Left           int `json:"seconds_left"`
		}
	}
	if err := json.Unmarshal([]byte(o.Read(o.Path("list"))), &list); err != nil || len(list.Agents) != 1 || list.Agents[0].Agent != "claude" || list.Agents[0].Profile != "ask" || list.Agents[0].PID == 0 || list.Agents[0].Left < 500 {
		t.Errorf("%v: %+v", err, list)
	}
	if r := o.Run("list"); strings.Contains(r.Stdout, "may get sessions") {
		t.Errorf("the process has ended: %v", r)
	}
	o.Login("none")
	before := o.asked()
	if r := o.script("$AWSBROKER export --profile none >/dev/null"); r.Code != 0 || o.asked() != before+1 {
		t.Errorf("another agent: %d windows: %v", o.asked()-before, r)
	}
}

// TestTenMinutesOfAnAgentThatOnlyAVariableTellsOf: its process is the one that has set
// the variable, and not itself.
func TestTenMinutesOfAnAgentThatOnlyAVariableTellsOf(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answer("Ten minutes")
	o.Write(o.Path("bin/node"), `#!/bin/bash
for i in 1 2; do CODEX_THREAD_ID=x setsid -w sh -c '`+o.Bin+` export --profile ask; true' >/dev/null; done
exit`)
	o.Chmod(0o755, o.Path("bin/node"))
	for n := 1; n <= 2; n++ {
		if r := o.Finish(o.Command(o.Path("bin/node"))); r.Code != 0 || o.asked() != n {
			t.Errorf("%d windows, want %d: %v", o.asked(), n, r)
		}
	}
}

// TestOnceAndNo: once is for one job, which may run the helper twice; a no counts for all
// that the agent runs, so that a loop asks once.
func TestOnceAndNo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answer("Once")
	line := "$AWSBROKER credential-process --profile ask >/dev/null"
	if r := o.script(line + "; " + line + "; setsid -w " + strings.Replace(line, " >", " >", 1)); r.Code != 0 || o.asked() != 2 {
		t.Errorf("%d windows, want 2: %v", o.asked(), r)
	}
	o.answer("No")
	r := o.script("for i in 1 2 3 4 5 6; do setsid -w " + line + "; done; $AWSBROKER logout --profile ask; " + line)
	if r.Code != 4 || o.asked() != 1 || strings.Count(r.Stderr, "a person said no") != 6 {
		t.Errorf("%d windows, want 1: %v", o.asked(), r)
	}
	o.answer("No")
	r = o.script("for i in 1 2 3 4 5 6; do setsid -w " + line + " & done; wait")
	if o.asked() != 1 || strings.Count(r.Stderr, "awsbroker: error:") != 6 {
		t.Errorf("six at once: %d windows, want 1: %v", o.asked(), r)
	}
}

// TestServerAsksAgain: a session that somebody else brought is not served to a command
// that works for an agent, after a yes for one session.
func TestServerAsksAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answer("Once")
	done := make(chan machine.Result, 1)
	go func() {
		done <- o.script("$AWSBROKER exec --server --profile ask -- sh -c '" + noted + "while [ ! -e go ]; do sleep 0.05; done'")
	}()
	url, token := o.request()
	_, before, err := ask(url, token)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // when a session was issued is known by the second
	o.Login("ask")
	time.Sleep(16 * time.Second) // it looks for a newer session every 15
	if status, now, err := ask(url, token); err != nil || status != 200 || now != before || o.asked() != 1 {
		t.Errorf("%d %v, %d windows: another session is served", status, err, o.asked())
	}
	o.Write(o.Path("go"), "")
	if r := <-done; r.Code != 0 {
		t.Error(r)
	}
}

// TestAgentsChangeNothing: commands that change something run after a yes in a window, and
// --yes is none.
func TestAgentsChangeNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Write(o.Config(), strings.ReplaceAll(o.Read(o.Config()), "agents = refuse", "agents = ask"))
	record := o.Path("home/.local/state/awsbroker/keystore.json")
	config, keys, calls := o.Read(o.Config()), o.Read(record), len(o.AWS.Server.Calls(""))
	for _, line := range []string{
		"add other --from-env", "rotate phoebe --yes", "rotate phoebe --dry-run", "revoke admin --yes", "remove phoebe --yes", "keystore move pass --yes",
		"keys list phoebe", "keys deactivate AKIAIOSFODNN7EXAMPLE --yes", "keys delete AKIAIOSFODNN7EXAMPLE --yes", "mfa list --profile ask", "mfa seed --profile ask",
		"mfa enroll --name tablet --profile ask", "mfa remove phoebe --yes", "codecommit setup ask --yes", "codecommit create phoebe",
		"bootstrap --user ada --yes", "setup other --key phoebe --yes", "set ask agents allow --yes", "set default agents allow --yes", "uninstall --yes", "doctor --fix --yes", "doctor --account", "logout --all",
	} {
		o.answer("No")
		r := o.agent(strings.Fields(line)...)
		if r.Code != 4 || o.asked() != 1 {
			t.Errorf("%s: %d windows: %v", line, o.asked(), r)
		}
	}
	if o.Read(o.Config()) != config || o.Read(record) != keys || len(o.AWS.Server.Calls("")) != calls {
		t.Error("something was changed, or AWS was asked")
	}
	o.answer("Yes")
	if r := o.agent("set", "ask", "agents", "read-only", "--yes"); r.Code != 0 || o.asked() != 1 || !strings.Contains(o.Read(o.Config()), "awsbroker_agents = read-only\n\n[profile allow]") {
		t.Errorf("%d windows: %v", o.asked(), r)
	}
	if got := o.lastGrant(); got.How != grant.Permitted || got.Command != "set" || got.Agent != "claude" {
		t.Errorf("the log has %+v", got)
	}
	if !strings.Contains(o.Read(o.Path("asked")), "awsbroker set --yes=true ask agents read-only") {
		t.Errorf("the window does not show the command: %s", o.Read(o.Path("asked")))
	}
	for _, line := range []string{"list", "log", "explain ask", "doctor", "version", "prompt", "help set", "completion bash", "logout --profile ask", "keystore", "keystore lock"} {
		o.answer("No")
		if r := o.agent(strings.Fields(line)...); r.Code == 4 || o.asked() > 0 {
			t.Errorf("%s: %d windows: %v", line, o.asked(), r)
		}
	}
}

// TestAgentWindows: the real windows, with their keys. Enter and Escape give an agent
// nothing, and a pinentry that asks at a terminal is not asked.
func TestAgentWindows(t *testing.T) {
	t.Parallel()
	typed := map[string][]string{"ten": {"t", "e", "n", "Return"}, "once": {"o", "n", "c", "e", "Return"}, "y": {"y", "Return"}}
	for way, answers := range map[string]map[string][]string{
		"zenity":   {"Once": {"Tab", "Return"}, "Ten": {"shift+Tab", "Return"}, "Enter": {"Return"}, "Escape": {"Escape"}},
		"kdialog":  {"Once": {"Down", "Return"}, "Ten": {"Down", "Down", "Return"}, "Enter": {"Return"}, "Escape": {"Escape"}},
		"pinentry": {"Once": typed["once"], "Ten": typed["ten"], "y": typed["y"], "Enter": {"Return"}, "Escape": {"Escape"}},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w, s := beforeDialog(t, way)
			w.Login("admin")
			o := &office{w}
			for name, keys := range answers {
				o.Write(o.Path("bin/claude"), "#!/bin/bash\n"+o.Bin+" export --profile admin\n"+o.Bin+" list --json >"+o.Path("list")+"\nexit\n")
				o.Chmod(0o755, o.Path("bin/claude"))
				done := make(chan machine.Result, 1)
				go func() { done <- o.Finish(o.Command(o.Path("bin/claude"))) }()
				s.dialog()
				for _, key := range keys {
					s.press(key)
				}
				r := <-done
				given, ten := strings.Contains(r.Stdout, "AWS_SESSION_TOKEN"), strings.Contains(o.Read(o.Path("list")), `"profile": "admin"`)
				if given != (name == "Once" || name == "Ten") || ten != (name == "Ten") {
					t.Errorf("%s: given %v, for ten minutes %v: %s", name, given, ten, r.Stderr)
				}
			}
		})
	}
}

// TestNoTerminalForAgents: a pinentry that asks at a terminal is none for them, whichever
// terminal GPG_TTY names, and neither is the terminal itself.
func TestNoTerminalForAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	for _, program := range []string{"pinentry-curses", "pinentry-tty"} {
		path, err := exec.LookPath(program)
		if err != nil {
			skip(t, "there is no "+program)
		}
		w.pinentry(path)
		tm := machine.NewTerminal(t)
		cmd := w.With("CLAUDECODE=1", "GPG_TTY=/dev/tty").Command(w.Bin, "export", "--profile", "admin")
		r := tm.Start(cmd).WaitWithin(10 * time.Second)
		if tm.Expect("only after a yes in a window"); r.Code != 4 {
			t.Errorf("%s: %v", program, r)
		}
	}
}

// TestAgentReads: under the rule read-only, AWS's own CLI lists buckets and users for an
// agent, and is refused by AWS's policies what the role by itself may do.
func TestAgentReads(t *testing.T) {
	t.Parallel()
	needAWSCLI(t)
	o := newOffice(t)
	if err := o.AWS.Role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	o = &office{o.Without("HTTPS_PROXY").With("AWS_EC2_METADATA_DISABLED=true")}
	aws := "/usr/bin/aws --profile read-only --region us-east-1 --endpoint-url " + o.URL + " "
	if r := o.script(aws + "iam list-users && " + aws + "s3api list-buckets"); r.Code != 0 || !strings.Contains(r.Stdout, `"UserName": "phoebe"`) || !strings.Contains(r.Stdout, "Buckets") {
		t.Errorf("reading: %v", r)
	}
	create := "iam create-user --user-name "
	if r := o.script(aws + create + "mallory"); r.Code == 0 || !strings.Contains(r.Stderr, "AccessDenied") {
		t.Errorf("writing: %v", r)
	}
	if r := o.Sh(aws + create + "ada"); r.Code != 0 {
		t.Errorf("a person: %v", r)
	}
}
