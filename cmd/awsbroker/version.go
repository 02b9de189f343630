package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
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

func printVersion(out io.Writer) error {
	_, err := fmt.Fprintf(out, "awsbroker %s\n", version())
	return err
}

// version is what the build knows of itself: the module's, or the commit's.
func version() string {
	v := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		v = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && v == "(devel)" {
				v = "(devel) " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return fmt.Sprintf("%s %s/%s %s", v, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
