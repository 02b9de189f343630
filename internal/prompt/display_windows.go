package prompt

// display: there is one screen. PowerShell fails by itself where a service
// would show a dialog.
func display(environ []string) (string, error) {
	if variable(environ, "SSH_CONNECTION") != "" {
		return "", unable("this is a login from another machine, and its screen is there")
	}
	return "display", nil
}

// busIsSilent: there is no D-Bus.
func busIsSilent(string) bool { return false }
