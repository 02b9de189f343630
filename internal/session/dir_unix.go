//go:build !windows

package session

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// privateModes says that file modes keep other users out.
const privateModes = true

func runtimeDirs() []string {
	var dirs []string
	if d := os.Getenv("XDG_RUNTIME_DIR"); len(d) > 0 && d[0] == '/' {
		dirs = append(dirs, d)
	}
	return append(dirs, "/run/user/"+strconv.Itoa(os.Geteuid()))
}

// mayWrite reports why no file can be made in dir.
func mayWrite(dir string) error {
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return fmt.Errorf("awsbroker cannot write to %q: %w", dir, err)
	}
	return nil
}

// ours reports why dir is not a real directory that belongs to this user.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%q is not a directory", dir)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%q belongs to another user", dir)
	}
	return nil
}
