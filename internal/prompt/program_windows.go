package prompt

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// apart: no console window flashes up beside the dialog.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
}

func askToEnd(p *os.Process) { _ = p.Kill() }

func killAll(*os.Process) {}
