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
		Short:   "take an access key out of the keychain",
		Long: `Take an access key out of the keychain. In AWS the key goes on working: delete
it there, too, unless it is stored somewhere else.`,
		Args: positional(1, 1, "the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if err := keychain.RemoveKey(cmd.Context(), b, args[0]); err != nil {
				return err
			}
			a.Step(fmt.Sprintf("key %q is not in the keychain any more", args[0]))
			return nil
		},
	}
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}
