//go:build !windows

package keystore

import (
	"os"

	"golang.org/x/sys/unix"
)

// terminalName is the path of the terminal that controls this process, for
// gpg-agent to show its dialog at; /dev/tty would be another one there. It is
// empty for a background job, too: whoever is in front uses the terminal.
func terminalName() string {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return ""
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	if err != nil || group != unix.Getpgrp() {
		return ""
	}
	return controllingTerminal()
}
