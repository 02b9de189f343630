package broker

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// newRun returns a run for one look or renewal, whose limits count from now.
func (k *Keeper) newRun() *Broker {
	b := k.broker
	return &Broker{
		// One yes was for the whole of the program (awsbroker_confirm).
		consents: map[string]bool{k.profile: true},

		Paths: b.Paths, Keystore: b.Keystore, Region: b.Region, Narrowing: b.Narrowing, Agent: b.Agent, Command: b.Command, Program: b.Program, Environ: b.Environ,
		Prompt: b.Prompt.Without(prompt.ByTerminal), Report: b.Report,
		Started: time.Now(), Limits: CallerLimits, sealing: b.sealing, aws: &k.clock, EndpointIsMine: b.EndpointIsMine,
	}
}

// renew gets the session that follows old, unless a person would have to be asked for
// it a second time.
func (k *Keeper) renew(ctx context.Context, old session.Session) {
	run, asks := k.newRun(), false
	run.Report = quiet{run.Report}
	if t := k.view.target; t != nil {
		asks = t.AsksPerson(k.view.cache) || t.AgentRule() == agents.Ask && !run.mayTake(ctx, t)
		switch {
		case asks && k.asked.Equal(old.Expiration):
			k.noteFailure(old, takesCode)
			return
		case asks:
			k.asked, run.Limits = old.Expiration, askingLimits
		case !t.Asks(k.view.cache, time.Now()):
			run.Limits = silentLimits
		}
	}
	s, err := run.Session(ctx, k.profile, Want{})
	switch {
	case ctx.Err() != nil:
	case err == nil && s.Issued.After(old.Issued):
		k.adopt(s)
	case asks:
		k.noteFailure(old, takesCode)
	case err == nil: // what is there is still good; why there is nothing better was a warning
		k.noteFailure(old, "it could not be renewed yet")
	default:
		k.noteFailure(old, err.Error())
	}
}

const takesCode = "the next one needs an MFA code"

// noteFailure notes why there is no newer session, and tells the person when time
// gets short: once a session.
func (k *Keeper) noteFailure(old session.Session, why string) {
	k.pause = min(max(2*k.pause, firstRetry), lastRetry)
	k.retry = time.Now().Add(k.pause)
	k.mu.Lock()
	k.problem = why
	k.mu.Unlock()
	left := old.Left(time.Now())
	if k.told.Equal(old.Expiration) || left > target.Served(old, target.AskingMinLeft) {
		return
	}
	k.told = old.Expiration
	state := "ends in " + say.Duration(left)
	if left <= 0 {
		state = "has ended"
	}
	advice := k.advice(state, why)
	go k.broker.Report.Warn(advice) // a pipe that nobody reads must not keep us
	go func() { k.broker.Debug("notice: %v", prompt.Notify(k.broker.Environ, advice)) }()
}

// quiet is the reporter of runs that nobody watches: what they say goes to --debug.
type quiet struct{ Reporter }

func (q quiet) Step(text string) { q.Debug(text) }

func (q quiet) Warn(text string) { q.Debug(text) }

func (q quiet) Waiting(what string, _ time.Duration) func() {
	q.Debug("waiting " + what)
	return func() {}
}

func (q quiet) Confirm(context.Context, *Asker, string, string) error { return prompt.ErrNoTerminal }
