package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/session"
)

func newLogin(a *app) *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use:   "login",
		Short: "get a session now",
		Long: `Get a new session of a profile now, asking for the MFA code, so that nothing
that runs later has to ask. Programs without a terminal then work for an hour.`,
		Args: positional(0, 0, "no arguments, only --profile"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, profile, err := a.session(cmd, profile, broker.Want{Fresh: true})
			if err != nil {
				return err
			}
			a.Step(fmt.Sprintf("profile %s has a session for %s", profile, broker.Words(s.Left(time.Now()))))
			return nil
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "profile to log in to")
	return cmd
}

// session gets a session for a command that a person runs.
func (a *app) session(cmd *cobra.Command, profile string, want broker.Want) (session.Session, string, error) {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return session.Session{}, "", err
	}
	profile, err = a.choose(b, profile)
	if err != nil {
		return session.Session{}, "", err
	}
	s, err := b.Session(cmd.Context(), profile, want)
	return s, profile, err
}

// choose a profile, and say which if nobody named one.
func (a *app) choose(b *broker.Broker, asked string) (string, error) {
	name, guessed, err := b.ChooseProfile(asked)
	if guessed {
		a.Step("using profile " + name)
	}
	return name, err
}
