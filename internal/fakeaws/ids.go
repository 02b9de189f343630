package fakeaws

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"
)

// Unique ids carry a prefix that says what they name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
const (
	prefixAccessKey  = "AKIA"
	prefixSessionKey = "ASIA"
	prefixUser       = "AIDA"
	prefixRole       = "AROA"
	prefixGroup      = "AGPA"
	prefixPolicy     = "ANPA"
)

// newKeyID has 20 characters, as the access key ids of AWS have.
func newKeyID(prefix string) string { return prefix + rand.Text()[:16] }

// newEntityID has 21 characters, as the ids of users and roles have.
func newEntityID(prefix string) string { return prefix + rand.Text()[:17] }

// newSecretKey has 40 characters of base64, slashes and pluses among them:
// a client that forgets to escape them is to be found out.
func newSecretKey() string { return base64.StdEncoding.EncodeToString(randomBytes(30)) }

// newSessionToken is opaque and long; AWS warns not to assume a size.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
func newSessionToken() string {
	return "IQoJb3JpZ2luX2Vj" + base64.StdEncoding.EncodeToString(randomBytes(600))
}

// newSeed has the 64 base32 characters of the seeds that IAM gives out.
func newSeed() string {
	return strings.TrimRight(base32.StdEncoding.EncodeToString(randomBytes(40)), "=")
}

func newRequestID() string {
	b := randomBytes(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails since Go 1.24
	return b
}
