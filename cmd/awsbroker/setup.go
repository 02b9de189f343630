package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/setup"
)

func newSetup(a *app) *cobra.Command {
	var o setup.Options
	cmd := &cobra.Command{
		Use:   "setup PROFILE",
		Short: "write a profile that uses a key of the keychain",
		Long: `Write a profile into ~/.aws/config whose credential_process is awsbroker, or
convert one that is there. What changes is shown first; every other line of the
file stays as it is. The profile is proved with one session, which takes an MFA
code, before it is written.

What is not named is taken from the profile as it is. Else the role is
role/admin-mfa in the account of the key, and the device is the one that the
key's user has, or mfa/USER where the key may not list devices.`,
		Example: "  awsbroker setup admin --key phoebe --region eu-central-1\n" +
			"  awsbroker setup admin --key phoebe --role-arn arn:aws:iam::123456789012:role/admin-mfa --mfa-serial arn:aws:iam::123456789012:mfa/phoebe",
		Args: positional(1, 1, "the name of one profile"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Profile, o.Region = args[0], a.region
			return runSetup(cmd, a, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.KeyName, "key", "", "name of the key in the keychain")
	f.StringVar(&o.RoleARN, "role-arn", "", "role to assume")
	f.StringVar(&o.MFASerial, "mfa-serial", "", "ARN or serial number of the MFA device")
	f.BoolVar(&o.Offline, "offline", false, "do not prove the profile with a session")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask before writing")
	return cmd
}

func runSetup(cmd *cobra.Command, a *app, o setup.Options) error {
	program, err := program()
	if err != nil {
		return err
	}
	o.Program = program
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	changed, err := setup.Run(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	if !changed {
		a.Step(fmt.Sprintf("profile %s was set up already", o.Profile))
		return nil
	}
	if file := os.Getenv("AWS_CONFIG_FILE"); file != "" {
		a.Step(fmt.Sprintf("programs find the profile only where AWS_CONFIG_FILE is set as it is here: %s", file))
	}
	a.Step(fmt.Sprintf("profile %s is set up; try: aws sts get-caller-identity --profile %s", o.Profile, o.Profile))
	return nil
}
