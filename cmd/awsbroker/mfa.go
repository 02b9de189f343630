package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/mfa"
)

func newMFA(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mfa",
		Short: "list, enroll, resync and remove the MFA devices of your user",
		Long: `List, enroll, resync and remove MFA devices in AWS: your own or, with --user, those
of another user. awsbroker calls AWS with a session of the profile's role or with
the key in the keychain, whichever is allowed to do it, and asks for at most one
MFA code, in addition to the codes that test a device.

For a new phone run awsbroker mfa enroll --replace NAME while you have the old one.`,
		Args: noSubcommand,
	}
	list := newMFAList(a)
	asList(cmd, list)
	cmd.AddCommand(list, newMFAEnroll(a), newMFAResync(a), newMFARemove(a), newMFASeed(a))
	return cmd
}

func mfaFlags(cmd *cobra.Command, o *mfa.Options) {
	f := cmd.Flags()
	f.StringVar(&o.User, "user", "", "user whose devices to manage (default: the user of the key in use)")
	f.StringVar(&o.Key, "key", "", "key in the keychain to use")
	profileFlag(cmd, &o.Profile, "profile used to call AWS")
}

func newMFAEnroll(a *app) *cobra.Command {
	var o mfa.EnrollOptions
	cmd := &cobra.Command{
		Use:   "enroll",
		Short: "add a virtual MFA device, with a QR code in the terminal",
		Long: `Add a virtual MFA device, which is an entry in an authenticator app. awsbroker shows
its QR code and its key as text, asks for two consecutive codes, and enables the
device. A user can have eight devices. awsbroker offers to write the new device into
profiles that name none, or one that does not exist.

--replace OLD is for a new phone. awsbroker enrolls the new device, tests it with a
session, writes it into every profile that names the old one, and only then removes
the old one. If it is interrupted, run the same command again to resume. Sessions
from codes of the old device stay valid until they end.

If you cancel, awsbroker deletes the new device. --qr-file FILE is for terminals that
cannot draw; awsbroker deletes the file when the device is enabled.`,
		Example: "  awsbroker mfa enroll\n  awsbroker mfa enroll --name tablet\n  awsbroker mfa enroll --replace phoebe",
		Args:    positional(0, 0, "no arguments; the name is --name"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Yes = a.yes
			return runMFAEnroll(cmd, a, o)
		},
	}
	mfaFlags(cmd, &o.Options)
	f := cmd.Flags()
	f.StringVar(&o.Name, "name", "", "name of the device (default: the user's name, with a number if that is taken)")
	f.StringVar(&o.Replace, "replace", "", "the device to replace: its name or serial number")
	f.StringVar(&o.QRFile, "qr-file", "", "a new PNG file for the QR code")
	f.BoolVarP(&a.yes, "yes", "y", false, "ask for codes only")
	return cmd
}

func runMFAEnroll(cmd *cobra.Command, a *app, o mfa.EnrollOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	done, err := mfa.Enroll(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	for _, profile := range done.Profiles {
		a.Step(fmt.Sprintf("profile %s uses it now", profile))
	}
	if done.Replaced != "" {
		a.Step(done.Replaced + " was removed: delete its entry in the app; sessions from its codes stay valid until they end")
	}
	return nil
}

func newMFAResync(a *app) *cobra.Command {
	var o mfa.Options
	cmd := &cobra.Command{
		Use:   "resync [NAME]",
		Short: "tell AWS how wrong the clock of a device is",
		Long: `If AWS no longer accepts the codes of an MFA device, this tells AWS with two
consecutive codes how wrong the clock of the device is. NAME is the name or serial
number of the device; the default is the only one that shows codes. On a phone, set
the clock to the time of the network instead.`,
		Args: positional(0, 1, "the name of one device, or none"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			name := ""
			if len(args) == 1 {
				if name = args[0]; name == "" {
					return usage(errors.New("the name of the device is empty"))
				}
			}
			serial, err := mfa.Resync(cmd.Context(), b, name, o)
			if err != nil {
				return err
			}
			a.Step(serial + " is in step with AWS's clock again")
			return nil
		},
	}
	mfaFlags(cmd, &o)
	return cmd
}

func newMFARemove(a *app) *cobra.Command {
	var o mfa.Options
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "remove an MFA device from its user and delete it",
		Long: `Remove an MFA device from its user and delete it. NAME is its name or serial number;
awsbroker mfa list shows them. awsbroker refuses to remove a device that a profile
uses, and the last one that shows codes, because the API needs codes. Use mfa enroll
--replace to replace it.`,
		Args: positional(1, 1, "the name of one device (to list them: awsbroker mfa list)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			serial, err := mfa.Remove(cmd.Context(), b, args[0], o)
			if err != nil {
				return err
			}
			a.Step(serial + " was removed")
			return nil
		},
	}
	mfaFlags(cmd, &o)
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}
