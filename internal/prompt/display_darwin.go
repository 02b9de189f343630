package prompt

// display: there is one screen, and a login from elsewhere does not see it.
func display(environ []string) (string, error) {
	if variable(environ, "SSH_CONNECTION") != "" || variable(environ, "SSH_TTY") != "" {
		return "", unable("you are logged in from another machine, and no dialog can be seen there")
	}
	return "display", nil
}

// busIsSilent: there is no D-Bus.
func busIsSilent(string) bool { return false }
