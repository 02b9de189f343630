package target

import (
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
)

// A role session does not depend on the key that it was asked for with: it
// outlives a rotation. What it is cached under has the key's id in it, though,
// and the region and endpoint of whoever asked, so that not all of them can be
// listed and renamed. Instead the record remembers the id before the rotation.

// Cached returns the target's session in the cache. The session of a role that is
// Cached under the key id from before the last rotation is filed anew under the id
// of now.
func (t *Target) Cached(c *session.Cache, now time.Time) (session.Session, bool) {
	s, ok := c.Get(t.CacheKey(), now)
	if ok || !t.servesBefore() {
		return s, ok
	}
	s, ok = c.Get(t.beforeRotation().CacheKey(), now)
	if ok {
		_ = c.Put(t.CacheKey(), s)
	}
	return s, ok
}

// Forget removes the target's session from wherever [Target.Cached] would find it.
func (t *Target) Forget(c *session.Cache) error {
	err := c.Forget(t.CacheKey())
	if t.servesBefore() {
		err = errors.Join(err, c.Forget(t.beforeRotation().CacheKey()))
	}
	return err
}

// ForgetSessions removes every session of the target's subject from the cache, and
// every session that a new one could be made from without a code.
func (t *Target) ForgetSessions(c *session.Cache) error {
	var problems []error
	for ; t != nil; t = t.From {
		_, err := c.ForgetSubject(t.Subject())
		problems = append(problems, err, t.Forget(c))
		if t.HasDevice() {
			_, err := c.ForgetSubject(t.MFATarget(0).Subject()) // also of other profiles of the key
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (t *Target) servesBefore() bool { return t.Profile.RoleARN != "" && t.Key.Before != "" }

// beforeRotation returns the target as it was before the last rotation of its key.
func (t *Target) beforeRotation() *Target {
	b := *t
	b.Key.AccessKeyID = t.Key.Before
	if t.From != nil {
		b.From = t.From.beforeRotation()
	}
	return &b
}

// useKeyBefore gives the target the access key id from before the last rotation, if
// the record has no id: while a rotation swaps the key it has none. A cached role
// session is still found then without opening the keychain. If none is cached, the
// keychain is opened as usual and the id in it counts.
func (t *Target) useKeyBefore() {
	if t.Key.AccessKeyID == "" && t.servesBefore() {
		t.Key.AccessKeyID = t.Key.Before
	}
}
