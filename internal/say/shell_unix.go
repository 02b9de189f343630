//go:build !windows

package say

import (
	"fmt"
	"strings"
)

// What a person types at a POSIX shell.

// plainToShell are characters that need no quotes, beside those that need them nowhere.
const plainToShell = ""

func quoteForShell(s string) string { return PosixWord(s) }

// EditFile returns the command that opens a file at a line; 0 stands for no line.
func EditFile(path string, line int) string {
	if line > 0 {
		return fmt.Sprintf("${EDITOR:-vi} +%d %s", line, ShellWord(path))
	}
	return "${EDITOR:-vi} " + ShellWord(path)
}

// ListFile returns the command that shows whose a file or directory is, and who may use it.
func ListFile(path string) string { return "ls -ld " + ShellWord(path) }

// RemoveFile returns the command that removes a file.
func RemoveFile(path string) string { return "rm " + ShellWord(path) }

// CompareFiles returns the command that shows in what two files differ.
func CompareFiles(a, b string) string { return "diff " + ShellWord(a) + " " + ShellWord(b) }

// EndProcess returns the command that ends a process.
func EndProcess(pid int) string { return fmt.Sprintf("kill %d", pid) }

// SetVariable returns the command that sets an environment variable.
func SetVariable(name, value string) string { return "export " + name + "=" + ShellWord(value) }

// UnsetVariables returns the command that removes environment variables.
func UnsetVariables(names ...string) string { return "unset " + strings.Join(names, " ") }

// WithVariable returns a command that has one more environment variable.
func WithVariable(name, value, command string) string {
	return name + "=" + ShellWord(value) + " " + command
}

// RunOutput returns the command that runs what another one prints.
func RunOutput(command string) string { return `eval "$(` + command + `)"` }
