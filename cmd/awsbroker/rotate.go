package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/rotate"
)

func newRotate(a *app) *cobra.Command {
	var o rotate.Options
	cmd := &cobra.Command{
		Use:   "rotate [KEY]",
		Short: "replace an access key with a new one",
		Long: `Replace an access key with a new one of the same user, in AWS and in the keychain.
awsbroker stores the new key beside the old one and tests it before the switch. It
deactivates the old key before it deletes it. Sessions of roles stay valid. It asks
for one MFA code, or for none if you have a session.

An interrupted rotation loses nothing: run the command again to finish it.

KEY is the name of the key in the keychain; the default is the profile's key, or the
only one. Either the user may replace its own keys, or a role that a profile of the
key assumes may do it; awsbroker tries both.`,
		Example: "  awsbroker rotate\n  awsbroker rotate phoebe --keep-old\n  awsbroker rotate phoebe --dry-run",
		Args:    positional(0, 1, "the name of one key, or none"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Key = args[0]
			}
			o.Yes = a.yes
			return runRotate(cmd, a, o)
		},
	}
	f := cmd.Flags()
	profileFlag(cmd, &o.Profile, "profile whose role replaces the key, if several profiles use the key")
	f.BoolVar(&o.KeepOld, "keep-old", false, "keep the old key in AWS, inactive")
	f.BoolVar(&o.DryRun, "dry-run", false, "show the plan, and change nothing")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask; delete a second key if it is inactive")
	return cmd
}

func runRotate(cmd *cobra.Command, a *app, o rotate.Options) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if o.DryRun {
		b.Report = rehearsal{a}
	}
	done, err := rotate.Run(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	switch {
	case o.DryRun:
		a.Step("nothing was changed")
	case done.Resumed:
		a.Step(fmt.Sprintf("the earlier rotation of key %s was finished", done.Key))
	default:
		a.Step(fmt.Sprintf("key %s was rotated", done.Key))
	}
	if !o.DryRun && done.OldKept {
		a.Step(fmt.Sprintf("%s is still in AWS, inactive; there is no copy of its secret", done.Old))
	}
	return nil
}
