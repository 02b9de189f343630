package variables

import (
	"strings"
	"testing"
)

// PowerShell ends a quoted text at typographic quotes, too.
func TestPowerShellQuotes(t *testing.T) {
	text, _ := Print("powershell", "admin", Session{Region: "a'b\u2018c\u2019d\u201ae\u201bf\u201cg"})
	want := "$Env:AWS_REGION = 'a''b\u2018\u2018c\u2019\u2019d\u201a\u201ae\u201b\u201bf\u201cg'\n"
	if !strings.Contains(text, want) {
		t.Errorf("got %s", text)
	}
}
