package session

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/awsbroker/awsbroker/internal/paths"
)

// On Windows the sealing key is a file that DPAPI encrypts for this user:
// https://learn.microsoft.com/windows/win32/api/dpapi/nf-dpapi-cryptprotectdata

func keyFile(dir string) string { return filepath.Join(dir, "sealing.key") }

func readSystemKey(dir string) ([]byte, error) { return readProtected(keyFile(dir)) }

func readProtected(path string) ([]byte, error) {
	sealed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errRefused, err)
	}
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(blob(sealed), nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out); err != nil {
		return nil, errNoKey // of another user or machine: what was sealed with it is lost
	}
	return take(out), nil
}

func writeSystemKey(dir string, key []byte) error { return writeProtected(keyFile(dir), key) }

func writeProtected(path string, data []byte) error {
	var out windows.DataBlob
	if err := windows.CryptProtectData(blob(data), nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out); err != nil {
		return fmt.Errorf("%w: %v", errRefused, err)
	}
	return os.WriteFile(path, take(out), 0o600)
}

func removeSystemKey(dir string) error { return removeFile(keyFile(dir)) }

func removeFile(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (k Kept) file() string {
	sum := sha256.Sum256([]byte(k.Of))
	return filepath.Join(k.Cache, "sessions", hex.EncodeToString(sum[:8])+".kept")
}

func (k Kept) read() ([]byte, error) { return readProtected(k.file()) }

// write leaves a file of which the end is inside: DPAPI knows none.
func (k Kept) write(data []byte, _ time.Duration) error {
	if k.Cache == "" {
		return errRefused
	}
	if err := paths.MakeOwn(filepath.Dir(k.file())); err != nil {
		return err
	}
	return writeProtected(k.file(), data)
}

func (k Kept) remove() error { return removeFile(k.file()) }

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
