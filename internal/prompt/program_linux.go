package prompt

import (
	"os/exec"
	"syscall"
)

// apart gives a program a session of its own: it has no terminal that the
// kernel would stop it at, and ends when we are killed. (It ends with the thread
// that started it; Go keeps its threads to the end of the process.)
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}
