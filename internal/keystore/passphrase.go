package keystore

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// MinPassphrase is how many characters a new passphrase has at least. It is
// long because keyring derives the key with 8,192 rounds of PBKDF2-SHA256
// (jose2go's default), where OWASP wants 600,000
// (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
const MinPassphrase = 12

// PassphraseRequest says which passphrase of the encrypted-file keystore is
// wanted.
type PassphraseRequest struct {
	New       bool   // a new one is being chosen: ask twice
	Dir       string // the keystore's directory
	MinLength int    // characters a new one must have; zero for an existing one
}

// passphraseFor returns the passphrase, asking for it if that has not been
// done. It takes as long as the person and ctx allow.
func (f *fileStore) passphraseFor(ctx context.Context, fresh bool) (credential.Secret, error) {
	f.asking.Lock()
	defer f.asking.Unlock()
	if !f.passphrase.IsEmpty() {
		return f.passphrase, nil
	}
	if f.ask == nil {
		return credential.Secret{}, fmt.Errorf("%w: it needs a passphrase and nobody can be asked", ErrLocked)
	}
	r := PassphraseRequest{New: fresh, Dir: f.dir}
	if fresh {
		r.MinLength = MinPassphrase
	}
	p, err := f.ask(ctx, r)
	if err != nil {
		return credential.Secret{}, err
	}
	if fresh && utf8.RuneCountInString(p.Reveal()) < MinPassphrase {
		return credential.Secret{}, fmt.Errorf("%w: it needs at least %d characters", ErrWeakPassphrase, MinPassphrase)
	}
	if p.IsEmpty() {
		return credential.Secret{}, fmt.Errorf("%w: it is empty", ErrPassphrase)
	}
	f.passphrase = p
	return p, nil
}

// forget makes the next use ask again, after a wrong passphrase.
func (f *fileStore) forget() {
	f.asking.Lock()
	defer f.asking.Unlock()
	f.passphrase = credential.Secret{}
}
