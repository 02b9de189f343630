package main

import (
	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
)

func newKeystoreLock(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "lock",
		Short: "delete the cached passphrase of the encrypted file",
		Long: `Delete the cached passphrase of the encrypted file. The next use asks for it.

awsbroker caches a typed passphrase for 8 hours: in the memory of the kernel on
Linux, under DPAPI on Windows, not at all on other systems. To change that time, set
awsbroker_passphrase_for (1m to 24h, or off) in the section [default] of the config
file. This command keeps your sessions; awsbroker logout --all deletes both.`,
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
				b.Report.Step("no passphrase was cached")
			} else {
				b.Report.Step("the cached passphrase was deleted; the next use will ask for it")
			}
			return nil
		},
	}
}
