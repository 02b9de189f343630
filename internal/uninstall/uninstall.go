// Package uninstall takes awsbroker out of a person's account on a machine (awsbroker
// uninstall): out of the profiles, the keychain and the directories of its own. The
// program itself stays.
//
// A run may be killed anywhere and done again: each step is known to be done by what is
// left, and nothing is written down about it. So a key goes out of the keychain last of
// all that needs it, and the record of the keys after the keys.
package uninstall

import (
	"context"
	"slices"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// Fate is what becomes of an access key of the keychain.
type Fate string

// The fates. In AWS a key works on but for the second.
const (
	WriteBack Fate = "credentials" // its secret goes into ~/.aws/credentials, in plain text
	Delete    Fate = "delete"      // it is deleted in AWS
	Forget    Fate = "forget"      // its secret is nowhere here any more
)

// fates are those that a person may choose from.
var fates = []Fate{WriteBack, Delete, Forget}

// Options say how a person wants to leave.
type Options struct {
	Keys   Fate // of all keys; empty: each is asked for
	DryRun bool // only says what would be done
	Yes    bool // ask nothing; Keys has to say what becomes of the keys
}

// Run takes awsbroker out, after showing all of it and asking. It returns what there
// was, and what is left for the person to do.
func Run(ctx context.Context, b *broker.Broker, o Options) (Plan, error) {
	if o.Keys != "" && !slices.Contains(fates, o.Keys) {
		return Plan{}, failure.New(failure.Usage, "--keys has to be credentials, delete or forget, not %q", string(o.Keys))
	}
	if err := refuseUnfinished(b); err != nil {
		return Plan{}, err
	}
	l := &leaving{run: b, o: o}
	if err := l.look(ctx); err != nil {
		return l.plan, err
	}
	if err := l.chooseFates(ctx); err != nil {
		return l.plan, err
	}
	if err := l.planProfiles(); err != nil {
		return l.plan, err
	}
	if o.DryRun || l.plan.IsEmpty() {
		return l.plan, nil
	}
	if err := b.Confirm(ctx, l.plan.Text(), "Do all of this?"); err != nil {
		return l.plan, err
	}
	if err := refuseUnfinished(b); err != nil { // which began while the person read
		return l.plan, err
	}
	return l.plan, l.leave(ctx)
}

// leave does what the plan says. Keys are deleted in AWS while a profile can still ask
// for the code that it takes; each other step leaves what the next one needs.
func (l *leaving) leave(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		l.compareSecrets, l.deleteInAWS, l.writeBack, l.writeProfiles, l.leaveGit, l.forgetSessions, l.emptyKeychain, l.removeFiles,
	} {
		if err := step(ctx); err != nil {
			return failure.WithHint(err, "nothing else was changed; resume with: awsbroker uninstall")
		}
	}
	return nil
}
