package session

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// TestClockSetBack: on a machine whose clock was ten minutes ahead when AWS gave a
// session, and is right by now, the session ends when AWS ends it. A clock that is set
// on ends it no later than that.
func TestClockSetBack(t *testing.T) {
	now := time.Now()
	s := testSession("ASIAEXAMPLE", now.Add(time.Hour).Truncate(time.Second))
	s.Issued, s.Booted = now.UTC().Truncate(time.Second), answers.Booted(now)
	if s.Booted == 0 {
		t.Skip("the system does not tell when it started")
	}
	c := testCache(t)
	call := NewCall("admin", paths.Paths{State: filepath.Join(t.TempDir(), "state")})
	if err := c.Put("key", s); err != nil {
		t.Fatal(err)
	}
	if err := c.Remember(call, "key", 0, s.Expiration, Known{}); err != nil {
		t.Fatal(err)
	}
	for set, want := range map[time.Duration]time.Duration{0: time.Hour, -10 * time.Minute: time.Hour, -50 * time.Minute: time.Hour, 10 * time.Minute: 50 * time.Minute} {
		then := now.Add(set)
		got, ok := c.Get("key", then)
		again, _, found := c.Lookup(call, then)
		if !ok || !found {
			t.Fatalf("set by %s: not there", set)
		}
		for _, s := range []Session{got, again} {
			if left := s.Left(then); (left - want).Abs() > 3*time.Second {
				t.Errorf("set by %s: %s left", set, left)
			}
			if life := s.Expiration.Sub(s.Issued); (life - time.Hour).Abs() > 3*time.Second {
				t.Errorf("set by %s: it lives for %s", set, life)
			}
		}
	}
}
