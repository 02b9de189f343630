package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
)

func newAdd(a *app) *cobra.Command {
	var o broker.AddOptions
	cmd := &cobra.Command{
		Use:   "add KEY",
		Short: "put an access key into the keychain",
		Long: `Put the long-lived access key of an IAM user into the keychain, under a name of
your choice. Id and secret are asked for on the terminal, the secret hidden.
AWS is asked whose key it is before it is stored.`,
		Example: "  awsbroker add phoebe\n  awsbroker add phoebe --replace\n  AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… awsbroker add ci --from-env --keystore file",
		Args:    positional(1, 1, "the name of one key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Name = args[0]
			return runAdd(cmd, a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.FromEnv, "from-env", false, "take the key from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	f.BoolVar(&o.Replace, "replace", false, "replace the key of that name")
	f.BoolVar(&o.Offline, "offline", false, "do not ask AWS whose key it is")
	return cmd
}

func runAdd(cmd *cobra.Command, a *app, o broker.AddOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	added, err := b.Add(cmd.Context(), o)
	if err != nil {
		return err
	}
	whose := ""
	if added.ARN != "" {
		whose = " of " + added.ARN
	}
	a.Step(fmt.Sprintf("key %q (%s%s) is in %s", o.Name, added.AccessKeyID, whose, broker.KeystoreName(added.Keystore)))
	if !o.Replace {
		a.tell("hint", "36", fmt.Sprintf("next, a profile that uses it: awsbroker setup admin --key %s", o.Name))
	}
	return nil
}
