package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/socket"
)

func newLogout(a *app) *cobra.Command {
	var profile string
	var all bool
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "delete cached sessions",
		Long: `Delete the cached session of a profile, or all cached sessions. This deletes the
copy on this machine; in AWS a session stays valid until it expires. --all also
deletes the cached passphrase of the encrypted file. Servers (awsbroker serve) of the
profile end, or all of them.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all && profile != "" {
				return usage(errors.New("--profile and --all exclude each other"))
			}
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			if all {
				if err := b.LogoutAll(cmd.Context()); err != nil {
					return err
				}
				a.Step("all cached sessions were deleted" + endServers(cmd.Context(), b, ""))
				return nil
			}
			name, err := a.choose(b, profile)
			if err != nil {
				return err
			}
			if err := b.Logout(cmd.Context(), name); err != nil {
				return err
			}
			a.Step("the cached session of profile " + name + " was deleted" + endServers(cmd.Context(), b, name))
			return nil
		},
	}
	takesProfile(cmd, &profile, "profile to log out of")
	cmd.Flags().BoolVar(&all, "all", false, "delete every cached session")
	return cmd
}

// endServers ends the servers of a profile, or all, and says so.
func endServers(ctx context.Context, b *broker.Broker, profile string) string {
	ended := socket.End(ctx, b.Paths, profile)
	if ended == 0 {
		return ""
	}
	return ", and " + say.Count(ended, "server", "servers") + " ended"
}
