// Package totp computes the codes that a virtual MFA device shows: RFC 6238
// with SHA-1, six digits and steps of 30 seconds, which is what AWS takes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
package totp

import (
	"errors"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Step is the life of a code.
const Step = 30 * time.Second

// errSeed means that a text is no seed. It says nothing of the text.
var errSeed = errors.New("a seed is base32: letters and the digits 2 to 7")

// Key is a seed that was understood.
type Key struct{ seed credential.Secret }

// Parse reads a seed in base32, as people copy it: in groups, in small
// letters, with or without padding.
func Parse(seed credential.Secret) (Key, error) {
	text := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "=", "").Replace(seed.Reveal()))
	if _, err := hotp.GenerateCode(text, 0); err != nil || text == "" {
		return Key{}, errSeed
	}
	return Key{credential.NewSecret(text)}, nil
}

// Code is what the device shows at t.
func (k Key) Code(t time.Time) string { return k.code(stepOf(t)) }

func stepOf(t time.Time) int64 { return t.Unix() / int64(Step/time.Second) }

// code of a step. A seed that Parse took gives one.
func (k Key) code(step int64) string {
	code, _ := hotp.GenerateCode(k.seed.Reveal(), uint64(step))
	return code
}

// Behind says by how many steps the device that shows code is behind now; less
// than zero is ahead. The nearest step counts, since codes repeat. It is not
// found if the device is not within the given time of now, or is another one.
func (k Key) Behind(code string, now time.Time, within time.Duration) (steps int, found bool) {
	for n := 0; n <= int(within/Step); n++ {
		for _, steps := range []int{n, -n} {
			if k.code(stepOf(now)-int64(steps)) == code {
				return steps, true
			}
		}
	}
	return 0, false
}
