package session

import (
	"bytes"
	"errors"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// pam_keyinit revokes the session keyring when a login ends; tmux lives on.
func TestKeyAfterTheLoginHasEnded(t *testing.T) {
	key := bytes.Repeat([]byte{7}, keySize)
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

// TestKernelForgets: the kernel itself lets a secret go at its end.
func TestKernelForgets(t *testing.T) {
	k := Kept{Of: t.TempDir()}
	t.Cleanup(func() { _ = k.Forget() })
	if err := k.Put(credential.NewSecret("x"), time.Now().Add(1500*time.Millisecond)); err != nil {
		t.Skip("the system keeps nothing here: ", err)
	}
	if _, err := k.read(); err != nil {
		t.Error(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := k.read()
		if errors.Is(err, errNoKey) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it is still there: %v", err)
		}
	}
}
