package main

import "github.com/spf13/cobra"

func newCodeCommit(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "codecommit",
		Short: "use AWS CodeCommit repositories over HTTPS",
		Long: `Use AWS CodeCommit repositories over HTTPS, with passwords that the session of a
profile signs. The other way are Git passwords of an IAM user: create, list, rotate
and delete. They are for users without a role, have no end, and are kept in the
keychain and never shown.`,
		Args: noSuchCommand,
	}
	list := newCodeCommitList(a)
	asList(cmd, list)
	cmd.AddCommand(newCodeCommitSetup(a), list, newCodeCommitCreate(a), newCodeCommitRotate(a), newCodeCommitDelete(a))
	return cmd
}
