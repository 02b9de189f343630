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
		Short: "replace an access key by a new one",
		Long: `Replace an access key by a new one of the same user: in AWS and in the keychain.
The new key is stored beside the old one and proved before it takes its place,
and the old one is deactivated before it is deleted. Sessions of roles go on;
one MFA code is asked for, and none where a session is in hand.

A rotation that is cut short, however it is, loses nothing: run the command
again to finish it.

KEY is the name of the key in the keychain; without it, it is the profile's, or
the only one. The user may be allowed to replace its own keys, or a role that a
profile of the key assumes is; awsbroker finds out which.`,
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
	profileFlag(cmd, &o.Profile, "profile whose role replaces the key, where several use it")
	f.BoolVar(&o.KeepOld, "keep-old", false, "leave the old key in AWS, inactive")
	f.BoolVar(&o.DryRun, "dry-run", false, "say what would be done, and change nothing")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask; a second key is deleted if it is inactive")
	return cmd
}

func runRotate(cmd *cobra.Command, a *app, o rotate.Options) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	done, err := rotate.Run(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	switch {
	case o.DryRun:
		a.Step("nothing was changed")
	case done.Resumed:
		a.Step(fmt.Sprintf("the earlier rotation of key %s is finished", done.Key))
	default:
		a.Step(fmt.Sprintf("key %s is rotated", done.Key))
	}
	if !o.DryRun && done.OldKept {
		a.Step(fmt.Sprintf("%s stays in AWS, inactive; its secret is gone", done.Old))
	}
	return nil
}
