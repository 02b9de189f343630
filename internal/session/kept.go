package session

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Kept is the place where the system keeps a secret of this user's for a while, as
// ssh-agent does: on Linux in memory of the kernel, which lets it go at its end, on
// Windows in a file that DPAPI seals. Other systems have no such place.
type Kept struct {
	Of    string // what the secret opens, by a name that nothing else has
	Cache string // the person's directory for the file, where there is one; made when needed
}

// keptVersion is the first byte of what is kept. The end in Unix seconds follows in seven
// bytes, and then the secret. What another version keeps is asked for anew.
const keptVersion = 0

// mostKept is more than any secret that a person types.
const mostKept = 4 << 10

// Put keeps a secret until then, in the place of the one before.
func (k Kept) Put(secret credential.Secret, until time.Time) error {
	data := append(binary.BigEndian.AppendUint64(nil, uint64(until.Unix())), secret.Reveal()...)
	data[0] = keptVersion
	if len(data) > mostKept {
		return errors.New("the secret is too long to remember")
	}
	return k.write(data, time.Until(until))
}

// Get returns the secret, and until when it is kept. ok is false, and the rest is zero,
// if there is none.
func (k Kept) Get(now time.Time) (secret credential.Secret, until time.Time, ok bool) {
	data, err := k.read()
	if err != nil || len(data) < 8 || data[0] != keptVersion {
		return secret, time.Time{}, false
	}
	until = time.Unix(int64(binary.BigEndian.Uint64(data)), 0)
	if !now.Before(until) {
		_ = k.Forget()
		return secret, time.Time{}, false
	}
	return credential.NewSecret(string(data[8:])), until, true
}

// Forget drops the secret. That there is none is no error.
func (k Kept) Forget() error {
	err := k.remove()
	if errors.Is(err, errNoKey) || errors.Is(err, errRefused) {
		return nil
	}
	return err
}
