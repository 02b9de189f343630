package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
)

// What tests of sessions look at, and nobody else does.

func (t *Target) CacheKey() string { return t.cacheKey() }

func (t *Target) DeviceLock() string { return t.deviceLock() }

func (t *Target) Forget(c *session.Cache) error { return t.forget(c) }

func (t *Target) MFAEnds(c *session.Cache, now time.Time) time.Time { return t.mfaEnds(c, now) }
