package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
)

func newLogout(a *app) *cobra.Command {
	var profile string
	var all bool
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "forget sessions",
		Long: `Forget the session of a profile, or every session. In AWS a session goes on
until it ends by itself; what is forgotten is the copy here. With --all the
passphrase of the encrypted file is forgotten, too.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all && profile != "" {
				return usage(errors.New("--profile and --all exclude each other"))
			}
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if all {
				if err := b.LogoutAll(cmd.Context()); err != nil {
					return err
				}
				a.Step("all sessions are forgotten")
				return nil
			}
			name, err := a.choose(b, profile)
			if err != nil {
				return err
			}
			if err := b.Logout(cmd.Context(), name); err != nil {
				return err
			}
			a.Step("the session of profile " + name + " is forgotten")
			return nil
		},
	}
	takesProfile(cmd, &profile, "profile to log out of")
	cmd.Flags().BoolVar(&all, "all", false, "forget every session")
	return cmd
}
