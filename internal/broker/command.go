package broker

import (
	"time"
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
	return Want{MinLeft: asked, Strict: true}, t.CheckLeft(asked)
}
