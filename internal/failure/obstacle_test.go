//go:build !windows

package failure

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// TestObstacles: a file system that refuses a file is told with one thing to do about it,
// whoever wanted to write, and no other keychain is named.
func TestObstacles(t *testing.T) {
	for errno, hint := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room", syscall.EDQUOT: "quota", syscall.EROFS: "read-only", syscall.EFBIG: "ulimit -f",
		syscall.EIO: "dmesg", syscall.ENOTDIR: "HOME", syscall.ENOLCK: "locks",
	} {
		err := fmt.Errorf("storing: %w", &fs.PathError{Op: "write", Path: "/d/f", Err: errno})
		missing := fmt.Errorf("%w: %w", keystore.ErrMissing, err)
		for of, f := range map[string]*Error{
			"New": New(Other, "%w", err), "OfKeystore": OfKeystore(err, "phoebe"), "OfKeystore, missing": OfKeystore(missing, "phoebe"),
			"OfFirstKeystore": OfFirstKeystore(missing, "phoebe"), "OfRecord": OfRecord(err),
		} {
			if len(f.Hints) != 1 || !strings.Contains(f.FirstHint(), hint) {
				t.Errorf("%v by %s has the hints %q", errno, of, f.Hints)
			}
		}
	}
	if f := New(Other, "%w", fs.ErrNotExist); len(f.Hints) > 0 {
		t.Errorf("no obstacle has the hints %q", f.Hints)
	}
}
