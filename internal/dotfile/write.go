// Package dotfile changes a file that belongs to a person, such as ~/.aws/config: as a
// whole or not at all, where it is, with the owner and mode that it has, and only if it
// still holds what was read.
package dotfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/natefinch/atomic"

	"github.com/awsbroker/awsbroker/internal/busy"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// ErrChanged is that a file is no longer what it was when it was read.
var ErrChanged = errors.New("another program changed the file meanwhile")

// Write replaces the content before of a file by after. The file is
// either changed as a whole and on disk, or left as it was: if it no longer
// holds before (an ErrChanged), if it or its directory is read-only, if the
// disk is full. Empty before includes a file that is not there.
//
// A symbolic link is followed, so that dotfiles stay dotfiles. Mode and owner
// are kept; a new file is 0600 in a directory that is 0700 if new. Another
// hard link keeps what it had, as it does with most editors: it may be a
// backup.
//
// Of natefinch/atomic only the replacing is used: its WriteFile replaces a
// symbolic link itself, drops the owner, and does not sync the directory.
func Write(path string, before, after []byte) (err error) {
	target, err := followLinks(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(target)
	if _, statErr := os.Stat(dir); errors.Is(statErr, fs.ErrNotExist) {
		if err := paths.MakeDir(dir); err != nil {
			return cannotWrite(target, err)
		}
		defer func() {
			if err != nil {
				_ = os.Remove(dir) // only if it is empty, so only ours
			}
		}()
	}
	info, err := statWritable(target)
	if err != nil {
		return err
	}
	if err := checkUnchanged(target, before); err != nil {
		return err
	}
	temp, err := writeTemp(target, info, after)
	if errors.Is(err, errOwner) {
		return writeInPlace(target, info, before, after)
	}
	if err != nil {
		return cannotWrite(target, err)
	}
	defer os.Remove(temp) // gone already if all went well
	if err := checkUnchanged(target, before); err != nil {
		return err
	}
	err = busy.Retry(func() error { return atomic.ReplaceFile(temp, target) })
	if info != nil && isMountPoint(err) {
		return writeInPlace(target, info, before, after)
	}
	if err != nil {
		return cannotWrite(target, err)
	}
	return paths.SyncDir(dir)
}

// followLinks returns the file that a path stands for, unless another user decides
// which file that is; the file need not exist, which filepath.EvalSymlinks would
// demand.
func followLinks(path string) (string, error) {
	if err := paths.CheckWay(path); err != nil {
		return "", err
	}
	for target, hops := path, 0; hops < 40; hops++ {
		info, err := os.Lstat(target)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return target, nil
		}
		next, err := os.Readlink(target)
		if err != nil {
			return "", cannotWrite(path, err)
		}
		if !filepath.IsAbs(next) {
			// Not cleaned: "..", after a linked directory, is the kernel's to resolve.
			next = filepath.Dir(target) + string(filepath.Separator) + next
		}
		target = next
	}
	return "", fmt.Errorf("the symbolic links form a circle: %q", path)
}

// statWritable returns the file's information, or nil if the file is not there. A file
// that its owner has made read-only is an error, though a rename could replace it.
func statWritable(target string) (fs.FileInfo, error) {
	info, err := os.Stat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cannotWrite(target, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file: %q", target)
	}
	if info.Mode().Perm()&0o222 == 0 {
		return nil, fmt.Errorf("the file is read-only: %q", target)
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return nil, cannotWrite(target, err)
	}
	return info, f.Close()
}

func checkUnchanged(target string, before []byte) error {
	now, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotWrite(target, err)
	}
	if !bytes.Equal(now, before) {
		return fmt.Errorf("%w: %q", ErrChanged, target)
	}
	return nil
}

// errOwner is that a new file could not be given to the old one's owner.
var errOwner = errors.New("cannot keep the owner of the file")

// writeTemp writes text to a new file beside the target, with the target's mode and
// owner. After an error no such file is left.
func writeTemp(target string, info fs.FileInfo, text []byte) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+tempInfix+"*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if info != nil {
		// Owner first: changing it may clear mode bits.
		if err := keepOwner(f, info); err != nil {
			return "", err
		}
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return "", err
		}
	}
	if _, err := f.Write(text); err != nil {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

func cannotWrite(target string, err error) error {
	if errors.Is(err, ErrChanged) {
		return err
	}
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	reason := err
	if errors.As(err, &pathErr) {
		reason = pathErr.Err
	} else if errors.As(err, &linkErr) {
		reason = linkErr.Err
	}
	switch {
	case errors.Is(err, fs.ErrPermission) || isReadOnly(err):
		if pathErr != nil && pathErr.Path != target {
			return fmt.Errorf("the directory is read-only (%w): %q", reason, filepath.Dir(target))
		}
		return fmt.Errorf("the file is read-only (%w): %q", reason, target)
	}
	return fmt.Errorf("cannot write (%w): %q", reason, target)
}

// CheckWritable returns the reason for which [Write] would refuse to replace the
// file, as far as it can be known beforehand, or nil. CheckWritable changes nothing.
func CheckWritable(path string) error {
	target, err := followLinks(path)
	if err != nil {
		return err
	}
	info, err := statWritable(target)
	if err != nil {
		return err
	}
	temp, err := writeTemp(target, info, nil)
	if errors.Is(err, errOwner) {
		return nil // written in place
	}
	if err != nil {
		return cannotWrite(target, err)
	}
	return os.Remove(temp)
}
