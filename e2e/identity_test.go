package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// eachClient runs a test for every client that prints who it is.
func eachClient(t *testing.T, test func(t *testing.T, c *client)) {
	for _, c := range clients {
		if c.identity == nil {
			continue // tested by itself
		}
		t.Run(c.name, func(t *testing.T) {
			c.need(t)
			test(t, c)
		})
	}
}

// sameRole checks that a client came through as the assumed role, without a
// question (there is nobody to ask) and without a new session.
func sameRole(t *testing.T, w *world, how string, argv ...string) machine.Result {
	t.Helper()
	before := w.assumeRoles()
	r := w.run(argv...)
	if r.Code != 0 || strings.TrimSpace(r.Stdout) != assumedRole {
		t.Errorf("%s: %v ended with %d:\n%s%s", how, argv, r.Code, r.Stdout, r.Stderr)
	}
	if strings.Contains(r.Stderr, "awsbroker") {
		t.Errorf("%s: something of ours on stderr: %s", how, r.Stderr)
	}
	if n := w.assumeRoles() - before; n != 0 {
		t.Errorf("%s: %d AssumeRole calls", how, n)
	}
	return r
}

// Through the profile that setup wrote: named in code or on the command line,
// and named by the environment.
func TestCredentialProcess(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		r := sameRole(t, w, "profile named", c.identity(w, "admin")...)
		sameRole(t, w.With("AWS_PROFILE=admin"), "AWS_PROFILE", c.identity(w, "")...)
		tallyOf(c).cached = r.Took
	})
}

// slack is how much longer than a success a failure may take on a machine
// that does other things, too. The failure itself takes milliseconds.
const slack = 2 * time.Second

// Without a session and without a terminal: an error at once, with the
// command to run where the client shows it.
func TestNoSessionNoTerminal(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		cached := sameRole(t, w, "cached", c.identity(w, "admin")...).Took
		w.logout()
		before := w.assumeRoles()
		r := w.With("AWS_PROFILE=admin").run(c.identity(w, "")...)
		if r.Code == 0 || r.Stdout != "" {
			t.Errorf("ended with %d, %q", r.Code, r.Stdout)
		}
		checkFailureShown(t, c, r)
		if r.Took > cached+slack {
			t.Errorf("the failure took %s, a success %s", r.Took, cached)
		}
		if n := w.assumeRoles() - before; n != 0 {
			t.Errorf("%d AssumeRole calls", n)
		}
		tallyOf(c).failing = r.Took
	})
}

func checkFailureShown(t *testing.T, c *client, r machine.Result) {
	t.Helper()
	text := strings.Join(strings.Fields(r.Stderr), " ") // some wrap lines
	if !strings.Contains(text, c.failure) {
		t.Errorf("no %q in %q", c.failure, r.Stderr)
	}
	const ours = "awsbroker: error: an MFA code is needed for role admin-mfa in account 123456789012 (profile admin), " +
		"and there is no terminal to ask at; hint: run in a terminal: awsbroker login --profile admin"
	if n := strings.Count(text, ours); n != 1 && !c.hides || n > 0 && c.hides {
		t.Errorf("our line is there %d times in %q", n, r.Stderr)
	}
	start := strings.Index(text, c.failure)
	if i := strings.Index(text, ours); i >= 0 && i < start {
		start = i
	}
	tallyOf(c).shown = text[max(start, 0):]
}

// With a terminal, though neither stdin nor stderr is one (contract.md T4):
// the question appears there, and the code typed there does it.
func TestQuestionAtTerminal(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		w.logout()
		before := w.assumeRoles()
		r, shown := w.runAtTerminal(w.rightCodes(1), c.identity(w, "admin")...)
		if r.Code != 0 || strings.TrimSpace(r.Stdout) != assumedRole {
			t.Errorf("ended with %d:\n%s%s\non the terminal: %s", r.Code, r.Stdout, r.Stderr, shown)
		}
		if strings.Count(shown, question) != 1 || !strings.Contains(shown, "role admin-mfa in account 123456789012 (profile admin)") {
			t.Errorf("on the terminal: %q", shown)
		}
		if n := w.assumeRoles() - before; n != 1 {
			t.Errorf("%d AssumeRole calls", n)
		}
		sameRole(t, w, "the second call", c.identity(w, "admin")...)
	})
}

// A person who says no, or has no right code, is not asked again, though some
// clients run the helper a second time (contract.md R11).
func TestNoAtTerminal(t *testing.T) {
	for _, tt := range []struct {
		name             string
		person           []typing
		questions, calls int
	}{
		{"Ctrl-D", keys("\x04"), 1, 0},
		{"wrong codes", keys("000001\n", "000002\n", "000003\n", "000004\n"), 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachClient(t, func(t *testing.T, c *client) {
				w := newSetUpWorld(t).With("AWS_PROFILE=admin")
				w.logout()
				before := w.assumeRoles()
				r, shown := w.runAtTerminal(tt.person, c.identity(w, "")...)
				if r.Code == 0 || r.Stdout != "" || !strings.Contains(r.Stderr, c.failure) {
					t.Errorf("ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
				}
				if n := strings.Count(shown, question); n != tt.questions {
					t.Errorf("%d questions on the terminal: %q", n, shown)
				}
				if n := w.assumeRoles() - before; n != tt.calls {
					t.Errorf("%d AssumeRole calls", n)
				}
			})
		})
	}
}
