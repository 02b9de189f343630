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
