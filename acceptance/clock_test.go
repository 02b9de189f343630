//go:build linux

package acceptance

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// clocks are how far a machine's clock is ahead of AWS's.
var clocks = map[string]time.Duration{
	"right": 0, "10 minutes behind": -10 * time.Minute, "10 minutes ahead": 10 * time.Minute, "an hour behind": -time.Hour, "an hour ahead": time.Hour,
}

// TestWrongClock: wherever an end is shown or given out, it is the hour that AWS gave,
// by the clock of those who read it. What awsbroker asks AWS for is asked for with AWS's
// time, and the person is told once.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	for name, ahead := range clocks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.AWS.Server.Advance(-ahead)
			machine.Rest()
			r := w.RunWith(w.Code(), "--mfa-code", "-", "login", "--profile", "admin")
			if told := strings.Count(r.Stderr, "this machine's clock is"); told != map[bool]int{true: 1}[ahead != 0] {
				t.Errorf("told %d times: %v", told, r)
			}
			for range 3 { // out of the cache, and what was remembered of it
				r := w.Run("credential-process", "--profile", "admin")
				wantHour(t, "the cached session", wantAnswer(t, r).Expiration)
			}
			wantHour(t, "export", w.Run("export", "--profile", "admin", "--format", "dotenv").Stdout)
			wantHour(t, "exec", w.Run("exec", "--profile", "admin", "--", "env").Stdout)
			wantHour(t, "exec --server", w.Sh(w.Bin+` exec --server --profile admin -- sh -c 'wget -qO- --header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" $AWS_CONTAINER_CREDENTIALS_FULL_URI'`).Stdout)
			var list struct {
				Profiles []struct {
					Left int `json:"session_seconds_left"`
				}
			}
			if err := json.Unmarshal([]byte(w.Run("list", "--json").Stdout), &list); err != nil || len(list.Profiles) != 1 {
				t.Fatal(err)
			}
			if left := list.Profiles[0].Left; left < 3540 || left > 3605 {
				t.Errorf("list says %d seconds", left)
			}
			w.wantAssumed(map[bool]int{true: 2, false: 1}[ahead.Abs() > 15*time.Minute]) // AWS dated its refusal of the first
		})
	}
}

var instant = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// wantHour holds that the time in a text is an hour from now.
func wantHour(t *testing.T, what, text string) {
	t.Helper()
	ends, err := time.Parse(time.RFC3339, instant.FindString(text))
	if left := time.Until(ends); err != nil || left < 59*time.Minute || left > time.Hour+5*time.Second {
		t.Errorf("%s ends %s from now: %v", what, left, err)
	}
}

// TestWrongClockAndSeed: the code of a seed is that of AWS's time.
func TestWrongClockAndSeed(t *testing.T) {
	t.Parallel()
	for ahead, requests := range map[time.Duration]int{
		10 * time.Minute: 2, // the first code was that of this machine's time
		-time.Hour:       3, // and before it was looked at, so was the signature
	} {
		w := newWorld(t)
		w.AWS.Server.Advance(-ahead)
		w.Profile("seeded", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "awsbroker_mfa_seed = keychain")
		if r := w.RunWith(w.AWS.Device.Seed+"\n", "mfa", "seed", "-", "--yes", "--profile", "seeded"); r.Code != 0 {
			t.Fatal(r)
		}
		if r := w.Run("credential-process", "--profile", "seeded"); r.Code != 0 {
			t.Errorf("%s ahead: %v", ahead, r)
		}
		w.wantAssumed(requests)
	}
}

// TestClockSetBackAfterwards: a clock that was ahead is set right while sessions are
// cached, which then end when AWS ends them. (In a time namespace the machine seems to
// have started ten minutes earlier, as it does once the clock is set back by so much.)
func TestClockSetBackAfterwards(t *testing.T) {
	t.Parallel()
	needRoot(t)
	w := newWorld(t)
	before := warm(t, w)
	set := func(args string) string {
		r := w.Sh("unshare --time --fork --boottime 600 " + w.Bin + " " + args)
		if r.Code != 0 {
			t.Fatal(r)
		}
		return r.Stdout
	}
	early := func(what, text string) {
		t.Helper()
		was, _ := time.Parse(time.RFC3339, before.Expiration)
		is, err := time.Parse(time.RFC3339, instant.FindString(text))
		if by := was.Sub(is); err != nil || (by-10*time.Minute).Abs() > 3*time.Second {
			t.Errorf("%s: ends %s earlier: %v", what, by, err)
		}
	}
	for range 2 { // worked out, and what was remembered of it
		early("credential-process", set("credential-process --profile admin"))
	}
	early("exec", set("exec --profile admin -- env"))
	_, list, _ := strings.Cut(set("list --json"), "session_expiration")
	early("list", list)
	w.wantAssumed(1)
}
