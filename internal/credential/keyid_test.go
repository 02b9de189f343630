package credential

import (
	"strings"
	"testing"
)

const (
	someID     = "AKIAIOSFODNN7EXAMPLE"
	someSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func TestShowIDHidesWhatMayBeASecret(t *testing.T) {
	for _, id := range []string{someID, "ASIAIOSFODNN7EXAMPLE", " " + someID + "\n"} {
		if got := ShowID(id); got != strings.TrimSpace(id) {
			t.Errorf("ShowID(%q) = %q", id, got)
		}
	}
	hidden := []string{
		someSecret,
		strings.ToUpper(strings.ReplaceAll(someSecret, "/", "A")), // a secret of capital letters only
		"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",                        // an MFA device's seed
		"hunter2", "AKIA" + someSecret, someID + someSecret, someID + " " + someSecret, "AKIA", "minioadmin",
	}
	for _, s := range hidden {
		got := ShowID(s)
		for i := 0; i+4 <= len(s); i++ {
			if strings.Contains(got, s[i:i+4]) {
				t.Errorf("ShowID(%q) = %q shows a part of it", s, got)
				break
			}
		}
	}
}

func TestStraighten(t *testing.T) {
	for _, c := range []struct{ id, secret, wantID, wantSecret string }{
		{someID, someSecret, someID, someSecret},
		{someSecret, someID, someID, someSecret},
		{someID, someID, someID, someID},
		{someSecret, someSecret, someSecret, someSecret},
		{"", someID, "", someID},
		{"x", someID, "x", someID},
	} {
		if id, secret := Straighten(c.id, c.secret); id != c.wantID || secret != c.wantSecret {
			t.Errorf("Straighten(%q, %q) = %q, %q", c.id, c.secret, id, secret)
		}
	}
	if !LooksSwapped(someSecret) || LooksSwapped(someID) || LooksSwapped("x") {
		t.Error("LooksSwapped is wrong")
	}
}
