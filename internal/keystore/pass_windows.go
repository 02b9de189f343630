package keystore

import "fmt"

func newPass(Options) (backend, error) {
	return nil, fmt.Errorf("%w: pass does not exist on Windows; use %q or %q", ErrMissing, WinCred, File)
}
