package keystore

import (
	"fmt"
	"slices"
)

// Kind names a keychain, as --keystore and AWSBROKER_KEYSTORE spell it.
type Kind string

// The keychains there are names for. Not every build has every one.
const (
	File          Kind = "file"           // encrypted files under a passphrase
	SecretService Kind = "secret-service" // GNOME Keyring, KWallet, KeePassXC: freedesktop.org's Secret Service
	Keychain      Kind = "keychain"       // macOS
	WinCred       Kind = "wincred"        // Windows Credential Manager
	Pass          Kind = "pass"           // the standard unix password manager
)

// kinds are all there are names for, in the order in which people read them.
var kinds = []Kind{Keychain, WinCred, SecretService, Pass, File}

// Kinds returns the kinds that this system may have, best first.
func Kinds() []Kind { return slices.Clone(preferred) }

// ParseKind reads the name of a keychain. The empty name stands for the
// pinned one.
func ParseKind(name string) (Kind, error) {
	if name == "" || slices.Contains(kinds, Kind(name)) {
		return Kind(name), nil
	}
	return "", fmt.Errorf("unknown kind of keychain %q: use %s, %s, %s, %s or %s", name, Keychain, WinCred, SecretService, Pass, File)
}

func openBackend(kind Kind, o Options) (backend, error) {
	switch kind {
	case Keychain:
		return newKeychain(o)
	case WinCred:
		return newWinCred(o)
	case SecretService:
		return newSecretService(o)
	case Pass:
		return newPass(o)
	case File:
		return newFileStore(o)
	}
	_, err := ParseKind(string(kind))
	return nil, err
}

// Words says a kind of keystore as people do; a kind that is unknown is its
// own name.
func (k Kind) Words() string {
	switch k {
	case File:
		return "an encrypted file"
	case SecretService:
		return "the desktop's keyring (Secret Service)"
	case Keychain:
		return "the macOS Keychain"
	case WinCred:
		return "the Windows Credential Manager"
	case Pass:
		return "pass, the password manager"
	}
	return string(k)
}
