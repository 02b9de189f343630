package child

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// End is how a command ended.
type End struct{ code int }

// Code returns the exit code.
func (e End) Code() int { return e.code }

// Interrupted reports whether Ctrl-C ended the command (STATUS_CONTROL_C_EXIT).
func (e End) Interrupted() bool { return uint32(e.code) == 0xC000013A }

// Leave ends this process with the command's exit code.
func (e End) Leave() { os.Exit(e.code) }

// Run runs a command and returns when it has ended. Ctrl-C reaches both; it is the
// command's to act on.
func Run(path string, args, environ []string) (End, error) {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(path, args[1:]...)
	cmd.Env = environ
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return End{}, nil
	case errors.As(err, &exit):
		return End{exit.ExitCode()}, nil
	}
	return End{}, &StartError{err.Error(), 126}
}
