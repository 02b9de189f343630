package keystore

import "fmt"

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

// preferred is the order in which Choose looks, best first.
var preferred = []Kind{SecretService, File}

// ParseKind reads the name of a keychain. The empty name stands for the
// pinned one.
func ParseKind(name string) (Kind, error) {
	switch k := Kind(name); k {
	case "", File, SecretService, Keychain, WinCred, Pass:
		return k, nil
	}
	return "", fmt.Errorf("unknown keystore %q: it can be %s or %s", name, File, SecretService)
}

func openBackend(kind Kind, o Options) (backend, error) {
	switch kind {
	case File:
		return newFileStore(o)
	case SecretService:
		return newSecretService(o)
	case Keychain, WinCred, Pass:
		return nil, fmt.Errorf("%w: this build has no %q, only %q and %q", ErrMissing, kind, File, SecretService)
	}
	_, err := ParseKind(string(kind))
	return nil, err
}
