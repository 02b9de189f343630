package main

import "github.com/spf13/cobra"

func newMFA(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mfa",
		Short: "the MFA devices of your user in AWS",
		Long:  `The MFA devices of your user in AWS, whose codes awsbroker asks for.`,
		Args:  noSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	return cmd
}
