package session

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// The sealing key rests in the kernel's user keyring: never on disk, gone at
// reboot, the same for all processes of the user id. keyrings(7), keyctl(2).

// keyPerm lets every process of the user view, read, search and re-time the
// key without possessing it: a cron job or a su shell has a session keyring
// that does not link to the user's. The owner of a possessing process may do all.
const keyPerm = 0x3f2b0000

// keyLife in seconds: unused for this long, the key goes. No session lives
// longer than 36 hours.
const keyLife = 7 * 24 * 3600

func keyName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "awsbroker:" + hex.EncodeToString(sum[:8])
}

func readSystemKey(dir string) ([]byte, error) { return readKernelKey(keyName(dir), keySize) }

// readKernelKey reads what the kernel keeps under a name; of what is longer than most
// it returns a byte more than that.
func readKernelKey(name string, most int) ([]byte, error) {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", name, 0)
	if err != nil {
		return nil, keyError("search", err)
	}
	key := make([]byte, most+1)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, id, key, 0)
	if errors.Is(err, unix.EACCES) {
		defer possessUserKeyring()()
		n, err = unix.KeyctlBuffer(unix.KEYCTL_READ, id, key, 0)
	}
	if err != nil {
		return nil, keyError("read", err)
	}
	return key[:min(n, len(key))], nil
}

// possessUserKeyring links the user keyring to the process's own. A session
// keyring, which links to it too, is revoked when its login ends, and a shell
// in tmux lives on: its keys could then be neither read nor given permissions.
// The kernel makes that keyring for the calling thread alone, so the goroutine
// stays on the thread until the function that it returns is called.
func possessUserKeyring() (release func()) {
	runtime.LockOSThread()
	_, _ = unix.KeyctlInt(unix.KEYCTL_LINK, unix.KEY_SPEC_USER_KEYRING, unix.KEY_SPEC_PROCESS_KEYRING, 0, 0)
	return runtime.UnlockOSThread
}

func writeSystemKey(dir string, key []byte) error { return writeKernelKey(keyName(dir), key, keyLife) }

// writeKernelKey has the kernel keep a key for some seconds. One that cannot be given
// its permissions and its end is not kept.
func writeKernelKey(name string, key []byte, seconds int) error {
	defer possessUserKeyring()()
	id, err := unix.AddKey("user", name, key, unix.KEY_SPEC_USER_KEYRING)
	if err != nil {
		return keyError("add", err)
	}
	if err = unix.KeyctlSetperm(id, keyPerm); err != nil {
		err = keyError("set the permissions of", err)
	} else if _, err = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, seconds, 0, 0); err != nil {
		err = keyError("set the life of", err)
	}
	if err != nil {
		_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	}
	return err
}

// KeepKey puts off the day on which the kernel drops the sealing key for dir.
func KeepKey(dir string) {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", keyName(dir), 0)
	if err == nil {
		_, _ = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, keyLife, 0, 0)
	}
}

func removeSystemKey(dir string) error { return removeKernelKey(keyName(dir)) }

func removeKernelKey(name string) error {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", name, 0)
	if err == nil {
		_, err = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	}
	if err = keyError("remove", err); errors.Is(err, errNoKey) {
		return nil
	}
	return err
}

func (k Kept) name() string { return keyName("kept:" + k.Of) }

func (k Kept) read() ([]byte, error) { return readKernelKey(k.name(), mostKept) }

func (k Kept) write(data []byte, life time.Duration) error {
	return writeKernelKey(k.name(), data, max(int(life/time.Second), 1))
}

func (k Kept) remove() error { return removeKernelKey(k.name()) }

func keyError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOKEY), errors.Is(err, unix.EKEYEXPIRED), errors.Is(err, unix.EKEYREVOKED):
		return errNoKey
	default: // ENOSYS, EPERM, EACCES, EDQUOT: seccomp, no such system call, or no room
		return fmt.Errorf("%w: %s the sealing key: %v", errRefused, what, err)
	}
}
