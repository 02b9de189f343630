package start

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// Version is what the build knows of itself: the release's tag, or the commit and its
// date (UTC), with "modified" where the files were not the commit's; then system and Go.
func Version() string {
	v := "of an unknown commit"
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		v = describe(info.Main.Version)
	}
	return v + " " + runtime.GOOS + "/" + runtime.GOARCH + " " + runtime.Version()
}

// describe puts a module version of Go's into words. One that is no tag ends in the
// commit's time and the first digits of its name (https://go.dev/ref/mod#pseudo-versions).
func describe(version string) string {
	version, modified := strings.CutSuffix(version, "+dirty")
	if rest, commit, ok := cutLast(version, "-"); ok && len(commit) == 12 && len(rest) > 14 {
		time := rest[len(rest)-14:]
		if strings.Trim(time, "0123456789") == "" {
			version = "commit " + commit + " of " + time[:4] + "-" + time[4:6] + "-" + time[6:8]
		}
	}
	if modified {
		version += ", modified"
	}
	return version
}

// cutLast is [strings.Cut] at the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
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
