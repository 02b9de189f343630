package main

import (
	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
)

func newCredentialProcess(a *app) *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use:   "credential-process",
		Short: "print a session in the format of AWS tools (they run this)",
		Long: `Print a session as JSON, for the credential_process setting of a profile. AWS
tools run this command; awsbroker setup writes the setting.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			a.oneLine = true
			return positional(0, 0, "no arguments, only --profile")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runCredentialProcess(cmd, a, profile) },
	}
	profileFlag(cmd, &profile, "profile whose session to print")
	narrows(cmd, &a.narrow)
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		a.oneLine = true
		return usage(err)
	})
	return cmd
}

func runCredentialProcess(cmd *cobra.Command, a *app, profile string) error {
	b, err := a.broker(broker.CallerLimits)
	if err != nil {
		return err
	}
	if profile, _, err = b.ChooseProfile(profile); err != nil {
		return err
	}
	s, err := b.Session(cmd.Context(), profile, broker.Want{})
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
