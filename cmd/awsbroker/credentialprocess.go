package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/socket"
)

func newCredentialProcess(a *app) *cobra.Command {
	var profile, at string
	cmd := &cobra.Command{
		Use:   "credential-process",
		Short: "print a session in the format of AWS tools (they run this)",
		Long: `Print a session as JSON, for the credential_process setting of a profile. AWS
tools run this command; awsbroker setup writes the setting.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html

With --socket, the session comes from awsbroker serve, which runs on the machine
with the keychain. No profile is needed here, and nobody is asked here.`,
		Args: func(cmd *cobra.Command, args []string) error {
			a.oneLine = true
			return positional(0, 0, "no arguments, only --profile")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runCredentialProcess(cmd, a, profile, at) },
	}
	profileFlag(cmd, &profile, "profile whose session to print")
	cmd.Flags().StringVar(&at, "socket", "", "socket of a server to get the session from (awsbroker serve)")
	narrows(cmd, &a.narrow)
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		a.oneLine = true
		return usage(err)
	})
	return cmd
}

func runCredentialProcess(cmd *cobra.Command, a *app, profile, at string) error {
	give := a.giveAnswer
	if cmd.Flags().Changed("socket") {
		if profile != "" || a.narrow.readOnly || len(a.narrow.policies)+len(a.narrow.arns) > 0 {
			return usage(errors.New("--socket takes no profile and no limits: the server has its own"))
		}
		give = func(ctx context.Context, _ string) (session.Session, error) {
			ctx, cancel := context.WithDeadline(ctx, a.started.Add(broker.CallerLimits.Run))
			defer cancel()
			return socket.Ask(ctx, at, socket.Myself())
		}
	}
	s, err := give(cmd.Context(), profile)
	if err != nil {
		return err
	}
	answer, err := s.Answer()
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(answer)
	return err
}

// giveAnswer gets the session of a profile of this machine.
func (a *app) giveAnswer(ctx context.Context, profile string) (session.Session, error) {
	b, err := a.broker(broker.CallerLimits)
	if err != nil {
		return session.Session{}, err
	}
	if profile, _, err = b.ChooseProfile(profile); err != nil {
		return session.Session{}, err
	}
	return b.Session(ctx, profile, broker.Want{})
}
