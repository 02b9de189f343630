//go:build !windows

package paths

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// CheckOwn reports that dir is another user's, or would be made in a directory of
// another user's: root under sudo often has the HOME of the person, who could not
// use what root leaves there. What [CheckWay] reports is reported, too. Whether a
// directory may be made in one of the system's, such as /tmp or a volume of a
// container, its mode says.
func CheckOwn(dir string) error {
	w, err := follow(dir)
	if err == nil && w.owner != os.Geteuid() && (w.owner != 0 || len(w.names) == 0) {
		err = fmt.Errorf("%q %w", w.dir, ErrForeign)
	}
	return err
}

// CheckWay reports that another user decides where path leads: by a symbolic
// link or, for root, by a directory. Links of this user and of the system are
// followed.
func CheckWay(path string) error {
	if _, err := follow(path); errors.Is(err, ErrForeign) {
		return err
	}
	return nil
}

// way is how far a path was followed.
type way struct {
	dir   string   // a directory that is there, without links in its path
	owner int      // of dir
	names []string // that follow; none if all of the path is there
	links int      // that were followed
}

// maxLinks is how many links Linux follows (path_resolution(7)).
const maxLinks = 40

// follow goes along path as far as there are directories. It stops with an
// ErrForeign before what another user could change under our hands.
func follow(path string) (w way, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return w, err
	}
	w.names = strings.Split(path, "/")
	for w.dir = "/"; err == nil && len(w.names) > 0; {
		next := filepath.Join(w.dir, w.names[0])
		var info fs.FileInfo
		if info, err = os.Lstat(next); err != nil {
			break
		}
		w.names = w.names[1:]
		switch {
		case info.IsDir():
			err = w.enter(next, info)
		case info.Mode()&fs.ModeSymlink != 0:
			err = w.turn(next, info)
		default:
			return w, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return w, err
}

// enter goes on in a directory. One of another user is nothing unusual (homes
// may be below a directory of who administers them), but root does not have to
// believe who made it.
func (w *way) enter(dir string, info fs.FileInfo) error {
	w.dir, w.owner = dir, ownerOf(info)
	if os.Geteuid() == 0 && w.owner != 0 && !isUnmapped(w.owner) {
		return fmt.Errorf("%q %w", dir, ErrForeign)
	}
	return nil
}

// turn goes on where a link points to. A link of who owns the directory around
// it says no more than that directory.
func (w *way) turn(link string, info fs.FileInfo) error {
	if owner := ownerOf(info); owner != 0 && owner != os.Geteuid() && owner != w.owner {
		return fmt.Errorf("the link %q %w", link, ErrForeign)
	}
	if w.links++; w.links > maxLinks {
		return &fs.PathError{Op: "follow", Path: link, Err: syscall.ELOOP}
	}
	to, err := os.Readlink(link)
	if err != nil {
		return err
	}
	w.names = slices.Concat(strings.Split(to, "/"), w.names)
	if filepath.IsAbs(to) {
		w.dir = "/" // whose owner enter finds
	}
	return nil
}

func ownerOf(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return os.Geteuid()
}

// isUnmapped reports whether a user id stands for users outside of this
// process's user namespace, where the system's own directories belong to one
// (user_namespaces(7)).
func isUnmapped(uid int) bool {
	const overflow = 65534
	if uid != overflow {
		return false
	}
	ids, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && !slices.Equal(strings.Fields(string(ids)), []string{"0", "0", "4294967295"})
}

// SyncDir makes the names in a directory outlast a power cut (fsync(2): syncing a file does
// not sync its directory entry).
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a directory that may be written but not read cannot be synced
	}
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil // not every file system knows how
	}
	return err
}
