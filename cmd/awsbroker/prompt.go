package main

import (
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// newPrompt is the command that prints what a shell's prompt shows. Package early
// answers it where it can: a prompt is printed after every command.
func newPrompt(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "prompt",
		Short: "print the profile and the time left, for a shell's prompt",
		Long: `Print the profile of this shell and the minutes left of its session: in a shell of
awsbroker exec the shell's own session, otherwise that of AWS_PROFILE. If there is
no session, print nothing. The command never asks.`,
		Example: `  PS1='[$(awsbroker prompt)] \w \$ '            bash
  command = "awsbroker prompt"                  starship, in [custom.aws]`,
		Args: positional(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.stdout, segment(b, time.Now()))
			return err
		},
	}
}

// segment returns the line that the prompt shows; empty if there is nothing to show.
func segment(b *broker.Broker, now time.Time) string {
	if profile := os.Getenv(variables.ProfileName); profile != "" {
		end, err := time.Parse(time.RFC3339, os.Getenv("AWS_CREDENTIAL_EXPIRATION"))
		if err != nil {
			end, _ = b.CachedUntil(profile)
		}
		return say.Clean(variables.Segment(profile, end, now)) + "\n"
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if profile := os.Getenv(name); profile != "" {
			if end, ok := b.CachedUntil(profile); ok {
				return say.Clean(variables.Segment(profile, end, now)) + "\n"
			}
			return ""
		}
	}
	return ""
}
