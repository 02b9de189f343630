package prompt

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// apart: no console window flashes up beside the dialog.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
}

func terminate(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func killRest(*exec.Cmd) {}
