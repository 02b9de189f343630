package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// lockName returns the name of the lock: of the MFA device if the request takes a code,
// else of the session.
func (r *request) lockName() string {
	if r.takesCode() || !r.target.TakesCode() {
		return r.target.DeviceLock()
	}
	return "session:" + r.target.CacheKey()
}

// askUnderLock waits until this process is the only one that asks for a code of
// the device, or until another one's answer arrives.
func (r *request) askUnderLock(ctx context.Context) (session.Session, error) {
	asking, cancel := context.WithDeadline(ctx, r.round.start.Add(r.run.Limits.Question))
	defer cancel()
	var s session.Session
	var err error
	lock := session.NewLock(r.run.SessionDir(), r.lockName())
	tell := r.run.TellWaiting(func() string {
		return fmt.Sprintf("waiting for another awsbroker (process %d), which is getting a session", lock.Holder())
	})
	done, lockErr := lock.Await(asking, func() (found bool) {
		tell()
		if s, found = r.fromCache(); found {
			return true
		}
		if f, ok := r.actor.Cache.Failure(r.target.CacheKey()); ok && r.followsOthers() && f.Source == r.codesFrom() && f.Applies(session.JobID(), r.since, time.Now()) {
			err, found = failure.Remembered(f), true
		}
		return found
	})
	switch {
	case done:
		r.run.Debug("another process asked; taking its answer")
		return s, err
	case errors.Is(lockErr, session.ErrLockWait):
		return s, r.lockFailure(ctx, lock.Holder())
	case lockErr != nil:
		r.run.Debug("no lock: %v", lockErr)
	default:
		defer func() { _ = lock.Unlock() }()
	}
	s, err = r.askSTS(asking)
	if err != nil && r.asked {
		r.noteFailure(err)
	}
	return s, err
}

// followsOthers reports whether the failed question of another process answers
// this request, too. Who logs in, or brings a code along, wants their own.
func (r *request) followsOthers() bool { return !r.want.Fresh && r.run.Code.IsEmpty() }

func (r *request) lockFailure(ctx context.Context, holder int) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return questionFailure(prompt.ErrCancelled, r.target)
	}
	if !r.target.Asks(r.actor.Cache, time.Now()) {
		return failure.New(failure.Unreachable, "gave up waiting for another awsbroker (process %d), which is waiting for AWS", holder).
			Hint("try again in a moment")
	}
	f := failure.New(failure.NeedPerson, "gave up waiting for another awsbroker (process %d), which is asking for a code of %s", holder, r.target.First().Profile.MFASerial)
	return f.Hint("answer its question, or run: %s", failure.LoginCommand(r.target.Profile))
}
