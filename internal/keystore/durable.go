package keystore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/natefinch/atomic"

	"github.com/awsbroker/awsbroker/internal/busy"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/paths"
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
	lock := flock.New(path, flock.SetFlag(lockFlag))
	if _, err := lock.TryLockContext(waiting, lockRetry); err != nil {
		if waiting.Err() != nil {
			return fault.Ended(waiting.Err(), fmt.Sprintf("waiting for another awsbroker that has locked %q", path))
		}
		return unusable(err)
	}
	defer lock.Unlock()
	return do()
}

// makePrivateDir makes dir for its owner alone, and takes it from others if it
// was there with a wider mode. It changes nothing for, or by way of, another user.
func makePrivateDir(dir string) error {
	if err := paths.MakeOwn(dir); err != nil {
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
// either the old ones or the new ones; a link at path is replaced itself. Call it
// under the lock: it removes what a killed writer left behind.
//
// Of natefinch/atomic only the replacing is used: its WriteFile gives the new
// file the mode of what a link points to.
func replaceFile(path string, data []byte) error {
	if err := paths.CheckOwn(filepath.Dir(path)); err != nil {
		return err
	}
	leftovers, _ := filepath.Glob(path + "[0-9]*")
	for _, l := range leftovers {
		_ = os.Remove(l)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+"*") // its mode is 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = busy.Retry(func() error { return atomic.ReplaceFile(f.Name(), path) })
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return paths.SyncDir(filepath.Dir(path))
}

// ReplaceFile writes a small file of mode 0600 as the record is written: after
// a crash it has the old contents or the new ones. Its directory is there, and
// the caller sees to it that nobody else writes it.
func ReplaceFile(path string, data []byte) error { return unusable(replaceFile(path, data)) }

// RemoveFile removes a file for good, also across a power cut. One that is not
// there is no error.
func RemoveFile(path string) error {
	if err := paths.CheckWay(path); err != nil {
		return unusable(err)
	}
	if err := busy.Remove(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return unusable(err)
	}
	return paths.SyncDir(filepath.Dir(path))
}

// unusable adds ErrMissing to what the operating system said about a file, if
// it is the kind of thing that another try will not mend.
func unusable(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errReadOnly) {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return err
}
