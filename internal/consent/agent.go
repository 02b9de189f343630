package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

const (
	permitLife = 10 * time.Minute // of a yes for all that an agent runs
	onceLife   = 5 * time.Second  // of a yes for one job, which may run the helper more than once
	denialLife = time.Minute      // of a no: a tool that runs the helper again and again asks once
)

// Request is a coding agent's for a session. Its Room asks in no way in which an agent
// could answer: not at a terminal.
type Request struct {
	Room
	Wanted
	Agent     caller.Agent
	Rule      agents.Rule
	ByDefault bool   // the rule is not written in the profile
	HasRole   bool   // the session could be one that may only read
	Command   string // of awsbroker that wants it, and what it runs: "exec terraform"
}

// Answer is how a request was decided.
type Answer string

// The answers that a person gave, or the rule.
const (
	Once   Answer = "once"
	Ten    Answer = "ten minutes"
	No     Answer = "no"
	Ruled  Answer = "rule"   // a refusal, without a question
	Before Answer = "before" // the answer that a person gave before, or that needs no question
	Nobody Answer = "nobody" // who could be asked
)

// Ends returns when an answer that was given now ends to count.
func (a Answer) Ends(now time.Time) time.Time {
	switch a {
	case Ten:
		return now.Add(permitLife)
	case Once:
		return now.Add(onceLife)
	}
	return now.Add(denialLife)
}

// Decide returns nil if the agent may have the session, else a [failure.NeedPerson]. It
// asks a person only where the rule says so and nobody has answered yet. A session that
// may only read has to be one already.
func (r *Request) Decide(ctx context.Context) (Answer, error) {
	switch r.Rule {
	case agents.Allow, agents.ReadOnly:
		return Before, nil
	case agents.Ask:
		return r.decideAsked(ctx)
	}
	return Ruled, failure.New(failure.NeedPerson, "coding agents get no session of profile %s (awsbroker_agents), and %s is one", r.Profile, r.Agent.Name).
		Hint("the person who uses this machine can run, in a terminal: awsbroker set %s agents ask", say.ShellWord(r.Profile))
}

// IsAllowed reports whether the agent may have the session without a question.
func (r *Request) IsAllowed() bool {
	if r.Rule != agents.Ask {
		return r.Rule != agents.Refuse
	}
	life, _ := r.Agent.Life()
	said, err := r.saidBefore(life)
	return said && err == nil
}

func (r *Request) decideAsked(ctx context.Context) (Answer, error) {
	life, bound := r.Agent.Life()
	if said, err := r.saidBefore(life); said {
		return Before, err
	}
	lock := session.NewLock(r.Dir, "agents")
	tell := r.Tell(func() string {
		return fmt.Sprintf("waiting for another awsbroker (process %d), which asks about an agent", lock.Holder())
	})
	var said bool
	var err error
	done, lockErr := lock.Await(ctx, func() bool {
		tell()
		said, err = r.saidBefore(life)
		return said
	})
	switch {
	case done:
		return Before, err
	case errors.Is(lockErr, session.ErrLockWait):
		return Nobody, failure.New(failure.NeedPerson, "gave up waiting for another awsbroker (process %d), which is asking a question about an agent", lock.Holder())
	case lockErr == nil:
		defer func() { _ = lock.Unlock() }()
	}
	answer, err := r.ask(ctx, bound)
	r.keep(answer, life)
	return answer, err
}

// ask shows a person which agent wants what, and returns the answer. Nobody who answers
// in time is a no.
func (r *Request) ask(ctx context.Context, bound bool) (Answer, error) {
	p, err := r.Open(ctx)
	if err != nil {
		return Nobody, r.nobody(err)
	}
	defer p.Close()
	p.Begin(fmt.Sprintf("%s wants\n%s,\nwith: awsbroker %s\n", prompt.Caller(), r.Words, r.Command))
	answers := []string{"Once", "No"}
	if bound {
		answers = []string{"Once", "Ten minutes", "No"}
	}
	answer, err := p.Choose(ctx, fmt.Sprintf("Give it to %s?%s", say.Quoted(r.Agent.Name), within(ctx)), answers...)
	switch {
	case err == nil && answer == "Ten minutes":
		return Ten, nil
	case err == nil && answer == "Once":
		return Once, nil
	case errors.Is(err, prompt.ErrNoTerminal):
		return Nobody, r.nobody(err)
	case errors.Is(ctx.Err(), context.Canceled):
		return Nobody, failure.New(failure.NeedPerson, "cancelled: nobody has decided whether %s may have %s", r.Agent.Name, r.Words)
	case errors.Is(err, prompt.ErrTimeout):
		return No, r.denied("nobody answered in time")
	}
	return No, r.denied("the answer was no")
}

func (r *Request) denied(why string) error {
	return failure.New(failure.NeedPerson, "%s did not get %s, because %s", r.Agent.Name, r.Words, why).Because(ErrDeclined)
}

// nobody is about a question that cannot be put where only a person answers.
func (r *Request) nobody(err error) error {
	f := failure.New(failure.NeedPerson, "%s may have %s only after a yes in a window, and there is no way to show one (pinentry, zenity, kdialog)", r.Agent.Name, r.Words).
		Because(err)
	if r.ByDefault && r.HasRole {
		f.Hint("to let agents read without a question, run in a terminal of your own: awsbroker set %s agents read-only", say.ShellWord(r.Profile))
	}
	return f
}

// keep remembers an answer: a yes for what it was given for, a no for a minute.
func (r *Request) keep(a Answer, life caller.Life) {
	now := time.Now()
	p := session.Permit{Profile: r.Profile, Of: r.Of, Agent: r.Agent.Name, Life: life, Denied: a == No, Given: now, Ends: a.Ends(now)}
	switch a {
	case Once:
		p.Job = session.JobID()
	case Ten, No:
	default:
		return
	}
	if err := r.Cache.KeepPermit(p); err != nil {
		r.Debug("agents: the answer could not be kept: %v", err)
	}
}

// isDenial reports whether an answer was a no to this agent. Where one of the processes
// cannot be told, it was.
func isDenial(p session.Permit, a caller.Agent, life caller.Life) bool {
	return p.Denied && p.Agent == a.Name && (p.Life == life || p.Life == caller.Life{} || life == caller.Life{})
}

// saidBefore returns the answer that a person gave to this agent, if it still holds. A
// no is for the profile, whatever session of it; a yes is for the very session.
func (r *Request) saidBefore(life caller.Life) (said bool, err error) {
	now := time.Now()
	for _, p := range r.Cache.Permits(now) {
		if p.Profile != r.Profile {
			continue
		}
		same := p.Life == life && life != caller.Life{}
		switch {
		case isDenial(p, r.Agent, life):
			return true, r.denied(fmt.Sprintf("a person said no, which counts for another %s", say.Duration(p.Ends.Sub(now))))
		case p.Denied || p.Of != r.Of || p.Agent != r.Agent.Name:
		case p.Job == session.JobID(), p.Job == 0 && same:
			r.Debug("agents: a person agreed %s ago", now.Sub(p.Given).Round(time.Second))
			said = true
		}
	}
	return said, nil
}
