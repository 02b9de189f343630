package config

import (
	"math/rand"
	"regexp"
	"strings"
	"testing"
)

// The forms as AWS writes them down.
var (
	roleForm   = regexp.MustCompile(`^arn:(?:` + partitionPattern + `):iam::[0-9]{12}:role/([\x21-\x7e]+/)?[\w+=,.@-]{1,64}$`)
	deviceForm = regexp.MustCompile(`^arn:(?:` + partitionPattern + `):iam::[0-9]{12}:mfa/([\x21-\x7e]+/)?[\w+=,.@-]{1,128}$`)
	regionForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// TestFormsAreAWSs: of very many texts that look alike, by hand and by regular
// expression the same ones are taken.
func TestFormsAreAWSs(t *testing.T) {
	parts := []string{"arn", ":", "aws", "aws-cn", "aws-iso", "aws-iso-b", "aws-iso-", "iam", "::", ":", "123456789012", "12345678901", "role/", "mfa/",
		"admin-mfa", "/", "a", "-", "_+=,.@", "é", " ", "\x7f", "\n", strings.Repeat("x", 63), strings.Repeat("x", 64), strings.Repeat("p/", 255), "", "eu-central-1", "A", "0"}
	for _, prefix := range []string{"", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:mfa/", "arn:aws-iso-b:iam::"} {
		random := rand.New(rand.NewSource(1))
		for range 30000 {
			text := prefix
			for range random.Intn(5) {
				text += parts[random.Intn(len(parts))]
			}
			if got, want := isIAMARN(text, "role", 64), isLike(roleForm, text); got != want {
				t.Fatalf("role %q: %v", text, got)
			}
			if got, want := isIAMARN(text, "mfa", 128), isLike(deviceForm, text); got != want {
				t.Fatalf("device %q: %v", text, got)
			}
			if got, want := isRegion(text), regionForm.MatchString(text); got != want {
				t.Fatalf("region %q: %v", text, got)
			}
		}
	}
}

func isLike(form *regexp.Regexp, text string) bool {
	m := form.FindStringSubmatch(text)
	return m != nil && len(m[1]) <= maxPath
}
