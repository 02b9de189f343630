package dotfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/awsbroker/awsbroker/internal/paths"
)

// writeInPlace overwrites a file that cannot be replaced: a mount point, as files in
// containers are, or a file of another user. A backup lies beside the file until the
// new content is on disk, and is removed then, because it may hold a key that the edit
// was to remove.
func writeInPlace(target string, info fs.FileInfo, before, after []byte) error {
	backup := target + backupSuffix
	if err := writeBackup(backup, info, before); err != nil {
		return err
	}
	if err := overwriteFile(target, before, after); err != nil {
		if restored := overwriteFile(target, nil, before); restored != nil {
			return fmt.Errorf("the file was only partly written (%w); its old content is in %q", err, backup)
		}
		return errors.Join(cannotWrite(target, err), os.Remove(backup))
	}
	if err := os.Remove(backup); err != nil {
		return fmt.Errorf("the file was written, but its old copy could not be removed (%w): %q", err, backup)
	}
	return paths.SyncDir(filepath.Dir(target))
}

func writeBackup(backup string, info fs.FileInfo, text []byte) (err error) {
	f, err := os.OpenFile(backup, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("an earlier edit was interrupted; compare the file with this copy, then delete the copy: %q", backup)
	}
	if err != nil {
		return cannotWrite(backup, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(backup)
		}
	}()
	if _, err := f.Write(text); err != nil {
		return cannotWrite(backup, err)
	}
	if err := f.Sync(); err != nil {
		return cannotWrite(backup, err)
	}
	if err := f.Close(); err != nil {
		return cannotWrite(backup, err)
	}
	return paths.SyncDir(filepath.Dir(backup))
}

// overwriteFile writes first what makes the file longer: if the disk is full, the old
// content is still there as a whole.
func overwriteFile(target string, before, after []byte) error {
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if len(after) > len(before) {
		if _, err := f.WriteAt(after[len(before):], int64(len(before))); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if _, err := f.WriteAt(after[:min(len(before), len(after))], 0); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(after))); err != nil {
		return err
	}
	return f.Sync()
}
