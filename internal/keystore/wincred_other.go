//go:build !windows

package keystore

import "fmt"

func newWinCred(Options) (backend, error) {
	return nil, fmt.Errorf("%w: this build has no %q, which is on Windows only", ErrMissing, WinCred)
}
