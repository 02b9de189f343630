package keystore

import "fmt"

func newPass(Options) (backend, error) {
	return nil, fmt.Errorf("%w: there is no pass on Windows, only %q and %q", ErrMissing, WinCred, File)
}
