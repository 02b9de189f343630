package say

import (
	"fmt"
	"strings"
)

// What a person types at PowerShell; where there is a form that cmd.exe takes as well, that.

// plainToShell are characters that need no quotes, beside those that need them nowhere.
const plainToShell = `\~`

// quoteForShell uses double quotes, which both shells know, unless PowerShell would
// replace something between them. A program of C's counts backslashes before a quote.
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
// https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
func quoteForShell(s string) string {
	if !strings.ContainsAny(s, "$`\"\u201c\u201d\u201e") {
		return `"` + s + s[len(strings.TrimRight(s, `\`)):] + `"`
	}
	return literal(strings.ReplaceAll(s, `"`, `\"`))
}

// EditFile returns the command that opens a file; Notepad knows no lines.
func EditFile(path string, _ int) string { return "notepad " + ShellWord(path) }

// ListFile returns the command that shows who may use a file or directory.
func ListFile(path string) string { return "icacls " + ShellWord(path) }

// RemoveFile returns the command that removes a file.
func RemoveFile(path string) string { return "del " + ShellWord(path) }

// CompareFiles returns the command that shows in what two files differ; fc by itself is
// another one in PowerShell.
func CompareFiles(a, b string) string { return "fc.exe " + ShellWord(a) + " " + ShellWord(b) }

// EndProcess returns the command that ends a process.
func EndProcess(pid int) string { return fmt.Sprintf("taskkill /F /PID %d", pid) }

// SetVariable returns the command that sets an environment variable.
func SetVariable(name, value string) string { return "$Env:" + name + " = " + literal(Clean(value)) }

// UnsetVariables returns the command that removes environment variables.
func UnsetVariables(names ...string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = "$Env:" + name + " = $null"
	}
	return strings.Join(all, "; ")
}

// WithVariable returns commands of which the last one has one more environment variable.
func WithVariable(name, value, command string) string {
	return SetVariable(name, value) + "; " + command
}

// RunOutput returns the command that runs what another one prints.
func RunOutput(command string) string { return command + " | Out-String | Invoke-Expression" }

// literal is a text in single quotes, for which PowerShell takes the typographic ones, too.
func literal(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\'' || '\u2018' <= r && r <= '\u201b' {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	return "'" + b.String() + "'"
}
