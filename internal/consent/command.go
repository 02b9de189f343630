package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Command is one of awsbroker's that changes keys, profiles or an account, and that a
// coding agent wants to run.
type Command struct {
	Room
	Agent caller.Agent
	Rule  agents.Rule
	Line  string // as it was typed, without secrets
}

// Decide returns nil if the agent may run the command, else a [failure.NeedPerson].
func (c *Command) Decide(ctx context.Context) error {
	switch c.Rule {
	case agents.Allow:
		return nil
	case agents.Refuse:
		return failure.New(failure.NeedPerson, "coding agents may not run this command (awsbroker_agents), and %s is one", c.Agent.Name).
			Hint("the person who uses this machine can run it in a terminal of their own")
	}
	life, _ := c.Agent.Life()
	now := time.Now()
	for _, p := range c.Cache.Permits(now) {
		if p.Profile == noProfile && isDenial(p, c.Agent, life) {
			return c.denied(fmt.Errorf("a person said no, which counts for another %s", say.Duration(p.Ends.Sub(now))))
		}
	}
	err := c.ask(ctx)
	if errors.Is(err, ErrDeclined) {
		now := time.Now()
		_ = c.Cache.KeepPermit(session.Permit{Profile: noProfile, Agent: c.Agent.Name, Life: life, Denied: true, Given: now, Ends: No.Ends(now)})
	}
	return err
}

// noProfile is what a no to a command is kept for.
const noProfile = ""

func (c *Command) denied(why error) error {
	return failure.New(failure.NeedPerson, "%s may not run %s: %w", c.Agent.Name, c.Line, why).Because(ErrDeclined)
}

func (c *Command) ask(ctx context.Context) error {
	p, err := c.Open(ctx)
	if err != nil {
		return c.unasked(err)
	}
	defer p.Close()
	dir, _ := os.Getwd()
	p.Begin(fmt.Sprintf("%s wants to change keys, profiles or what is in AWS.\nIt runs, in %s:\n%s\n", prompt.Caller(), say.Quoted(dir), c.Line))
	yes, err := p.Confirm(ctx, fmt.Sprintf("Let %s do this?%s", say.Quoted(c.Agent.Name), within(ctx)))
	switch {
	case errors.Is(err, prompt.ErrNoTerminal):
		return c.unasked(err)
	case errors.Is(ctx.Err(), context.Canceled):
		return failure.New(failure.NeedPerson, "%w", prompt.ErrCancelled)
	case !yes:
		return c.denied(cmp.Or(err, errors.New("the answer was no")))
	}
	return nil
}

func (c *Command) unasked(err error) error {
	return failure.New(failure.NeedPerson, "%s may run this only after a yes in a window, and there is no way to show one (pinentry, zenity, kdialog)", c.Agent.Name).
		Because(err).Hint("the person who uses this machine can run it in a terminal of their own")
}
