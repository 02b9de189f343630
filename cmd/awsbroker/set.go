package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/setup"
)

func newSet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set PROFILE SETTING VALUE",
		Short: "change one setting of a profile",
		Long: `Write one of awsbroker's settings into a profile of ~/.aws/config, after showing
what changes; every other line of the file stays as it is. A value that the
setting cannot have is refused.

Settings, which stand in the file with awsbroker_ in front:
` + settingList(),
		Example: "  awsbroker set admin mfa_session 8h\n  awsbroker set admin confirm true",
		Args:    positional(3, 3, "a profile, a setting and its value"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			changed, err := setup.Set(cmd.Context(), b, args[0], args[1], args[2])
			switch {
			case err != nil:
				return err
			case changed:
				a.Step(fmt.Sprintf("profile %s has the new %s", args[0], args[1]))
			default:
				a.Step(fmt.Sprintf("profile %s has that %s already", args[0], args[1]))
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do not ask before writing")
	return cmd
}

// settingList lists the settings, three to a line.
func settingList() string {
	var lines strings.Builder
	for i, name := range setup.SettingNames() {
		if i%3 == 2 {
			fmt.Fprintf(&lines, "%s\n", name)
		} else {
			fmt.Fprintf(&lines, "  %-25s", name)
		}
	}
	return strings.TrimRight(lines.String(), " \n")
}
