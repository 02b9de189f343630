//go:build linux

package acceptance

import (
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestServeAgents: awsbroker_agents is for the programs at the other end, too, however the
// server hears of the agent: by the processes, by the client's word, or because an agent
// started the server, which one that is refused cannot. It does not limit anybody else.
func TestServeAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := w.Read(w.Config())
	w.Write(w.Path("claude"), "#!/bin/bash\n"+w.Bin+" credential-process --socket "+w.Path("served/aws")+"\nexit $?\n")
	w.Chmod(0o755, w.Path("claude"))
	w.Login("admin")
	byProcess := func(w *world) machine.Result { return w.Finish(w.elsewhere(w.Path("claude"))) }
	byWord := func(w *world) machine.Result {
		cmd := w.elsewhere(w.Bin, "credential-process", "--socket", w.Path("served/aws"))
		cmd.Env = append(cmd.Env, "CODEX_THREAD_ID=1")
		return w.Finish(cmd)
	}
	for rule, says := range map[string]string{"refuse": "coding agents get no session of profile admin", "ask": "only after a yes in a window"} {
		w.Write(w.Config(), own+"awsbroker_agents = "+rule+"\n")
		g := w.serve()
		for _, ask := range []func(*world) machine.Result{byProcess, byWord} {
			wantFailure(t, ask(w), 4, says)
		}
		wantAnswer(t, w.askAt(g.socket))
		g.stop()
		if rule == "refuse" {
			if r := w.With("CLAUDECODE=1").Run("serve", "admin", "--socket", w.Path("refused/aws"), "--detach"); r.Code != 4 || !strings.Contains(r.Stderr, says) {
				t.Errorf("an agent that is refused serves: %v", r)
			}
			continue
		}
		g = w.With("CLAUDECODE=1").serve()
		wantFailure(t, w.askAt(g.socket), 4, says)
		g.stop()
	}
	r := w.Run("log", "--json")
	for _, says := range []string{`"agent":"claude"`, `"agent":"codex"`} {
		if !strings.Contains(r.Stdout, says) {
			t.Errorf("the log has no %s: %v", says, r)
		}
	}
	w.Write(w.Config(), own+"awsbroker_agents = read-only\n")
	if r := w.RunWith(w.Code(), "login", "admin", "--read-only", "--mfa-code", "-"); r.Code != 0 {
		t.Fatal(r)
	}
	g := w.serve()
	whole := wantAnswer(t, w.askAt(g.socket))
	for _, ask := range []func(*world) machine.Result{byProcess, byWord} {
		if limited := wantAnswer(t, ask(w)); limited.AccessKeyID == whole.AccessKeyID {
			t.Error("an agent got all that a person gets")
		}
	}
	g.stop()
	w.Write(w.Config(), own+"awsbroker_agents = allow\n")
	g = w.serve()
	wantAnswer(t, byProcess(w))
	wantAnswer(t, byWord(w))
	g.stop()
	w.wantAssumed(2)
}

// TestServeRelayOfAgent: who asks a relay is not known, so one that an agent started, in the
// background too, has nothing that the agent would not get.
func TestServeRelayOfAgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	g := w.serve()
	defer g.stop()
	w.Write(w.Path("claude"), "#!/bin/bash\n\"$@\"\nexit $?\n")
	w.Chmod(0o755, w.Path("claude"))
	for name, start := range map[string][]string{"environment": {"env", "CLAUDECODE=1"}, "process": {w.Path("claude")}, "person": {"env"}} {
		env := w.Path(name + ".env")
		args := append(start[1:], w.Bin, "serve", "--relay", "127.0.0.1:0", "--socket", g.socket, "--env-file", env, "--detach")
		r := w.Finish(w.elsewhere(start[0], args...))
		_, after, _ := strings.Cut(r.Stderr, "process ")
		number, _, _ := strings.Cut(after, ",")
		pid, err := strconv.Atoi(number)
		if r.Code != 0 || err != nil {
			t.Fatal(r, err)
		}
		status, body, _ := ask(w.endpointIn(env))
		_ = syscall.Kill(pid, syscall.SIGTERM)
		if (status == 200) != (name == "person") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
