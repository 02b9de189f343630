package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/mfa"
	"github.com/awsbroker/awsbroker/internal/say"
)

const mfaSeedHelp = `Store the seed of the profile's virtual MFA device in the keychain. Profiles
with the line

  awsbroker_mfa_seed = keychain

then get their codes from the seed, and awsbroker no longer asks for them. The seed
is the secret key that AWS shows with a new device, or the otpauth:// URI of its QR
code. awsbroker asks for it, or reads it from standard input with -.

This has a price: a code is then no longer a second factor. Anyone who opens the
keychain, and any program that runs as you, has both factors.
`

type mfaSeedOptions struct {
	profile string
	stdin   bool
	remove  bool
}

func newMFASeed(a *app) *cobra.Command {
	o := &mfaSeedOptions{}
	cmd := &cobra.Command{
		Use:   "seed [-]",
		Short: "let awsbroker generate the codes of a device",
		Long:  mfaSeedHelp,
		Args:  positional(0, 1, "nothing, or - to read the seed from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] != "-" {
				return failure.New(failure.Usage, "other users can see arguments, so a seed cannot be one").
					Hint("run: %s", o.again())
			}
			o.stdin = len(args) > 0
			return runMFASeed(cmd, a, o)
		},
	}
	f := cmd.Flags()
	profileFlag(cmd, &o.profile, "profile whose MFA device it is")
	f.BoolVar(&o.remove, "remove", false, "remove the seed from the keychain")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}

// again is the command that asks for the seed.
func (o *mfaSeedOptions) again() string {
	if o.profile == "" {
		return "awsbroker mfa seed"
	}
	return "awsbroker mfa seed --profile " + say.ShellWord(o.profile)
}

func runMFASeed(cmd *cobra.Command, a *app, o *mfaSeedOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	profile, err := a.choose(b, o.profile)
	if err != nil {
		return err
	}
	if o.remove {
		device, err := mfa.RemoveSeed(cmd.Context(), b, profile)
		if err == nil {
			a.Step("the seed of " + device + " was removed from the keychain")
		}
		return err
	}
	var seed credential.Secret
	if o.stdin {
		line, err := readLine(os.Stdin, 2048, broker.PersonLimits.Question, "seed")
		if err != nil {
			return err
		}
		seed = credential.NewSecret(line)
	}
	t, err := mfa.StoreSeed(cmd.Context(), b, profile, seed)
	if err != nil {
		return err
	}
	a.Step("the seed of " + t.Profile.MFASerial + " was stored in the keychain")
	if t.Profile.MFASeed == "" {
		a.Step(fmt.Sprintf("to use it: awsbroker set %s mfa_seed keychain", say.ShellWord(t.Profile.Name)))
	}
	return nil
}
