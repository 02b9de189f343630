package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// profileFlag adds --profile, -p, to a command. meaning says what the profile is for.
func profileFlag(cmd *cobra.Command, name *string, meaning string) {
	cmd.Flags().StringVarP(name, "profile", "p", "", meaning)
}

// takesProfile adds --profile to a command that works on one profile, which may also
// follow the command as a word: "login admin".
func takesProfile(cmd *cobra.Command, name *string, meaning string) {
	profileFlag(cmd, name, meaning)
	cmd.Use += " [PROFILE]"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := positional(0, 1, "the name of one profile, or none")(cmd, args); err != nil || len(args) == 0 {
			return err
		}
		if *name != "" && *name != args[0] {
			return usage(errors.New("the command line names two profiles: " + *name + " and " + args[0]))
		}
		*name = args[0]
		return nil
	}
}
