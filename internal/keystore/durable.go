package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/natefinch/atomic"
)

// lockRetry is how often a taken lock is tried again: flock cannot be waited
// for with a deadline.
const lockRetry = 15 * time.Millisecond

// withLock runs do while no other process, and nothing else in this one, holds
// the lock file. The operating system frees it when its holder dies.
func withLock(ctx context.Context, path string, limit time.Duration, do func() error) error {
	if err := makePrivateDir(filepath.Dir(path)); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	lock := flock.New(path)
	if _, err := lock.TryLockContext(waiting, lockRetry); err != nil {
		if waiting.Err() != nil {
			return ended(waiting.Err(), fmt.Sprintf("waiting for another awsbroker that holds %q", path))
		}
		return unusable(err)
	}
	defer lock.Unlock()
	return do()
}

// makePrivateDir makes dir for its owner alone, and takes it from others if it
// was there with a wider mode.
func makePrivateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unusable(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return unusable(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return unusable(err)
		}
	}
	return nil
}

// replaceFile gives path new contents, of mode 0600, so that a crash leaves
// either the old ones or the new ones. Call it under the lock: it removes what
// a killed writer left behind.
func replaceFile(path string, data []byte) error {
	// The names that atomic.WriteFile's os.CreateTemp makes.
	leftovers, _ := filepath.Glob(path + "[0-9]*")
	for _, l := range leftovers {
		_ = os.Remove(l)
	}
	// It gives the new file the old one's mode, so that one comes first.
	if err := os.Chmod(path, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unusable(err)
	}
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// ReplaceFile writes a small file of mode 0600 as the record is written: after
// a crash it has the old contents or the new ones. Its directory is there, and
// the caller sees to it that nobody else writes it.
func ReplaceFile(path string, data []byte) error { return unusable(replaceFile(path, data)) }

// RemoveFile removes a file for good, also across a power cut. One that is not
// there is no error.
func RemoveFile(path string) error {
	if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return unusable(err)
	}
	return syncDir(filepath.Dir(path))
}

// unusable adds ErrMissing to what the operating system said about a file, if
// it is the kind of thing that another try will not mend.
func unusable(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errReadOnly) {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return err
}
