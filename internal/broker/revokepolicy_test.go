package broker

import (
	"strings"
	"testing"
	"time"
)

func TestCutoffOf(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 0, 1, 0, time.UTC)
	for doc, want := range map[string]bool{
		denyBefore(at): true,
		strings.ReplaceAll(strings.ReplaceAll(denyBefore(at), "[", ""), "]", ""):           false, // no list of statements: not ours, and not looked into
		strings.Replace(denyBefore(at), `["*"]`, `"*"`, 2):                                 true,
		strings.Replace(denyBefore(at), `01Z"`, `01.000Z"`, 1):                             true,
		strings.Replace(denyBefore(at), "Deny", "Allow", 1):                                false,
		strings.Replace(denyBefore(at), `"Action"`, `"NotAction"`, 1):                      false,
		strings.Replace(denyBefore(at), "DateLessThan", "DateGreaterThan", 1):              false,
		strings.Replace(denyBefore(at), `01Z"`, `01Z","aws:username":"phoebe"`, 1):         false,
		strings.Replace(denyBefore(at), `}]}`, `},{"Effect":"Deny","Action":"s3:*"}]}`, 1): false,
		"":   false,
		"{}": false,
	} {
		if got, ok := cutoffOf(doc); ok != want || ok && !got.Equal(at) {
			t.Errorf("%s: %v %v", doc, got, ok)
		}
	}
}
