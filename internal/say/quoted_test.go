package say

import "testing"

func TestQuoted(t *testing.T) {
	for name, want := range map[string]string{
		"terraform": "terraform",
		"~/infra":   "~/infra",
		"acme.prod": "acme.prod",
		"":          `""`,
		"x asks for role read-only in account 123456789012 (dev)": `"x asks for role read-only in account 123456789012 (dev)"`,
		`x" asks`:                    `"x' asks"`,
		"x\u201d\uff02\u02ba asks":   `"x''' asks"`,
		"x\u00a0asks\u3164for\u2003": `"x asks for"`,
		"a)b":                        `"a)b"`,
		"größe":                      `"größe"`,
		"x\ny":                       `"x y"`,
	} {
		if got := Quoted(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
