package start

import (
	"os"
	"runtime"
	"runtime/debug"
)

// Version is what the build knows of itself: the module's, or the commit's.
func Version() string {
	v := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		v = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && v == "(devel)" {
				v = "(devel) " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return v + " " + runtime.GOOS + "/" + runtime.GOARCH + " " + runtime.Version()
}

// tellVersion ends the process if that is all it was started for, as scripts
// and shells' prompts do: what the rest of the program loads takes longer.
func tellVersion(args []string) {
	if len(args) != 2 || args[1] != "--version" && args[1] != "version" {
		return
	}
	if _, err := os.Stdout.WriteString("awsbroker " + Version() + "\n"); err == nil {
		os.Exit(0)
	}
}
