package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/start"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  positional(0, 0, "no arguments"),
		RunE:  func(*cobra.Command, []string) error { return printVersion(a.stdout) },
	}
}

// runRoot answers a command line without a command. The flag --version is our
// own: cobra's shows it in a text/template, whose reflection makes the linker
// keep every exported method of every type, 6 MB of them (see package layers).
func runRoot(cmd *cobra.Command, a *app) error {
	if asked, _ := cmd.Flags().GetBool("version"); asked {
		return printVersion(a.stdout)
	}
	return cmd.Help()
}

// printVersion comes after package start, which answers the plain question.
func printVersion(out io.Writer) error {
	_, err := fmt.Fprintln(out, "awsbroker", start.Version())
	return err
}
