//go:build !linux

package start

import "os"

// guard has nothing to guard against: keyring uses D-Bus on Linux only.
func guard([]string) { environ = os.Environ() }
