package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// noteConsent notes that a person agreed to give out the session of a target: by a
// yes, or by a code for it. The question for a code names all targets that an MFA
// session serves, so the code agrees to each of them.
func (b *Broker) noteConsent(t *Target) {
	if b.consents == nil {
		b.consents = map[string]bool{}
	}
	b.consents[t.Profile.Name] = true
	for _, s := range t.serves {
		b.noteConsent(s)
	}
}

// askConsent asks whether a session may be given out, if the profile has
// awsbroker_confirm. A person who typed the code for the session is not asked.
func (b *Broker) askConsent(ctx context.Context, t *Target, s session.Session) error {
	if !t.Profile.Confirm || b.consents[t.Profile.Name] {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, b.Started.Add(b.Limits.Question))
	defer cancel()
	c := &consenting{broker: b, target: t, since: time.Now()}
	c.cache = b.OpenCache(ctx)
	if said, err := c.saidBefore(); said {
		return err
	}
	err := c.ask(ctx, s)
	c.noteAnswer(err)
	if err == nil {
		b.noteConsent(t)
	}
	return err
}

// consenting is one question whether a session may be given out.
type consenting struct {
	broker *Broker
	target *Target
	cache  *session.Cache
	since  time.Time
}

// ask takes the turn, shows a person who wants which session, and asks for a yes.
func (c *consenting) ask(ctx context.Context, s session.Session) error {
	a := c.broker.NewAsker(c.target.Profile)
	defer a.Close()
	p, err := a.Open(ctx)
	if err != nil {
		return c.failure(err)
	}
	if said, err := c.saidBefore(); said { // while it waited
		return err
	}
	p.Begin(fmt.Sprintf("%s wants the session of %s,\nwhich is valid for another %s.\n", prompt.Caller(), c.target.describe(), say.Duration(s.Left(time.Now()))))
	deadline, _ := ctx.Deadline()
	yes, err := p.Confirm(ctx, fmt.Sprintf("Give it out? (within %s)", say.Duration(time.Until(deadline))))
	if err == nil && !yes {
		err = ErrDeclined
	}
	return c.failure(err)
}

// memory returns the name under which the answer is kept for the next call of this
// job: callers run a helper twice, or a helper for each of their parts, within moments.
// An answer to another job does not count.
func (c *consenting) memory() string {
	return "consent\x00" + c.target.Profile.Name + "\x00" + c.target.cacheKey()
}

// yesReason marks a remembered yes, which has no reason to fail.
const yesReason failure.Reason = 0

func (c *consenting) noteAnswer(err error) {
	n := session.Failure{Ended: time.Now(), Job: session.JobID(), Reason: int(yesReason)}
	if err != nil {
		var f *failure.Error
		if !errors.As(err, &f) || errors.Is(err, prompt.ErrNoTerminal) {
			return
		}
		n.Reason, n.Message, n.Hint = int(f.Reason), f.Message, f.FirstHint()
	}
	_ = c.cache.Failed(c.memory(), n)
}

func (c *consenting) saidBefore() (said bool, err error) {
	n, ok := c.cache.Failure(c.memory())
	if !ok || n.Job != session.JobID() || !n.Applies(n.Job, c.since, time.Now()) {
		return false, nil
	}
	c.broker.Debug("confirm: this job was answered a moment ago")
	if failure.Reason(n.Reason) == yesReason {
		return true, nil
	}
	return true, remembered(n)
}

func (c *consenting) failure(err error) error {
	if err == nil {
		return nil
	}
	const needed = "awsbroker returns the session of %s only after a yes (awsbroker_confirm): %w"
	switch {
	case errors.Is(err, prompt.ErrNoTerminal):
		return failure.Unasked(err, needed, c.target.describe(), err).Hint("run the command in a terminal")
	case errors.Is(err, ErrDeclined):
		return failure.New(failure.NeedPerson, "the session of %s was not returned, because the answer was no", c.target.describe()).Because(err)
	}
	return failure.New(failure.NeedPerson, needed, c.target.describe(), err)
}
