package prompt

// display: there is one screen. PowerShell fails by itself where a service
// would show a dialog.
func display(environ []string) (string, error) {
	if variable(environ, "SSH_CONNECTION") != "" {
		return "", unable("you are logged in from another machine, and no dialog can be seen there")
	}
	return "display", nil
}

// busIsSilent: there is no D-Bus.
func busIsSilent(string) bool { return false }
