package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/setup"
)

func newSetup(a *app) *cobra.Command {
	var o setupFlags
	cmd := &cobra.Command{
		Use:   "setup PROFILE",
		Short: "write a profile that uses a key in the keychain",
		Long: `Write a profile into ~/.aws/config whose credential_process is awsbroker, or
convert an existing one. awsbroker shows the change first and leaves every other
line as it is. Before it writes the profile, it tests it with one session, which
takes an MFA code.

An existing profile keeps the settings that you do not name; one without a role
gets none. A new profile gets role/admin-mfa in the account of the key. The MFA
device is that of the key's other profiles, else the one of the key's user, or
mfa/USER if the key may not list devices. The region is that of --region,
AWS_REGION or AWS_DEFAULT_REGION, else that of the key's other profiles, else that
of [default], else awsbroker asks for it.

With --mfa-session one code gets an MFA session, which awsbroker seals and caches.
Until it ends, awsbroker renews sessions of the key's roles without a code.

--like begins with the settings of another profile. With --read-only and
--session-policy, the sessions of the role may do less, as with exec.

--role is short for --role-arn, --device for --mfa-serial. A role name is looked up
in the account of the profile's role, else of the key; a device name in the account
of the key.

--all converts every profile that keys in the keychain can serve, those of
aws-vault, granted and awsume too, and moves keys in plaintext into the keychain.
It shows all of it first, with what it cannot convert and why, and asks once.`,
		Example: "  awsbroker setup admin --key phoebe --region eu-central-1\n" +
			"  awsbroker setup admin --key phoebe --role admin-mfa --device pixel-7\n" +
			"  awsbroker setup me --key phoebe --no-role\n" +
			"  awsbroker setup agent --like admin --read-only\n" +
			"  awsbroker setup --all --dry-run",
		Args: func(cmd *cobra.Command, args []string) error {
			if o.all {
				return positional(0, 0, "no profile beside --all")(cmd, args)
			}
			return positional(1, 1, "the name of one profile, or --all")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.all {
				return runSetupAll(cmd, a, setup.AllOptions{Region: a.region, MFASession: o.MFASession, Offline: o.Offline, DryRun: o.dryRun})
			}
			if err := o.complete(cmd, a, args[0]); err != nil {
				return err
			}
			return runSetup(cmd, a, o.Options)
		},
	}
	o.register(cmd, a)
	return cmd
}

// setupFlags are the flags of setup: the options of a run, and what only the command knows.
type setupFlags struct {
	setup.Options
	all, dryRun bool
	narrow      narrowFlags
}

// register gives the command its flags.
func (o *setupFlags) register(cmd *cobra.Command, a *app) {
	f := cmd.Flags()
	f.StringVar(&o.Like, "like", "", "profile to copy the settings from")
	narrows(cmd, &o.narrow)
	f.StringVar(&o.KeyName, "key", "", "name of the key in the keychain")
	f.StringVar(&o.RoleARN, "role-arn", "", "role to assume: its ARN or its name")
	f.BoolVar(&o.NoRole, "no-role", false, "assume no role: use the rights of the key's user")
	f.StringVar(&o.MFASerial, "mfa-serial", "", "MFA device: its ARN, name or serial number")
	f.StringVar(&o.MFASession, "mfa-session", "", "one code for all roles of the key for this long, like 8h (15m to 36h)")
	f.BoolVar(&o.all, "all", false, "set up every profile that keys in the keychain can serve")
	f.BoolVar(&o.dryRun, "dry-run", false, "with --all: show the plan, and change nothing")
	f.BoolVar(&o.Offline, "offline", false, "do not test the profile with a session")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask before writing")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "role":
			name = "role-arn"
		case "device":
			name = "mfa-serial"
		}
		return pflag.NormalizedName(name)
	})
}

// complete makes the flags the options for one profile, or refuses them.
func (o *setupFlags) complete(cmd *cobra.Command, a *app, profile string) (err error) {
	if o.dryRun {
		return failure.New(failure.Usage, "--dry-run goes with --all; for one profile, setup shows what changes and asks")
	}
	o.Profile, o.Region, o.Yes = profile, a.region, a.yes
	if o.Narrow, err = o.narrow.narrowing(); err != nil {
		return err
	}
	if err := refuseEmpty(cmd, "like", "key", "role-arn", "mfa-serial", "region", "mfa-session"); err != nil {
		return err
	}
	if o.NoRole && o.RoleARN != "" {
		return failure.New(failure.Usage, "--no-role and --role-arn exclude each other")
	}
	return nil
}

// refuseEmpty refuses flags that were given an empty value, as a variable that is not
// set gives: to go on without what was meant to be named would write something else.
func refuseEmpty(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if f := cmd.Flag(name); f.Changed && f.Value.String() == "" {
			return failure.New(failure.Usage, "--%s is empty", name).Hint("add a value, or leave out --%s", name)
		}
	}
	return nil
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
		a.Step(fmt.Sprintf("profile %s was already set up", o.Profile))
		return nil
	}
	if file := os.Getenv("AWS_CONFIG_FILE"); file != "" {
		a.Step(fmt.Sprintf("programs find the profile only if AWS_CONFIG_FILE is set as it is here: %s", file))
	}
	a.Step(fmt.Sprintf("profile %s is set up; try it: aws sts get-caller-identity --profile %s", o.Profile, o.Profile))
	return nil
}
