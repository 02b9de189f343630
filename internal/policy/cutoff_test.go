package policy

import (
	"strings"
	"testing"
	"time"
)

func TestCutoffOf(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 0, 1, 0, time.UTC)
	for doc, want := range map[string]bool{
		DenyBefore(at): true,
		strings.ReplaceAll(strings.ReplaceAll(DenyBefore(at), "[", ""), "]", ""):           false, // no list of statements: not ours, and not looked into
		strings.Replace(DenyBefore(at), `["*"]`, `"*"`, 2):                                 true,
		strings.Replace(DenyBefore(at), `01Z"`, `01.000Z"`, 1):                             true,
		strings.Replace(DenyBefore(at), "Deny", "Allow", 1):                                false,
		strings.Replace(DenyBefore(at), `"Action"`, `"NotAction"`, 1):                      false,
		strings.Replace(DenyBefore(at), "DateLessThan", "DateGreaterThan", 1):              false,
		strings.Replace(DenyBefore(at), `01Z"`, `01Z","aws:username":"phoebe"`, 1):         false,
		strings.Replace(DenyBefore(at), `}]}`, `},{"Effect":"Deny","Action":"s3:*"}]}`, 1): false,
		"":   false,
		"{}": false,
	} {
		if got, ok := ParseCutoff(doc); ok != want || ok && !got.Equal(at) {
			t.Errorf("%s: %v %v", doc, got, ok)
		}
	}
}
