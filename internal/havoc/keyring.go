//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// filling is in the environment of a process that takes all of its user's quota of keys,
// or gives it back.
const filling = "HAVOC_FILLS"

// fill takes what is left of the quota of keys, or gives it back.
func fill() error {
	if os.Getenv(filling) == "0" {
		_, err := unix.KeyctlInt(unix.KEYCTL_CLEAR, unix.KEY_SPEC_USER_KEYRING, 0, 0, 0)
		return err
	}
	for i := range 100_000 {
		_, err := unix.AddKey("user", fmt.Sprint("havoc-", i), make([]byte, 16), unix.KEY_SPEC_USER_KEYRING)
		if errors.Is(err, unix.EDQUOT) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errors.New("there is no quota")
}
