package prompt

// display: there is one screen, and a login from elsewhere does not see it.
func display(environ []string) (string, error) {
	if variable(environ, "SSH_CONNECTION") != "" || variable(environ, "SSH_TTY") != "" {
		return "", unable("this is a login from another machine, and its screen is there")
	}
	return "display", nil
}

// busIsSilent: there is no D-Bus.
func busIsSilent(string) bool { return false }
