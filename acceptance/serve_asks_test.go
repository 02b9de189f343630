//go:build linux

package acceptance

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// endpointIn reads the variables that a server or a relay wrote.
func (w *world) endpointIn(path string) (url, token string) {
	w.t.Helper()
	for line := range strings.Lines(w.Read(path)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "AWS_CONTAINER_CREDENTIALS_FULL_URI":
			url = value
		case "AWS_CONTAINER_AUTHORIZATION_TOKEN":
			token = value
		}
	}
	return url, token
}

// TestServeRelayAsks: a client of a relay does not wait for a person, hears why there is
// nothing yet, and gets the session after the answer. A no is not followed by the next
// question.
func TestServeRelayAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.serveWithoutSession()
	relay := machine.NewTerminal(t)
	job := relay.Start(w.elsewhere(w.Bin, "serve", "--relay", "127.0.0.1:0", "--socket", g.socket, "--env-file", w.Path("relay.env")))
	relay.Expect("relaying the sessions of " + g.socket + " at 127.0.0.1:")
	url, token := w.endpointIn(w.Path("relay.env"))

	started := time.Now()
	status, body, err := ask(url, token)
	if took := time.Since(started); status != 503 || !strings.Contains(body, "a question may be open where the server was started") || took > 2*time.Second {
		t.Errorf("%d %s after %s: %v", status, body, took, err)
	}
	if shown := g.at.Expect("MFA code of"); !strings.Contains(shown, "asked for by relay on ") || !strings.Contains(shown, "through awsbroker (process ") {
		t.Errorf("shown: %s", shown)
	}
	g.at.Send(machine.ControlC) // which ends the server, since it is its terminal
	if code := g.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	eventually(t, "the relay knows", func() bool { _, body, _ = ask(url, token); return strings.Contains(body, "there is no socket") })

	g = w.serveWithoutSession()
	eventually(t, "it asks again", func() bool { _, _, _ = ask(url, token); return g.at.Count("MFA code of") == 1 })
	g.at.Expect("MFA code of")
	g.at.Send(w.Code() + "\n")
	eventually(t, "there is a session", func() bool { status, body, _ = ask(url, token); return status == 200 })
	if status, body, _ := ask(url, token+"x"); status != 403 {
		t.Error(status, body)
	}
	g.stop()
	if status, _, _ := ask(url, token); status != 200 {
		t.Error("the session lives, and is not given any more")
	}
	relay.Send(machine.ControlC)
	if code := job.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	relay.Expect("the relay has ended")
}

// TestServeDetachedAsks: a server in the background has no terminal, and asks by pinentry.
func TestServeDetachedAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := w.scriptedPinentry()
	w.AWS.Server.SetSessionLife(8 * time.Second)
	w.Login("admin")
	w = w.With("WAYLAND_DISPLAY=" + w.Path("display"))
	socket := w.Path("served/aws")
	if r := w.Run("serve", "admin", "--socket", socket, "--detach"); r.Code != 0 || r.Took > 10*time.Second {
		t.Fatal(r)
	}
	w.t.Cleanup(func() { w.Run("logout", "admin") })
	w.AWS.Server.SetSessionLife(0)
	time.Sleep(9 * time.Second)
	done := make(chan machine.Result, 1)
	go func() { done <- w.askAt(socket) }()
	eventually(t, "it asks", func() bool { return asked() == 1 })
	w.Write(w.Path("new"), w.Code()+"\n")
	_ = os.Rename(w.Path("new"), w.Path("code"))
	wantAnswer(t, <-done)
	if text := w.Read(w.Path("shown")); !strings.Contains(text, "acceptance.test (process ") {
		t.Errorf("shown: %s", text)
	}
	if r := w.Run("logout", "admin"); !strings.Contains(r.Stderr, "and 1 server ended") {
		t.Error(r)
	}
	wantFailure(t, w.askAt(socket), 6, "has ended")
}

// TestServeConfirm: with awsbroker_confirm each job at the other end takes a yes of its
// own, and the question names it.
func TestServeConfirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(w.Config(), w.Read(w.Config())+"awsbroker_confirm = true\n")
	w.Login("admin")
	g := w.serve()
	for i, says := range []string{"y", "n"} {
		done := make(chan machine.Result, 1)
		go func() { done <- w.askAt(g.socket) }() // in a session of its own
		shown := g.at.Expect("Give it out?")
		if !strings.Contains(shown, "acceptance.test (process ") || !strings.Contains(shown, "wants the session of") {
			t.Errorf("shown: %s", shown)
		}
		g.at.Send(says + "\n")
		if i == 0 {
			wantAnswer(t, <-done)
		} else {
			wantFailure(t, <-done, 4, "because the answer was no")
		}
	}
	g.stop()
}

// TestServeMany clients at once: one question for all of them.
func TestServeMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.serveWithoutSession()
	const n = 40
	done := make(chan machine.Result, n)
	for range n {
		go func() { done <- w.askAt(g.socket) }()
	}
	g.at.Expect("MFA code of")
	time.Sleep(time.Second)
	g.at.Send(w.Code() + "\n")
	for range n {
		wantAnswer(t, <-done)
	}
	if asked := g.at.Count("MFA code of"); asked != 1 {
		t.Errorf("it asked %d times", asked)
	}
	w.wantAssumed(2)
	g.stop()
}
