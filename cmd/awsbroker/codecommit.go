package main

import "github.com/spf13/cobra"

func newCodeCommit(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "codecommit",
		Short: "use AWS CodeCommit repositories over HTTPS",
		Long: `Use AWS CodeCommit repositories over HTTPS, with passwords that the session of a
profile signs.`,
		Args: noSuchCommand,
	}
	cmd.AddCommand(newCodeCommitSetup(a))
	return cmd
}
