package main

import (
	"fmt"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/setup"
	"github.com/spf13/cobra"
)

// runSetupAll sets all profiles up.
func runSetupAll(cmd *cobra.Command, a *app, o setup.AllOptions) error {
	for _, name := range []string{"like", "key", "role-arn", "no-role", "mfa-serial", config.FlagReadOnly[2:], config.FlagPolicy[2:], config.FlagPolicyARN[2:]} {
		if cmd.Flag(name).Changed {
			return failure.New(failure.Usage, "--%s is for one profile, and --all is all of them", name)
		}
	}
	if err := refuseEmpty(cmd, "region", "mfa-session"); err != nil {
		return err
	}
	var err error
	if o.Program, err = program(); err != nil {
		return err
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	done, err := setup.RunAll(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	switch n := len(done.Profiles); {
	case o.DryRun:
		fmt.Fprintln(a.screen, say.Text(done.Shown))
		a.Step("nothing was changed")
		return nil
	case n == 0 && len(done.Keys) == 0:
		if done.Shown != "" {
			fmt.Fprintln(a.stderr, say.Text(done.Shown))
		}
		a.Step("there is nothing to set up")
		return nil
	case n > 0:
		a.Step(say.Count(n, "profile is", "profiles are") + " set up: " + someOf(done.Profiles))
		a.advise("to try them: awsbroker login --all")
	}
	if len(done.NoRegion) > 0 {
		a.Warn("without a region, which most AWS tools need: " + someOf(done.NoRegion))
	}
	for _, name := range done.Keys {
		a.advise("backups may still have the key; to replace it: awsbroker rotate " + say.ShellWord(name))
	}
	return nil
}
