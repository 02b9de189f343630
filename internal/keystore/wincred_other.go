//go:build !windows

package keystore

import "fmt"

func newWinCred(Options) (backend, error) {
	return nil, fmt.Errorf("%w: %q exists only on Windows", ErrMissing, WinCred)
}
