package credential

import "time"

// Credentials are what an AWS request is signed with: a long-lived access key
// (no session token, no expiration), or a temporary one from AWS STS.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret    // empty in a long-lived access key
	Expiration      time.Time // zero in a long-lived access key; UTC, whole seconds otherwise
	AccountID       string    // twelve digits, or empty where it is not known
}

// Temporary reports whether c ends by itself.
func (c Credentials) Temporary() bool { return !c.SessionToken.IsEmpty() }

// IsWellFormed reports whether c is a key or a session as AWS makes them: an id of
// capital letters and digits, a secret and, if there is one, a token of printable
// ASCII without spaces. What else an endpoint may answer could add lines to the
// files and variables that credentials are written into.
func (c Credentials) IsWellFormed() bool {
	return IsKeyID(c.AccessKeyID) && IsGraphic(c.SecretAccessKey.value) && (c.SessionToken.IsEmpty() || IsGraphic(c.SessionToken.value))
}

// IsGraphic reports whether s is printable ASCII without spaces, and not empty.
func IsGraphic(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
