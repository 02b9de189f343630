package broker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Keeper has the session of a profile in memory for a program that runs for
// longer than a session does, and gets the next one ahead of its end.
//
// A renewal that needs no person is not seen. A person who is needed is asked once a
// session, and never at the terminal, which is the program's own. If that brings no
// session, the person is told once that a login in another terminal will do, and the
// keeper watches the cache for the session of that login.
type Keeper struct {
	broker  *Broker // what each run of a renewal is a copy of
	profile string
	wake    chan struct{} // somebody wants a session, and there is none
	clock   awsapi.Clock  // AWS's; who is told of it, was at the start

	mu      sync.Mutex
	session session.Session
	problem string // why there is no newer session, in a few words; empty while all is well

	view  view      // only Run's, as all below
	asked time.Time // end of the session for whose successor a person was asked
	told  time.Time // end of the session for which the person was told something
	retry time.Time // no try before that
	pause time.Duration
}

// view is what the files say about the profile. It is made anew when a file has
// changed.
type view struct {
	call   *session.Call
	target *target.Target
	cache  *session.Cache
}

const (
	// watching is the pause between two looks at the cache when a session is
	// wanted: looking is four stats and one small file.
	watching = 500 * time.Millisecond
	// idling is the longest pause between two looks. Timers stand still while a
	// machine sleeps; sessions do not.
	idling = 15 * time.Second

	firstRetry, lastRetry = 5 * time.Second, time.Minute
)

// The limits of one renewal. A dialog that nobody sees must not hold up for long
// who logs in at a terminal; a connection that died with the network is given
// up early enough for another try.
var (
	askingLimits = Limits{Question: 2 * time.Minute, Run: 2*time.Minute + 30*time.Second}
	silentLimits = Limits{Question: 15 * time.Second, Run: 20 * time.Second}
)

// NewKeeper returns the keeper of a profile's session, of which s is the first.
func (b *Broker) NewKeeper(profile string, s session.Session) *Keeper {
	return &Keeper{broker: b, profile: profile, session: s, wake: make(chan struct{}, 1)}
}

// Current returns the session without waiting for anything. If the session has ended,
// the error tells the program that asked what a person can do.
func (k *Keeper) Current() (session.Session, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.session.At(time.Now()); s.Left(time.Now()) > 0 {
		return s, nil
	}
	select {
	case k.wake <- struct{}{}:
	default:
	}
	if k.problem == "" {
		return session.Session{}, say.Errorf("the session of profile %s has ended, and awsbroker is getting the next one", k.profile)
	}
	return session.Session{}, errors.New(k.advice("has ended", k.problem))
}

// advice says what state the session is in, why, and what a person can do.
func (k *Keeper) advice(state, problem string) string {
	return say.Sprintf("the session of profile %s %s (%s); in another terminal run: %s",
		k.profile, state, problem, failure.LoginCommand(&config.Profile{Name: k.profile, Narrowed: k.broker.Narrowing}))
}

// Run renews the session until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	for ctx.Err() == nil {
		next := k.watchOnce(ctx)
		if next <= watching {
			wait.Pause(ctx, next)
			continue
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-k.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// watchOnce looks at the cache and renews the session if that is due, and returns
// for how long there is nothing more to do.
func (k *Keeper) watchOnce(ctx context.Context) time.Duration {
	k.takeNewer(ctx)
	s := k.held()
	due := s.Expiration.Add(-k.minLeft(s))
	if left := time.Until(due.Round(0)); left > 0 { // by the clock on the wall
		return max(min(left, idling), time.Millisecond)
	}
	if time.Now().Before(k.retry) {
		return watching
	}
	k.renew(ctx, s)
	return watching
}

// minLeft returns the life below which s is renewed.
func (k *Keeper) minLeft(s session.Session) time.Duration {
	if k.view.target == nil {
		return target.Served(s, target.AskingMinLeft)
	}
	t := k.view.target
	return target.Served(s, t.MinLeft(t.Asks(k.view.cache, time.Now())))
}

// takeNewer replaces the session in memory by a newer one of the cache, which any
// process may have put there.
func (k *Keeper) takeNewer(ctx context.Context) {
	call := session.NewCall(k.profile, k.broker.Paths)
	if k.view.call == nil || !k.view.call.SameFiles(call) {
		run := k.newRun()
		run.Prompt = prompt.Nobody // looking is not worth a question
		run.Report = quiet{run.Report}
		k.view.call = call
		if t, err := run.Target(k.profile); err == nil { // else somebody is editing the files
			k.view.target = t
		}
		k.view.cache = run.OpenCache(ctx)
	}
	if k.view.target == nil {
		return
	}
	old := k.held()
	if s, ok := k.view.target.Cached(k.view.cache, time.Now()); ok && s.Issued.After(old.Issued) && k.newRun().mayTake(ctx, k.view.target) {
		k.adopt(s)
		k.broker.logGrant(k.view.target, s, grant.Cached)
	}
}

func (k *Keeper) held() session.Session {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session.At(time.Now())
}

func (k *Keeper) adopt(s session.Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.session, k.problem = s, ""
	k.retry, k.pause = time.Time{}, 0
}
