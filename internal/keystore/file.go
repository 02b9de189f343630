package keystore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/busy"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/passphrase"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// fileStore is the encrypted-file keystore: one JWE a secret
// (PBES2-HS256+A128KW, A256GCM), all under one passphrase. The file format and
// the cryptography are keyring's; that files survive a crash, that errors tell a
// wrong passphrase from a damaged file, and how dear a guess is, is ours.
type fileStore struct {
	dir    string
	ask    func(ctx context.Context, r PassphraseRequest) (credential.Secret, error)
	memory Memory
	limit  time.Duration

	asking sync.Mutex // guards known
	known  known
}

// rounds that new files are sealed with.
var rounds = passphrase.Rounds

// TestOnlyRounds makes sealing cheap for tests that are not about it. Nothing that is
// shipped calls it.
func TestOnlyRounds() { rounds = 10_000 } // more than keyring's own, so that its files count as old

func newFileStore(o Options) (backend, error) {
	if !filepath.IsAbs(o.FileDir) {
		return nil, fmt.Errorf("%w: there is no directory for the encrypted files: set HOME or XDG_DATA_HOME", ErrMissing)
	}
	return &fileStore{dir: o.FileDir, ask: o.Passphrase, memory: o.Memory, limit: o.CallTimeout}, nil
}

func (f *fileStore) where() string { return f.dir }

func (f *fileStore) home(context.Context) (*secretservice.Home, error) { return nil, nil }

func (f *fileStore) reach(ctx context.Context) error {
	return fault.BoundDo(ctx, f.limit, f.dir, func() error {
		_, err := f.files()
		return err
	})
}

// unlock asks for the passphrase and tries it. Removing needs none, so that
// people can be rid of a key whose passphrase they forgot.
func (f *fileStore) unlock(ctx context.Context, i intent) error {
	switch i {
	case removing:
		return nil
	case looking:
		return f.look(ctx)
	}
	files, err := fault.Bound(ctx, f.limit, f.dir, func() ([]string, error) {
		if err := paths.CheckOwn(f.dir); err != nil {
			return nil, err
		}
		return f.files()
	})
	if err != nil {
		return err
	}
	return f.withPassphrase(ctx, len(files) == 0, func(pass credential.Secret) error {
		return fault.BoundDo(ctx, f.limit, f.dir, func() error { return f.fits(pass) })
	})
}

// look tries the passphrase that a get would use: nobody is asked, since Options are
// those of a look, and nothing is written.
func (f *fileStore) look(ctx context.Context) error {
	fits := func(pass credential.Secret) error {
		return fault.BoundDo(ctx, f.limit, f.dir, func() error { return f.fits(pass) })
	}
	pass, recalled, err := f.passphraseFor(ctx, false)
	if err == nil {
		err = fits(pass)
	}
	if recalled && errors.Is(err, ErrPassphrase) {
		if pass, err = f.askPassphrase(ctx, false); err == nil {
			err = fits(pass)
		}
	}
	return err
}

// get asks for no passphrase when there is nothing to open with it.
func (f *fileStore) get(ctx context.Context, item string) (data []byte, err error) {
	if err := f.has(ctx, item); err != nil {
		return nil, err
	}
	err = f.withPassphrase(ctx, false, func(pass credential.Secret) error {
		data, err = fault.Bound(ctx, f.limit, f.dir, func() ([]byte, error) { return f.read(item, pass) })
		return err
	})
	return data, err
}

func (f *fileStore) has(ctx context.Context, item string) error {
	return fault.BoundDo(ctx, f.limit, f.dir, func() error {
		_, err := os.Stat(f.path(item))
		return absent(err)
	})
}

func (f *fileStore) items(ctx context.Context) ([]string, error) {
	return fault.Bound(ctx, f.limit, f.dir, f.files)
}

func (f *fileStore) set(ctx context.Context, item string, data []byte) error {
	return f.withPassphrase(ctx, false, func(pass credential.Secret) error {
		return f.locked(ctx, f.limit, func() error {
			if err := f.admit(pass); err != nil {
				return err
			}
			return f.write(item, data, pass)
		})
	})
}

func (f *fileStore) remove(ctx context.Context, item string) error {
	return f.locked(ctx, f.limit, func() error {
		if err := absent(busy.Remove(f.path(item))); err != nil {
			return err
		}
		// An empty keystore has no passphrase: the next one is chosen anew.
		if left, err := f.files(); err == nil && len(left) == 1 && left[0] == checkItem {
			_ = os.Remove(f.path(checkItem))
		}
		return paths.SyncDir(f.dir)
	})
}

// locked runs do alone among all writers of this directory, for which it waits no
// longer than patience.
func (f *fileStore) locked(ctx context.Context, patience time.Duration, do func() error) error {
	return fault.BoundDo(ctx, patience+f.limit, f.dir, func() error {
		return withLock(ctx, filepath.Join(f.dir, ".lock"), patience, do)
	})
}

// write replaces the item's file. The caller holds the lock, so every scratch
// file in sight belongs to a writer that died.
func (f *fileStore) write(item string, data []byte, pass credential.Secret) error {
	token, err := passphrase.Seal(item, data, pass, rounds)
	if err != nil {
		return err
	}
	stale, _ := filepath.Glob(filepath.Join(f.dir, scratchPrefix+"*"))
	for _, s := range stale {
		_ = os.RemoveAll(s) // an earlier version's are directories
	}
	scratch, err := os.CreateTemp(f.dir, scratchPrefix) // its mode is 0600
	if err != nil {
		return unusable(err)
	}
	defer os.Remove(scratch.Name()) // gone already if all went well
	_, err = scratch.Write(token)
	if err == nil {
		err = scratch.Sync()
	}
	if err = errors.Join(err, scratch.Close()); err != nil {
		return unusable(err)
	}
	if err := busy.Rename(scratch.Name(), f.path(item)); err != nil {
		return unusable(err)
	}
	return paths.SyncDir(f.dir)
}

func openRing(dir string, pass credential.Secret) (keyring.Keyring, error) {
	return keyring.Open(keyring.Config{
		AllowedBackends:  []keyring.BackendType{keyring.FileBackend},
		FileDir:          dir,
		FilePasswordFunc: keyring.FixedStringPrompt(pass.Reveal()),
	})
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0) // Windows flushes only what is open for writing
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

// absent turns "no such file" into ErrNotFound.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return unusable(err)
}
