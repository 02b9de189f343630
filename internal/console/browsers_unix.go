//go:build !windows && !darwin

package console

import "os"

// browsers are programs that people have, Firefox first, as it is first in families.
func browsers() []string {
	return []string{"firefox", "firefox-esr", "librewolf", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser", "microsoft-edge", "vivaldi"}
}

// openers are commands that open a link in the person's browser, the best first.
func openers() [][]string {
	if isWSL() {
		return [][]string{{"wslview"}, {"rundll32.exe", "url.dll,FileProtocolHandler"}}
	}
	return [][]string{{"xdg-open"}, {"x-www-browser"}, {"sensible-browser"}, {"gio", "open"}}
}

// isWSL reports whether this is a Linux within Windows.
// https://learn.microsoft.com/windows/wsl/filesystems#share-environment-variables-between-windows-and-wsl-with-wslenv
func isWSL() bool { return os.Getenv("WSL_DISTRO_NAME") != "" }
