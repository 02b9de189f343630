package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// formatJSON is that of credential_process.
const formatJSON = "json"

// formatSTS is that of aws sts assume-role.
const formatSTS = "sts"

func newExport(a *app) *cobra.Command {
	var profile, format string
	names := strings.Join(formats(), ", ")
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "print a session",
		Long:    "Print a session, for a shell to evaluate or for another program to read.\nKeep the output secret until the session ends.",
		Example: "  eval \"$(awsbroker export --profile admin --format env)\"\n  awsbroker export --profile admin --format fish | source",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runExport(cmd, a, profile, format) },
	}
	takesProfile(cmd, &profile, "profile whose session to print")
	narrows(cmd, &a.narrow)
	cmd.Flags().StringVar(&format, "format", "env", "form: "+names)
	return cmd
}

// formats in which a session is printed, in alphabetical order.
func formats() []string {
	return slices.Sorted(slices.Values(append(variables.Formats[:], formatJSON, formatSTS)))
}

func runExport(cmd *cobra.Command, a *app, profile, format string) error {
	if !slices.Contains(formats(), format) {
		return failure.New(failure.Usage, "there is no format %q", format).Hint("the formats are %s", strings.Join(formats(), ", "))
	}
	s, profile, err := a.session(cmd, profile, broker.Want{})
	if err != nil {
		return err
	}
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	region, err := b.ChildRegion(profile)
	if err != nil {
		return err
	}
	text, err := printed(format, profile, s, region)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}

// printed is a session in one of the formats.
func printed(format, profile string, s session.Session, region string) ([]byte, error) {
	switch format {
	case formatJSON:
		return s.Answer()
	case formatSTS:
		return s.STS()
	}
	text, _ := variables.Print(format, profile, plain(s, region))
	return []byte(text), nil
}
