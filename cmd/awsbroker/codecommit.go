package main

import "github.com/spf13/cobra"

func newCodeCommit(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "codecommit",
		Short: "use AWS CodeCommit repositories over HTTPS",
		Long: `Use AWS CodeCommit repositories over HTTPS, with passwords that the session of a
profile signs: setup. A user without a role can have a Git password instead, which
works until it is deleted: create, list, rotate, delete. It is kept in the keychain
and never shown.`,
		Args: noSuchCommand,
	}
	list := newCodeCommitList(a)
	asList(cmd, list)
	cmd.AddCommand(newCodeCommitSetup(a), list, newCodeCommitCreate(a), newCodeCommitRotate(a), newCodeCommitDelete(a))
	return cmd
}
