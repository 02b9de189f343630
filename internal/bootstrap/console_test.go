package bootstrap

import (
	"strings"
	"testing"
)

func TestMadeUpPassword(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := madeUpPassword().Reveal()
		if len(p) != 24 || seen[p] {
			t.Fatalf("%q", p)
		}
		seen[p] = true
		for _, kind := range []string{lowerCase, upperCase, digits, symbols} {
			if !strings.ContainsAny(p, kind) {
				t.Errorf("%q has none of %q", p, kind)
			}
		}
	}
}
