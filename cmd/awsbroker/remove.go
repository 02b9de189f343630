package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/keychain"
)

func newRemove(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "remove KEY",
		Aliases: []string{"rm"},
		Short:   "remove an access key from the keychain",
		Long: `Remove an access key from the keychain. The key keeps working in AWS: delete it
there, too, unless you use it from somewhere else. The Git password beside the key
(awsbroker codecommit create) is removed with it, and keeps working in AWS, too.`,
		Args: positional(1, 1, "the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if err := keychain.RemoveKey(cmd.Context(), b, args[0]); err != nil {
				return err
			}
			a.Step(fmt.Sprintf("key %q was removed from the keychain", args[0]))
			return nil
		},
	}
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}
