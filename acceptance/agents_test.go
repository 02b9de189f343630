//go:build linux

package acceptance

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

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
