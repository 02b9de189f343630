package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/setup"
)

func newSet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set PROFILE SETTING VALUE",
		Short: "change one setting of a profile",
		Long: `Write one of awsbroker's settings into a profile of ~/.aws/config. awsbroker shows
the change first, leaves every other line as it is, and refuses values that the
setting cannot have.

In [default] these count for every profile that has none of its own and none from
its source profile: ` + strings.Join(config.Shared[:len(config.Shared)-1], ", ") + `
and ` + config.Shared[len(config.Shared)-1] + `. AWS's own tools do not read them.

Settings (the file has them with awsbroker_ in front):
` + settingList(),
		Example: "  awsbroker set admin mfa_session 8h\n" +
			"  awsbroker set default mfa_session 8h            for every profile",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 3 {
				return nil
			}
			return failure.New(failure.Usage, "awsbroker set takes a profile, a setting and its value").
				Hint("to see the settings: awsbroker help set")
		},
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
				a.Step(fmt.Sprintf("profile %s now has the new %s", args[0], args[1]))
				if args[0] == "default" && slices.Contains(config.Shared, strings.TrimPrefix(args[1], "awsbroker_")) {
					a.Step("it counts for every profile that does not set it itself")
				}
			default:
				a.Step(fmt.Sprintf("profile %s already has that %s", args[0], args[1]))
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
