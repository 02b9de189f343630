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

// IsKeyID reports whether id can be the id of an access key: 16 to 128 capital
// letters and digits, as IAM makes them. ASIA… are temporary ones.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func IsKeyID(id string) bool {
	if len(id) < 16 || len(id) > 128 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
