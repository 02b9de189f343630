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
		Long: `List, enroll, resync and remove MFA devices in AWS: your own user's, or with
--user another user's. AWS is asked through a session of the profile's role, or
with the key from the keychain, whichever it lets do it; for one MFA code at
most, beside those that prove a device.

A new phone: awsbroker mfa enroll --replace NAME, while you have the old one.`,
		Args: noSubcommand,
	}
	list := newMFAList(a)
	asList(cmd, list)
	cmd.AddCommand(list, newMFAEnroll(a), newMFAResync(a), newMFARemove(a), newMFASeed(a))
	return cmd
}

func mfaFlags(cmd *cobra.Command, o *mfa.Options) {
	f := cmd.Flags()
	f.StringVar(&o.User, "user", "", "user whose devices are meant (default the one of the key that acts)")
	f.StringVar(&o.Key, "key", "", "key of the keychain that acts")
	profileFlag(cmd, &o.Profile, "profile through which AWS is asked")
}

func newMFAEnroll(a *app) *cobra.Command {
	var o mfa.EnrollOptions
	cmd := &cobra.Command{
		Use:   "enroll",
		Short: "add a virtual MFA device, with a QR code in the terminal",
		Long: `Add a virtual MFA device: an entry in an authenticator app. The terminal shows
its QR code and its key as text, asks for two codes that follow each other, and
AWS enables it. A user can have eight devices. Profiles that name no device, or
one that is not there, are offered the new one.

--replace OLD puts it in the place of a device, for a new phone: it is enrolled,
proved with a session, named in every profile that named the old one, and only
then the old one is removed. Cut short at any point, the same command goes on.
Sessions that were got with the old device go on until they end.

If nothing comes of it, the device is deleted. --qr-file FILE is for terminals
that cannot draw: the picture is deleted when the device is enabled.`,
		Example: "  awsbroker mfa enroll\n  awsbroker mfa enroll --name tablet\n  awsbroker mfa enroll --replace phoebe",
		Args:    positional(0, 0, "no arguments; the name is --name"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Yes = a.yes
			return runMFAEnroll(cmd, a, o)
		},
	}
	mfaFlags(cmd, &o.Options)
	f := cmd.Flags()
	f.StringVar(&o.Name, "name", "", "name of the device (default the user's, with a number if that is taken)")
	f.StringVar(&o.Replace, "replace", "", "the device whose place it takes: its name or serial number")
	f.StringVar(&o.QRFile, "qr-file", "", "a PNG file for the QR code, which must not be there yet")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask, but for codes")
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
		a.Step(fmt.Sprintf("profile %s names it", profile))
	}
	if done.Replaced != "" {
		a.Step(done.Replaced + " is gone: delete its entry in the app; sessions that it got go on until they end")
	}
	return nil
}

func newMFAResync(a *app) *cobra.Command {
	var o mfa.Options
	cmd := &cobra.Command{
		Use:   "resync [NAME]",
		Short: "tell AWS how far the clock of a device is off",
		Long: `Tell AWS, with two codes that follow each other, how far the clock of an MFA
device is off, when it accepts its codes no more. NAME is the name or the serial
number of the device; without it, it is the only one that shows codes. A phone
is better helped by setting its clock to the time of the network.`,
		Args: positional(0, 1, "the name of one device, or none"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			name := ""
			if len(args) == 1 {
				if name = args[0]; name == "" {
					return usage(errors.New("a device has a name"))
				}
			}
			serial, err := mfa.Resync(cmd.Context(), b, name, o)
			if err != nil {
				return err
			}
			a.Step(serial + " is in step with AWS's clock")
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
		Short: "take an MFA device from its user and delete it",
		Long: `Take an MFA device from its user and delete it. NAME is its name or its serial
number, which mfa list shows. A device that a profile uses is not removed, nor is
the last one that shows codes, which the API needs: mfa enroll --replace puts
another one in its place.`,
		Args: positional(1, 1, "the name of one device, which mfa list shows"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			serial, err := mfa.Remove(cmd.Context(), b, args[0], o)
			if err != nil {
				return err
			}
			a.Step(serial + " is gone")
			return nil
		},
	}
	mfaFlags(cmd, &o)
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask")
	return cmd
}
