package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// formats are the forms in which export prints a session.
var formats = map[string]func(profile string, s session.Session, region string) (string, error){
	"env": func(_ string, s session.Session, region string) (string, error) {
		return eachVariable(s, region, func(v variable) string { return "export " + v.name + "=" + posixQuote(v.value) }), nil
	},
	"fish": func(_ string, s session.Session, region string) (string, error) {
		return eachVariable(s, region, func(v variable) string { return "set -gx " + v.name + " " + fishQuote(v.value) }), nil
	},
	"powershell": func(_ string, s session.Session, region string) (string, error) {
		return eachVariable(s, region, func(v variable) string {
			return "$Env:" + v.name + " = '" + strings.ReplaceAll(v.value, "'", "''") + "'"
		}), nil
	},
	"dotenv": func(_ string, s session.Session, region string) (string, error) {
		return eachVariable(s, region, func(v variable) string { return v.name + "=" + v.value }), nil
	},
	"ini": func(profile string, s session.Session, region string) (string, error) {
		return "[" + profile + "]\n" + eachVariable(s, region, iniLine), nil
	},
	"json": func(_ string, s session.Session, _ string) (string, error) {
		answer, err := s.Answer()
		return string(answer), err
	},
}

func newExport(a *app) *cobra.Command {
	var profile, format string
	names := strings.Join(slices.Sorted(maps.Keys(formats)), ", ")
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "print a session",
		Long:    "Print a session, for a shell to take over or for another program to read.\nWhat it prints is secret until the session ends.",
		Example: "  eval \"$(awsbroker export --profile admin --format env)\"\n  awsbroker export --profile admin --format fish | source",
		Args:    positional(0, 0, "no arguments, only flags"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runExport(cmd, a, profile, format, names) },
	}
	cmd.Flags().StringVar(&profile, "profile", "", "profile whose session it is")
	cmd.Flags().StringVar(&format, "format", "env", "form: "+names)
	return cmd
}

func runExport(cmd *cobra.Command, a *app, profile, format, names string) error {
	print, ok := formats[format]
	if !ok {
		return &failure.Error{Reason: failure.Usage, Message: fmt.Sprintf("there is no format %q", format), Hints: []string{"the formats are " + names}}
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
	text, err := print(profile, s, region)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, text)
	return err
}

func eachVariable(s session.Session, region string, line func(variable) string) string {
	var b strings.Builder
	for _, v := range sessionVariables(s, region) {
		if text := line(v); text != "" {
			b.WriteString(text + "\n")
		}
	}
	return b.String()
}

// iniLine is a setting of the credentials file, which knows one region and no
// expiration.
func iniLine(v variable) string {
	switch v.name {
	case "AWS_CREDENTIAL_EXPIRATION", "AWS_DEFAULT_REGION":
		return ""
	case "AWS_REGION":
		return "region = " + v.value
	}
	return strings.ToLower(v.name) + " = " + v.value
}

func posixQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
