package keystore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// vaultFiles are aws-vault's encrypted files. Each may have a passphrase of
// its own, and that may be empty.
type vaultFiles struct {
	dir   string
	ask   func(ctx context.Context, r PassphraseRequest) (credential.Secret, error)
	limit time.Duration

	passphrase credential.Secret
	known      bool
}

func newVaultFiles(place AWSVaultPlace, o Options) (vaultItems, error) {
	dir, err := keyring.ExpandTilde(either(place.FileDir, "~/.awsvault/keys/"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return &vaultFiles{dir: filepath.Clean(dir), ask: o.Passphrase, limit: o.CallTimeout}, nil
}

func (v *vaultFiles) where() string { return v.dir }

// ring is keyring's own reading of the directory, which it would make.
func (v *vaultFiles) ring() (keyring.Keyring, error) {
	if _, err := os.Stat(v.dir); err != nil {
		return nil, absent(err)
	}
	return openRing(v.dir, v.passphrase)
}

func (v *vaultFiles) list(ctx context.Context) ([]string, error) {
	return fault.Bound(ctx, v.limit, v.dir, func() ([]string, error) {
		ring, err := v.ring()
		if err != nil {
			return nil, err
		}
		return ring.Keys()
	})
}

func (v *vaultFiles) path(name string) string {
	return filepath.Join(v.dir, strings.NewReplacer("%", "%25", "/", "%2F").Replace(name))
}

func (v *vaultFiles) read(ctx context.Context, name string) ([]byte, error) {
	err := fault.BoundDo(ctx, v.limit, v.dir, func() error {
		_, err := os.Stat(v.path(name))
		return absent(err)
	})
	if err != nil {
		return nil, err
	}
	if !v.known {
		if v.ask == nil {
			return nil, fmt.Errorf("%w: it needs a passphrase, and awsbroker cannot ask for it here", ErrLocked)
		}
		if v.passphrase, err = v.ask(ctx, PassphraseRequest{Dir: v.dir}); err != nil {
			return nil, err
		}
		v.known = true
	}
	return fault.Bound(ctx, v.limit, v.dir, func() ([]byte, error) { return v.open(name) })
}

func (v *vaultFiles) open(name string) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, fmt.Errorf("%w: %s", ErrCorrupt, fault.PanicText(p))
		}
	}()
	ring, err := v.ring()
	if err != nil {
		return nil, err
	}
	item, err := ring.Get(name)
	switch {
	case err == nil && item.Key == name:
		return item.Data, nil
	case errors.Is(err, keyring.ErrKeyNotFound):
		return nil, ErrNotFound
	case isFileError(err):
		return nil, unusable(err)
	case err != nil && sealedFile(v.path(name)):
		// jose2go says the same of a damaged file.
		v.known = false
		return nil, fmt.Errorf("%w for %q", ErrPassphrase, v.path(name))
	}
	return nil, fmt.Errorf("%w: aws-vault did not write %q", ErrCorrupt, v.path(name))
}

// sealedFile is looksSealed for a file anywhere.
func sealedFile(path string) bool {
	// A name that fileName leaves as it is.
	return (&fileStore{dir: filepath.Dir(path)}).looksSealed(filepath.Base(path))
}

func (v *vaultFiles) remove(ctx context.Context, name string) error {
	return fault.BoundDo(ctx, v.limit, v.dir, func() error {
		if err := paths.CheckWay(v.path(name)); err != nil {
			return err
		}
		if err := absent(os.Remove(v.path(name))); err != nil {
			return err
		}
		return paths.SyncDir(v.dir)
	})
}
