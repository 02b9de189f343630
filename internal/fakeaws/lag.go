package fakeaws

import (
	"math/rand/v2"
	"strings"
	"time"
)

// Lag says how long changes made through IAM's API take to be seen. The zero
// Lag is none at all. Changes made by the methods of this package, which are
// the test's own, are always seen at once.
//
// IAM itself acts on the truth: a quota counts keys that no list shows yet,
// and a key can be deleted before it works.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
type Lag struct {
	NewKey    time.Duration            // until a new key works; until then InvalidClientTokenId
	OldKey    time.Duration            // until a key that was deactivated or deleted stops working, or a reactivated one works
	Endpoints map[string]time.Duration // more of both at "iam", "sts", "s3", or in a region only: "sts/eu-west-1"
	Flap      string                   // first answers after that, an endpoint and change: '1' as changed, '0' as before
	Listing   time.Duration            // until ListAccessKeys shows a change
	Policies  time.Duration            // until a change of policies, memberships or trust decides calls
	Devices   time.Duration            // until lists of MFA devices show a change; looks ahead only
	NewDevice time.Duration            // until STS takes codes of a device that was enabled; looks ahead only
	LastUsed  time.Duration            // until GetAccessKeyLastUsed knows of a call
	Reads     time.Duration            // until every Get and List knows what was made; before that each other one does, at random
}

// SetLag applies to changes made before as well, as far as they were made
// through the API. Policies looks ahead only.
func (s *Server) SetLag(l Lag) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lag = l
}

// keyChange is one step in the life of an access key.
type keyChange struct {
	at       time.Time
	from, to keyStatus
	answers  map[string]int // how many answers after the lag each endpoint has given
}

// change sets what is true at once and is seen later.
func (k *AccessKey) change(to keyStatus, now time.Time) {
	k.changes = append(k.changes, &keyChange{at: now, from: k.status, to: to, answers: map[string]int{}})
	k.status = to
}

// seenStatus is the key's status as an endpoint knows it.
func (k *AccessKey) seenStatus(service, region string, now time.Time) keyStatus {
	lag := k.user.account.server.lag
	more := lag.Endpoints[service] + lag.Endpoints[service+"/"+region]
	return k.statusSeen(func(c *keyChange) bool {
		wait := lag.OldKey
		if c.from == statusDeleted {
			wait = lag.NewKey
		}
		if wait+more == 0 && lag.Flap == "" {
			return true
		}
		if now.Before(c.at.Add(wait + more)) {
			return false
		}
		n := c.answers[service+"/"+region]
		c.answers[service+"/"+region]++
		return n >= len(lag.Flap) || lag.Flap[n] == '1'
	})
}

// listedStatus is the key's status as ListAccessKeys shows it.
func (k *AccessKey) listedStatus(now time.Time) keyStatus {
	lag := k.user.account.server.lag
	return k.statusSeen(func(c *keyChange) bool { return !now.Before(c.at.Add(lag.Listing)) })
}

// statusSeen goes back from the latest change to one that is seen.
func (k *AccessKey) statusSeen(seen func(*keyChange) bool) keyStatus {
	status := k.status
	for n := len(k.changes) - 1; n >= 0; n-- {
		if c := k.changes[n]; !seen(c) {
			status = c.from
			continue
		}
		break
	}
	return status
}

// unseen reports whether a read comes to a server that has not heard of what a
// call made. Writes act on the truth.
func (x *exchange) unseen(arn string) bool {
	if lag := x.server.lag.Reads; lag == 0 || !strings.HasPrefix(x.call.Action, "Get") && !strings.HasPrefix(x.call.Action, "List") || rand.IntN(2) == 0 {
		return false
	}
	for _, c := range x.server.calls {
		if c.Created == arn && x.now.Before(c.Time.Add(x.server.lag.Reads)) {
			return true
		}
	}
	return false
}

// past is what something was before a change, and until when it decides.
type past[T any] struct {
	was   T
	until time.Time
}

// recall is the oldest value that still decides at the time, or is.
func recall[T any](before []past[T], is T, now time.Time) T {
	for _, p := range before {
		if now.Before(p.until) {
			return p.was
		}
	}
	return is
}

// keep adds a value that is about to change, and forgets those that no longer
// decide.
func keep[T any](before []past[T], was T, now time.Time, lag time.Duration) []past[T] {
	var left []past[T]
	for _, p := range before {
		if now.Before(p.until) {
			left = append(left, p)
		}
	}
	if lag > 0 {
		left = append(left, past[T]{was, now.Add(lag)})
	}
	return left
}
