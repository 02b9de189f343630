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
		f.Hint("did you mean --%s? all flags: %s --help", close[0], cmd.CommandPath())
	}
	return f
}
