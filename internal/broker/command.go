package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// CommandMinLeft is the life with which the session of a command starts at
// least, if it can be had: an environment cannot be renewed.
const CommandMinLeft = 15 * time.Minute

// WantForCommand returns what a command needs of the profile's session: the life that
// its user asked for, without which the command is not started; else the profile's
// awsbroker_min_ttl; else [CommandMinLeft].
func (b *Broker) WantForCommand(profile string, asked time.Duration) (Want, error) {
	t, err := b.Target(profile)
	if err != nil {
		return Want{}, err
	}
	switch {
	case asked == 0 && t.Profile.HasMinTTL:
		return Want{MinLeft: t.Profile.MinTTL}, nil
	case asked == 0:
		return Want{MinLeft: CommandMinLeft}, nil
	}
	return Want{MinLeft: asked, Strict: true}, t.checkLeft(asked)
}

// checkLeft refuses to look for a session with more life than any has.
func (t *Target) checkLeft(asked time.Duration) error {
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
		return min(t.Profile.Life(), longestFromSession)
	}
	return t.Profile.Life()
}
