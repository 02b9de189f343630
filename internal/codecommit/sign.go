package codecommit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// passwordLife is how long CodeCommit takes a password after it was signed.
// https://docs.aws.amazon.com/codecommit/latest/userguide/troubleshooting-ch.html
const passwordLife = 15 * time.Minute

// Login is what Git sends to CodeCommit.
type Login struct {
	Username credential.Secret // the access key id, and the token of a session, which is secret
	Password credential.Secret
	Ends     time.Time // when CodeCommit takes it no more
}

// Sign returns the login for a repository, signed with a session at a time of AWS's clock.
// path is as Git asks for it: "/v1/repos/demo". The signature is Signature Version 4 of a
// method GIT, without a hash of what is sent, and with a time that lacks the Z, as AWS's
// own helper for Git makes it (awscli/customizations/codecommit.py).
func Sign(h Host, path string, c credential.Credentials, now time.Time) Login {
	const stamp = "20060102T150405"
	at := now.UTC().Format(stamp)
	scope := strings.Join([]string{at[:8], h.Region, "codecommit", "aws4_request"}, "/")
	canonical := "GIT\n/" + strings.TrimPrefix(path, "/") + "\n\nhost:" + h.Name + "\n\nhost\n"
	sum := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", at, scope, hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + c.SecretAccessKey.Reveal())
	for _, part := range append(strings.Split(scope, "/"), toSign) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	name := c.AccessKeyID
	if !c.SessionToken.IsEmpty() {
		name += "%" + c.SessionToken.Reveal()
	}
	l := Login{credential.NewSecret(name), credential.NewSecret(at + "Z" + hex.EncodeToString(key)), now.Add(passwordLife)}
	if !c.Expiration.IsZero() && c.Expiration.Before(l.Ends) {
		l.Ends = c.Expiration
	}
	return l
}
