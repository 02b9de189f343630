package session

import (
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/caller"
)

// Permit is what a person answered when a coding agent wanted a session.
type Permit struct {
	Profile string
	Of      string      // names the session, by everything that changes it; opaque here
	Agent   string      // name
	Life    caller.Life // of the agent's process; the zero value: it cannot be told, so only Job counts
	Job     int         // the answer is for this job alone (JobID); 0: for all that the agent runs
	Denied  bool
	Given   time.Time
	Ends    time.Time
}

// Holds reports whether the answer is still one at now: it has an end, and it ends with
// the process that it is about. Where the clock was set back, it is none.
func (p Permit) Holds(now time.Time) bool {
	return !now.Before(p.Given) && now.Before(p.Ends) && (p.Life == caller.Life{} || !p.Life.IsOver())
}

// allPermits is the name of the one list.
const allPermits = "all"

// Permits returns the answers that hold at now.
func (c *Cache) Permits(now time.Time) []Permit {
	var all []Permit
	c.readJSON(kindPermits, allPermits, &all)
	return slices.DeleteFunc(all, func(p Permit) bool { return !p.Holds(now) })
}

// KeepPermit adds an answer. The caller holds a lock around it.
func (c *Cache) KeepPermit(p Permit) error { return c.writePermits(append(c.Permits(p.Given), p)) }

// ForgetPermits removes what was permitted of a profile. What was denied stays for its
// minute: else an agent could have a question again by a logout.
func (c *Cache) ForgetPermits(profile string) error {
	all := c.Permits(time.Now())
	if len(all) == 0 {
		return nil
	}
	return c.writePermits(slices.DeleteFunc(all, func(p Permit) bool { return p.Profile == profile && !p.Denied }))
}

func (c *Cache) writePermits(all []Permit) error {
	var ends time.Time
	for _, p := range all {
		if p.Ends.After(ends) {
			ends = p.Ends
		}
	}
	if len(all) == 0 {
		return c.remove(kindPermits, allPermits)
	}
	return c.writeJSON(kindPermits, allPermits, all, ends)
}
