package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// On Windows the sealing key is a file that DPAPI encrypts for this user:
// https://learn.microsoft.com/windows/win32/api/dpapi/nf-dpapi-cryptprotectdata

func keyFile(dir string) string { return filepath.Join(dir, "sealing.key") }

func readSystemKey(dir string) ([]byte, error) {
	sealed, err := os.ReadFile(keyFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errRefused, err)
	}
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(blob(sealed), nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out); err != nil {
		return nil, errNoKey // of another user or machine: sessions sealed with it are lost, a new key is made
	}
	return take(out), nil
}

func writeSystemKey(dir string, key []byte) error {
	var out windows.DataBlob
	if err := windows.CryptProtectData(blob(key), nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out); err != nil {
		return fmt.Errorf("%w: %v", errRefused, err)
	}
	return os.WriteFile(keyFile(dir), take(out), 0o600)
}

func removeSystemKey(dir string) error {
	err := os.Remove(keyFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// KeepKey has nothing to do: the key stays until it is dropped.
func KeepKey(string) {}

func blob(data []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(data)), Data: unsafe.SliceData(data)}
}

// take copies what DPAPI allocated, and frees it.
func take(b windows.DataBlob) []byte {
	defer func() { _, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data))) }()
	return append([]byte(nil), unsafe.Slice(b.Data, b.Size)...)
}
