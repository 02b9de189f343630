package session

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// pam_keyinit revokes the session keyring when a login ends; tmux lives on.
func TestKeyAfterTheLoginHasEnded(t *testing.T) {
	key := bytes.Repeat([]byte{7}, KeySize)
	if _, err := readSystemKey(t.TempDir()); errors.Is(err, errRefused) {
		t.Skip("the system keeps no keys here")
	}
	for name, make := range map[string]func(dir string) error{
		"made after": func(dir string) error { return writeSystemKey(dir, key) },
		"made with the kernel's permissions": func(dir string) error {
			_, err := unix.AddKey("user", keyName(dir), key, unix.KEY_SPEC_USER_KEYRING)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Cleanup(func() { _ = removeSystemKey(dir) })
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its keyrings
			if _, err := unix.KeyctlJoinSessionKeyring("ended login"); err != nil {
				t.Fatal(err)
			}
			if _, err := unix.KeyctlInt(unix.KEYCTL_REVOKE, unix.KEY_SPEC_SESSION_KEYRING, 0, 0, 0); err != nil {
				t.Fatal(err)
			}
			if err := make(dir); err != nil {
				t.Fatal(err)
			}
			if got, err := readSystemKey(dir); err != nil || !bytes.Equal(got, key) {
				t.Errorf("the key cannot be read: %v", err)
			}
		})
	}
}
