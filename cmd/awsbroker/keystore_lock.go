package main

import (
	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
)

func newKeystoreLock(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "lock",
		Short: "forget the passphrase of the encrypted file",
		Long: `Forget the passphrase of the encrypted file, so that the next use asks for it.

A passphrase that was typed is kept for 8 hours: in memory of the kernel on Linux,
under DPAPI on Windows, nowhere on other systems. awsbroker_passphrase_for in the
section [default] of the config file is another time, from 1m to 24h, or off.
Sessions are not ended: awsbroker logout --all does both.`,
		Example: "  awsbroker keystore lock",
		Args:    positional(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			was := b.PassphraseKept()
			if err := b.ForgetPassphrase(); err != nil {
				return err
			}
			if was.IsZero() {
				b.Report.Step("no passphrase is kept")
			} else {
				b.Report.Step("the passphrase is forgotten: the next use asks for it")
			}
			return nil
		},
	}
}
