package keystore

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/99designs/keyring"
	"golang.org/x/sys/windows"
)

// newWinCred opens the Windows Credential Manager. Its items are sealed for
// this user with DPAPI, and are called awsbroker:keys:awsbroker/key/NAME there.
func newWinCred(o Options) (backend, error) {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.WinCredBackend},
		WinCredPrefix:   "awsbroker",
		ServiceName:     "keys",
	})
	if err != nil {
		return nil, fmt.Errorf("%w: the Windows Credential Manager: %w", ErrMissing, err)
	}
	return inPieces(&ringStore{ring, "the Windows Credential Manager", o.CallTimeout, credentialError}, o.RecordPath), nil
}

// credentialError tells what CredRead and CredWrite mean. A service or an SSH
// session with a key has no credentials to keep any with.
func credentialError(err error) error {
	var code syscall.Errno
	if errors.As(err, &code) && (code == windows.ERROR_NO_SUCH_LOGON_SESSION || code == windows.ERROR_ACCESS_DENIED) {
		return fmt.Errorf("%w: this session has no Credential Manager; sign in with a password: %w", ErrMissing, err)
	}
	return err
}
