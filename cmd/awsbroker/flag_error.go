package main

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/near"
)

// flagError says in our own words what is wrong with the flags of a command line, and
// which flag may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &bare):
		return failure.New(failure.Usage, "--%s takes a value", bare.GetFlag().Name)
	case errors.As(err, &invalid):
		if errors.As(err, new(*strconv.NumError)) {
			return failure.New(failure.Usage, "--%s takes a whole number, not %q", invalid.GetFlag().Name, invalid.GetValue())
		}
		return failure.New(failure.Usage, "--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	}
	return usage(err)
}

func unknownFlag(cmd *cobra.Command, e *pflag.NotExistError) error {
	if letters := e.GetSpecifiedShortnames(); letters != "" {
		return failure.New(failure.Usage, "%s has no flag -%s", cmd.CommandPath(), e.GetSpecifiedName())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	f := failure.New(failure.Usage, "%s has no flag --%s", cmd.CommandPath(), e.GetSpecifiedName())
	if close := near.Names(e.GetSpecifiedName(), names); len(close) > 0 {
		return f.Hint("did you mean --%s? all flags: %s --help", close[0], cmd.CommandPath())
	}
	if owner := ownerOf(e.GetSpecifiedName()); owner != "" {
		f.Hint("another command has --%s: %s --help", e.GetSpecifiedName(), owner)
	}
	return f
}

// ownerOf returns the command that alone has a flag, as a person writes it; empty if none
// or several do.
func ownerOf(flag string) string {
	var owners []string
	for _, c := range newRoot(&app{}, "").Commands() {
		if f := c.LocalNonPersistentFlags().Lookup(flag); f != nil && !f.Hidden && !c.Hidden {
			owners = append(owners, c.CommandPath())
		}
	}
	if len(owners) != 1 {
		return ""
	}
	return owners[0]
}
