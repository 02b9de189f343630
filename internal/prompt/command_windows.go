package prompt

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/windows"
)

// notFromHere keeps cmd.exe from programs of the current directory, for which it
// looks before those on PATH.
// https://learn.microsoft.com/windows/win32/api/processenv/nf-processenv-needcurrentdirectoryforexepathw
const notFromHere = "NoDefaultCurrentDirectoryInExePath=1"

// shell hands the line to cmd.exe as it is: Go's own quoting is not cmd's.
func shell(ctx context.Context, line string, environ []string) *exec.Cmd {
	comspec := os.Getenv("ComSpec")
	if system, err := windows.GetSystemDirectory(); comspec == "" && err == nil {
		comspec = filepath.Join(system, "cmd.exe")
	}
	cmd := exec.CommandContext(ctx, comspec)
	cmd.Env = append(slices.Clip(environ), notFromHere)
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `/D /S /C "` + line + `"`}
	return cmd
}

func ownGroup(*exec.Cmd) {}

func inOurGroup(*exec.Cmd) {}
