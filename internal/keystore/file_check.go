package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/passphrase"
)

// checkItem is written before anything else in a new encrypted-file keystore.
// jose2go reports a wrong passphrase and a damaged file alike; if the
// passphrase opens this item, or any other, it is the file that is damaged.
const checkItem = "awsbroker/check"

const scratchPrefix = ".scratch-"

// read opens an item, and finds out why when it does not open.
func (f *fileStore) read(item string, pass credential.Secret) ([]byte, error) {
	data, err := f.open(item, pass)
	if err == nil || errors.Is(err, ErrNotFound) || isFileError(err) {
		return data, err
	}
	if f.isNewer(item) {
		return nil, fmt.Errorf("%q was %w", f.path(item), ErrNewer)
	}
	if f.looksSealed(item) {
		if err := f.fits(pass); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: %q cannot be decrypted", ErrCorrupt, f.path(item))
}

// admit lets a writer in whose passphrase fits, and writes the check item if
// that is missing or unreadable. The caller holds the lock: of two people who
// choose a passphrase at once, the second is told that it is wrong.
func (f *fileStore) admit(pass credential.Secret) error {
	if f.opensAgain(pass) {
		return nil
	}
	if _, err := f.open(checkItem, pass); err == nil {
		return nil
	}
	if err := f.fits(pass); err != nil {
		return err
	}
	return f.write(checkItem, []byte("this opens with the right passphrase"), pass)
}

// fits reports whether the passphrase opens anything that is there, or nothing
// is there yet.
func (f *fileStore) fits(pass credential.Secret) error {
	items, err := f.files()
	if err != nil || len(items) == 0 || f.opensAgain(pass) || f.opensAny(items, pass) {
		return err
	}
	if slices.ContainsFunc(items, f.isNewer) {
		return fmt.Errorf("the encrypted files in %q were %w", f.dir, ErrNewer)
	}
	if slices.ContainsFunc(items, f.looksSealed) {
		return fmt.Errorf("%w for %q", ErrPassphrase, f.dir)
	}
	return fmt.Errorf("%w: no file in %q can be decrypted", ErrCorrupt, f.dir)
}

// opensAny tries the check item first: its name sorts before the others'.
func (f *fileStore) opensAny(items []string, pass credential.Secret) bool {
	for _, item := range items {
		if _, err := f.open(item, pass); err == nil {
			return true
		}
	}
	return false
}

// open decrypts an item. A panic of the decoder is an error like its others.
func (f *fileStore) open(item string, pass credential.Secret) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, fmt.Errorf("%w: %s", ErrCorrupt, fault.PanicText(p))
		}
	}()
	if _, err := os.Stat(f.path(item)); err != nil {
		return nil, absent(err)
	}
	if item == checkItem {
		token, _ := os.ReadFile(f.path(item))
		defer func() {
			if err == nil {
				f.remember(pass, token)
			}
		}()
	}
	ring, err := openRing(f.dir, pass)
	if err != nil {
		return nil, err
	}
	found, err := ring.Get(item)
	if err != nil {
		return nil, unusable(err)
	}
	// A file moved over another would otherwise give one key's secret for another's.
	if found.Key != item {
		return nil, fmt.Errorf("%w: %q holds another item", ErrCorrupt, f.path(item))
	}
	return found.Data, nil
}

// remember notes that the passphrase opens the check item while its file is token.
func (f *fileStore) remember(pass credential.Secret, token []byte) {
	f.asking.Lock()
	defer f.asking.Unlock()
	if pass == f.known.passphrase {
		f.known.checked = token
	}
}

// opensAgain reports whether the passphrase opened the check item that is there
// already. To try it once more would cost a tenth of a second.
func (f *fileStore) opensAgain(pass credential.Secret) bool {
	f.asking.Lock()
	defer f.asking.Unlock()
	if pass != f.known.passphrase || f.known.checked == nil {
		return false
	}
	token, err := os.ReadFile(f.path(checkItem))
	return err == nil && bytes.Equal(token, f.known.checked)
}

// looksSealed reports whether the item's file is one that a passphrase could open.
func (f *fileStore) looksSealed(item string) bool {
	token, err := os.ReadFile(f.path(item))
	_, sealed := passphrase.RoundsOf(token)
	return err == nil && sealed
}

// isNewer reports whether a newer awsbroker sealed the item's file.
func (f *fileStore) isNewer(item string) bool {
	token, err := os.ReadFile(f.path(item))
	return err == nil && passphrase.IsNewer(token)
}

// reseal seals again what an earlier version sealed with fewer rounds: all of it,
// since the cheapest file is the one that is guessed at. It waits for nobody, and is a
// courtesy: what cannot be done now is done the next time.
func (f *fileStore) reseal(ctx context.Context, pass credential.Secret) {
	if len(f.cheapItems()) == 0 {
		return
	}
	_ = f.locked(ctx, lockRetry, func() error {
		for _, item := range f.cheapItems() {
			data, err := f.open(item, pass)
			if err != nil {
				continue // it is damaged, or gone by now
			}
			if err := f.write(item, data, pass); err != nil {
				return err
			}
		}
		return nil
	})
}

// cheapItems are those that were sealed with fewer rounds than now.
func (f *fileStore) cheapItems() []string {
	items, _ := f.files()
	return slices.DeleteFunc(items, func(item string) bool {
		token, err := os.ReadFile(f.path(item))
		n, sealed := passphrase.RoundsOf(token)
		return err != nil || !sealed || n >= rounds
	})
}

// files lists the items there are, the check item included. No directory is
// no items.
func (f *fileStore) files() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, unusable(err)
	}
	var items []string
	for _, e := range entries {
		if item := strings.ReplaceAll(e.Name(), "%2F", "/"); strings.HasPrefix(item, "awsbroker/") {
			items = append(items, item)
		}
	}
	return items, nil
}

// fileName is the name keyring gives an item's file: it escapes "/" (and "%",
// which itemName never makes).
func fileName(item string) string { return strings.ReplaceAll(item, "/", "%2F") }

func (f *fileStore) path(item string) string { return filepath.Join(f.dir, fileName(item)) }

// isFileError reports whether err is the disk's word and not the decoder's.
func isFileError(err error) bool {
	var pathError *fs.PathError
	return errors.As(err, &pathError)
}
