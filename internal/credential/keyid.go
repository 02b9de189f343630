package credential

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// IsKeyID reports whether s has the form of an access key id: 16 to 128 capital
// letters and digits. AWS's own start with AKIA; stand-ins for AWS make others.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
func IsKeyID(s string) bool {
	return len(s) >= 16 && len(s) <= 128 && only(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
}

// IsTemporaryKeyID reports whether s is the access key id of a session.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func IsTemporaryKeyID(s string) bool { return strings.HasPrefix(s, "ASIA") }

// looksLikeSecret reports whether s has the form of AWS's secret access keys:
// 40 characters of base64.
func looksLikeSecret(s string) bool {
	return len(s) == 40 && only(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
}

// shownPrefixes begin the access key ids that AWS makes: of users, of sessions,
// of bearer tokens and of other services' credentials.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var shownPrefixes = [...]string{"AKIA", "ASIA", "ABIA", "ACCA"}

// ShowID returns what may be shown of a text that stands where an access key id
// belongs: the id itself if AWS makes such ids, else only how long the text is.
// People swap id and secret, and errors land in the logs of CI.
func ShowID(s string) string {
	s = strings.TrimSpace(s)
	if IsKeyID(s) && len(s) <= 32 {
		for _, p := range shownPrefixes {
			if strings.HasPrefix(s, p) {
				return s
			}
		}
	}
	if s == "" {
		return "nothing"
	}
	return fmt.Sprintf("a text of %d characters (not shown: it may be a secret)", utf8.RuneCountInString(s))
}

// Straighten returns an access key id and its secret, each in its place. They
// are swapped if they came the other way round; all else is left as it is.
func Straighten(id, secret string) (string, string) {
	if !IsKeyID(id) && looksLikeSecret(id) && IsKeyID(secret) {
		return secret, id
	}
	return id, secret
}

// LooksSwapped reports whether the text in the place of an access key id is a
// secret access key.
func LooksSwapped(id string) bool { return !IsKeyID(id) && looksLikeSecret(id) }

func only(s, alphabet string) bool {
	return strings.Trim(s, alphabet) == ""
}
