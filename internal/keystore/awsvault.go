package keystore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/pattern"
)

// AWSVault is where another program, aws-vault, keeps its access keys
// (https://github.com/99designs/aws-vault): in keyring's items, one a profile,
// in keychains of its own. They are read as they are, and only Remove changes
// anything.
type AWSVault struct {
	kind  Kind
	items vaultItems
}

// AWSVaultPlace says where aws-vault keeps its keys, as its own flags and
// variables do. What is empty is its default.
type AWSVaultPlace struct {
	Kind       Kind
	FileDir    string // ~/.awsvault/keys/
	PassDir    string // pass's own
	PassPrefix string // none: the items are at the top of the store
	Keychain   string // of macOS: aws-vault
	Collection string // of the Secret Service: awsvault
}

// vaultItems are aws-vault's items in one keychain. read returns what keyring
// calls the item's data. Every method returns in bounded time with the errors
// of errors.go.
type vaultItems interface {
	where() string
	list(ctx context.Context) ([]string, error)
	read(ctx context.Context, name string) ([]byte, error)
	remove(ctx context.Context, name string) error
}

// OpenAWSVault opens aws-vault's keychain of the place's kind. Of o it takes
// the passphrase, the environment and the limits.
func OpenAWSVault(place AWSVaultPlace, o Options) (*AWSVault, error) {
	if o.CallTimeout == 0 {
		o.CallTimeout = DefaultCallTimeout
	}
	if o.DialogTimeout == 0 {
		o.DialogTimeout = DefaultDialogTimeout
	}
	items, err := openVaultItems(place, o)
	if err != nil {
		return nil, err
	}
	return &AWSVault{place.Kind, items}, nil
}

func openVaultItems(place AWSVaultPlace, o Options) (vaultItems, error) {
	switch place.Kind {
	case File:
		return newVaultFiles(place, o)
	case Pass:
		return newVaultPass(place, o)
	case SecretService:
		return newVaultSecrets(place, o)
	case Keychain, WinCred:
		return newVaultRing(place, o)
	}
	_, err := ParseKind(string(place.Kind))
	return nil, err
}

// Where says in which place on this machine the keys are.
func (v *AWSVault) Where() string { return v.items.where() }

// Names are the names of the access keys, which are those of profiles.
// aws-vault's sessions, which it keeps in the same place, are left out.
func (v *AWSVault) Names(ctx context.Context) ([]string, error) {
	all, err := v.items.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading aws-vault's keychain (%s): %w", v.kind, err)
	}
	var names []string
	for _, name := range all {
		if !notVaultKey(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// The names of aws-vault's sessions, now and in older versions, and of its
// tokens of IAM Identity Center (vault/sessionkeyring.go, vault/oidctokenkeyring.go).
var vaultSessions = []func() *regexp.Regexp{
	pattern.Of(`^[^,]+,[^,]+,[^,]*,[0-9]+$`),
	pattern.Of(`^session:[^ ]+:[^ ]*:[^:]+$`),
	pattern.Of(`^.+ session \([0-9]+\)$`),
	pattern.Of(`^oidc:`),
}

func notVaultKey(name string) bool {
	for _, form := range vaultSessions {
		if form().MatchString(name) {
			return true
		}
	}
	return name == "" || strings.HasPrefix(name, ".")
}

// Get reads a key. One with a session token is as it was stored.
func (v *AWSVault) Get(ctx context.Context, name string) (credential.Credentials, error) {
	data, err := v.items.read(ctx, name)
	if err != nil {
		return credential.Credentials{}, v.failed(err, "reading", name)
	}
	// aws.Credentials of the AWS SDK for Go, in either version.
	var k struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	// The decoder's own error may quote the value, so it is dropped.
	if json.Unmarshal(data, &k) != nil || k.AccessKeyID == "" || k.SecretAccessKey == "" {
		return credential.Credentials{}, v.failed(fmt.Errorf("%w: the item has no access key", ErrCorrupt), "reading", name)
	}
	return credential.Credentials{
		AccessKeyID: k.AccessKeyID, SecretAccessKey: credential.NewSecret(k.SecretAccessKey), SessionToken: credential.NewSecret(k.SessionToken),
	}, nil
}

// Remove takes a key out of aws-vault for good. One that is gone is no error.
func (v *AWSVault) Remove(ctx context.Context, name string) error {
	if err := v.items.remove(ctx, name); err != nil && !errors.Is(err, ErrNotFound) {
		return v.failed(err, "removing", name)
	}
	return nil
}

func (v *AWSVault) failed(err error, doing, name string) error {
	return fmt.Errorf("%s %q in aws-vault's keychain (%s): %w", doing, name, v.kind, err)
}

// vaultRing is the macOS Keychain or the Windows Credential Manager, where an
// item's data stands by itself.
type vaultRing struct{ ringStore }

func newVaultRing(place AWSVaultPlace, o Options) (vaultItems, error) {
	backend := map[Kind]keyring.BackendType{Keychain: keyring.KeychainBackend, WinCred: keyring.WinCredBackend}[place.Kind]
	keychain := either(place.Keychain, "aws-vault")
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{backend},
		ServiceName:     "aws-vault", // on Windows the items are called aws-vault:aws-vault:NAME
		WinCredPrefix:   "aws-vault",
		KeychainName:    keychain,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: this system has no keychain of the kind %q", ErrMissing, place.Kind)
	}
	where := "the Windows Credential Manager"
	if place.Kind == Keychain {
		where = "the macOS keychain " + keychain
	}
	unexplained := func(err error) error { return fmt.Errorf("%w: %w", ErrMissing, err) }
	return &vaultRing{ringStore{ring, where, o.DialogTimeout, unexplained}}, nil
}

func (v *vaultRing) list(ctx context.Context) ([]string, error) {
	return fault.Bound(ctx, v.limit, v.name, func() ([]string, error) {
		names, err := v.ring.Keys()
		return names, v.failed(err)
	})
}

func (v *vaultRing) read(ctx context.Context, name string) ([]byte, error) { return v.get(ctx, name) }

func either(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// unpack reads what keyring writes where a keychain keeps nothing but text:
// its item as JSON.
func unpack(text []byte, name string) ([]byte, error) {
	var item keyring.Item
	// The decoder's own error may quote the secret, so it is dropped.
	if json.Unmarshal(text, &item) != nil || item.Key != name {
		return nil, fmt.Errorf("%w: aws-vault did not write it", ErrCorrupt)
	}
	return item.Data, nil
}
