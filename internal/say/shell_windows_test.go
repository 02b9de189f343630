package say

import "testing"

// TestShellWord has what cmd.exe and PowerShell read alike, and what only PowerShell can.
func TestShellWord(t *testing.T) {
	for s, want := range map[string]string{
		"admin":             "admin",
		`C:\Users\me\x.csv`: `C:\Users\me\x.csv`,
		`C:\My Files\x.csv`: `"C:\My Files\x.csv"`,
		`C:\My Files\`:      `"C:\My Files\\"`,
		"a&b":               `"a&b"`,
		"o'brien":           `"o'brien"`,
		"":                  `""`,
		"$HOME":             "'$HOME'",
		"a$b'c":             "'a$b''c'",
		`{"a": 1}`:          `'{\"a\": 1}'`,
		"\u201d; calc":      "'\u201d; calc'",
	} {
		if got := ShellWord(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

// TestCommands are what a person pastes into PowerShell.
func TestCommands(t *testing.T) {
	for got, want := range map[string]string{
		EditFile(`C:\My Files\config`, 7):       `notepad "C:\My Files\config"`,
		RemoveFile(`C:\x`):                      `del C:\x`,
		CompareFiles(`C:\x`, `C:\y z`):          `fc.exe C:\x "C:\y z"`,
		SetVariable("AWS_PROFILE", "o'brien"):   `$Env:AWS_PROFILE = 'o''brien'`,
		UnsetVariables("A", "B"):                `$Env:A = $null; $Env:B = $null`,
		WithVariable("A", "b", "awsbroker add"): `$Env:A = 'b'; awsbroker add`,
		RunOutput("awsbroker export"):           `awsbroker export | Out-String | Invoke-Expression`,
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
