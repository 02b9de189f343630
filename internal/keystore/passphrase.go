package keystore

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/passphrase"
)

// minPassphrase is how many characters a new passphrase has at least.
const minPassphrase = 12

// PassphraseRequest says which passphrase of the encrypted-file keystore is
// wanted.
type PassphraseRequest struct {
	New       bool   // a new one is being chosen: ask twice
	Dir       string // the keystore's directory
	MinLength int    // characters a new one must have; zero for an existing one
}

// Memory is where the passphrase of the encrypted-file keystore is between two uses,
// of this process and of others. Functions that are nil remember nothing.
type Memory struct {
	Recall func() (credential.Secret, bool) // before a person is asked
	Keep   func(credential.Secret)          // it has opened the keystore
	Forget func()                           // what was recalled does not open it
}

// known is a passphrase that needs not be asked for.
type known struct {
	passphrase credential.Secret
	remembered bool   // it came from the memory, or has gone there
	checked    []byte // the check item's file that it opened last
}

// withPassphrase runs use with the passphrase. One that was recalled and does not fit
// any more is asked for instead.
func (f *fileStore) withPassphrase(ctx context.Context, fresh bool, use func(credential.Secret) error) error {
	pass, recalled, err := f.passphraseFor(ctx, fresh)
	if err != nil {
		return err
	}
	err = use(pass)
	if errors.Is(err, ErrPassphrase) {
		f.forget()
		if recalled {
			return f.withPassphrase(ctx, fresh, use)
		}
	}
	if err == nil {
		f.keep()
		f.reseal(ctx, pass)
	}
	return err
}

// passphraseFor returns the passphrase, asking for it if that has not been
// done. It takes as long as the person and ctx allow.
func (f *fileStore) passphraseFor(ctx context.Context, fresh bool) (p credential.Secret, recalled bool, err error) {
	f.asking.Lock()
	defer f.asking.Unlock()
	if f.known.passphrase.IsEmpty() && f.memory.Recall != nil && !fresh {
		if p, ok := f.memory.Recall(); ok {
			f.known = known{passphrase: p, remembered: true}
		}
	}
	if !f.known.passphrase.IsEmpty() {
		return f.known.passphrase, f.known.remembered, nil
	}
	p, err = f.askPassphrase(ctx, fresh)
	f.known = known{passphrase: p}
	return p, false, err
}

// keep gives the memory what has opened the keystore.
func (f *fileStore) keep() {
	f.asking.Lock()
	defer f.asking.Unlock()
	if f.memory.Keep != nil && !f.known.remembered {
		f.memory.Keep(f.known.passphrase)
		f.known.remembered = true
	}
}

// forget makes the next use ask again, after a wrong passphrase.
func (f *fileStore) forget() {
	f.asking.Lock()
	defer f.asking.Unlock()
	if f.memory.Forget != nil && f.known.remembered {
		f.memory.Forget()
	}
	f.known = known{}
}

func (f *fileStore) askPassphrase(ctx context.Context, fresh bool) (credential.Secret, error) {
	if f.ask == nil {
		return credential.Secret{}, fmt.Errorf("%w: it needs a passphrase, and awsbroker cannot ask for it here", ErrLocked)
	}
	r := PassphraseRequest{New: fresh, Dir: f.dir}
	if fresh {
		r.MinLength = minPassphrase
	}
	p, err := f.ask(ctx, r)
	switch {
	case err != nil:
		return credential.Secret{}, err
	case fresh && utf8.RuneCountInString(p.Reveal()) < minPassphrase:
		return credential.Secret{}, fmt.Errorf("%w: it needs at least %d characters", ErrWeakPassphrase, minPassphrase)
	case fresh && passphrase.IsTrivial(p):
		return credential.Secret{}, fmt.Errorf("%w: %s", ErrWeakPassphrase, passphrase.Trivial)
	case p.IsEmpty():
		return credential.Secret{}, fmt.Errorf("%w: it is empty", ErrPassphrase)
	}
	return p, nil
}
