package target

import (
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// CheckLeft refuses to look for a session with more life than any has.
func (t *Target) CheckLeft(asked time.Duration) error {
	longest, name := t.longest(), t.Profile.Name
	if asked < longest {
		return nil
	}
	return failure.New(failure.Usage, "a session of profile %s lasts only %s, so it never has %s left", name, say.Duration(longest), say.Duration(asked)).
		Hint("use a shorter time, or have the session renewed: %s", failure.ServerCommand(t.Profile))
}

// longest returns how long a new session of the target lasts.
func (t *Target) longest() time.Duration {
	if t.From != nil && t.Profile.RoleARN != "" {
		return min(t.Profile.Life(), LongestFromSession)
	}
	return t.Profile.Life()
}

// CheckFor refuses a life that login --for asks of MFA sessions, if the target's MFA
// session cannot have it, or if there is none. forSome says that the life is for
// others, which have one; 0 asks for nothing.
func (t *Target) CheckFor(life time.Duration, forSome bool) error {
	p, name := t.Profile, t.Profile.Name
	switch {
	case life == 0:
		return nil
	case life < ShortestMFASession || life > longestMFASession:
		return failure.New(failure.Usage, "an MFA session lasts from 15 minutes to 36 hours, not %s", lineOf(life))
	case t.ThroughMFASession(), forSome:
		return nil
	case t.From != nil:
		return t.From.CheckFor(life, forSome)
	case p.MFASerial == "":
		return failure.New(failure.Usage, "profile %s has no MFA device, so it has no MFA session to last %s", name, say.Duration(life))
	case p.MFASession > 0:
		return failure.New(failure.Usage, "profile %s has sessions of %s, which need their own code, because sessions through an MFA session end after one hour", name, say.Duration(p.Duration)).
			Hint("leave out --for, or set duration_seconds = 1h in that profile")
	}
	return failure.New(failure.Usage, "profile %s has no MFA session, so the role decides how long its session lasts", name).
		Hint("give it one: awsbroker setup %s --mfa-session %s", failure.SetupWord(name), lineOf(life))
}

// lineOf returns a duration as it is written in the config file.
func lineOf(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
