// Package gitpassword makes, replaces and deletes the passwords by which an IAM user signs
// in to AWS CodeCommit from Git. A password goes from AWS into the keychain and from there
// to Git; nobody is shown it. What was cut short is finished by the next call.
package gitpassword

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/codecommit"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// stored is a password in the keychain. It says what it is for, so that it makes sense by
// itself.
type stored struct {
	Version    int       `json:"version"`
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Password   string    `json:"password"`
	ARN        string    `json:"arn"` // of the user
	Replaces   string    `json:"replaces,omitempty"`
	Repository string    `json:"repository,omitempty"` // that proves passwords
	Created    time.Time `json:"created"`
}

func (s stored) login() codecommit.Login {
	return codecommit.Login{Username: credential.NewSecret(s.Name), Password: credential.NewSecret(s.Password)}
}

// The items beside a key: the password that Git gets, and a new one until it is proved.
const (
	current = "git-password/"
	next    = "git-password-next/"
)

// item names an item beside a key. A long name is hashed, for names of items end at 128
// bytes.
func item(which, key string) string {
	if name := which + key; keystore.CheckName(name) == nil {
		return name
	}
	sum := sha256.Sum256([]byte(key))
	return which + hex.EncodeToString(sum[:])
}

// Items returns the items of all keys, most of which are not there.
func Items(keys []string) (items []string) {
	for _, key := range keys {
		items = append(items, item(current, key), item(next, key))
	}
	return items
}

// read reads an item; the zero password is none. A next one that was cut short as the
// keychain kept it is none either.
func read(ctx context.Context, chain *keystore.Store, which, key string) (s stored, err error) {
	text, err := chain.GetItem(ctx, item(which, key))
	if errors.Is(err, keystore.ErrNotFound) || which == next && errors.Is(err, keystore.ErrCorrupt) {
		return stored{}, nil
	}
	if err != nil {
		return stored{}, err
	}
	// The decoder's error may quote the item, so it is not looked at.
	if json.Unmarshal([]byte(text.Reveal()), &s) != nil || s.ID == "" || s.Password == "" {
		return stored{}, nil
	}
	return s, nil
}

func write(ctx context.Context, chain *keystore.Store, which, key string, s stored) error {
	s.Version = 1
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return chain.SetItem(ctx, item(which, key), credential.NewSecret(string(data)))
}

func remove(ctx context.Context, chain *keystore.Store, which, key string) error {
	if err := chain.RemoveItem(ctx, item(which, key)); !errors.Is(err, keystore.ErrNotFound) {
		return err
	}
	return nil
}

// Forget removes what is kept beside a key that goes.
func Forget(ctx context.Context, chain *keystore.Store, key string) error {
	return errors.Join(remove(ctx, chain, current, key), remove(ctx, chain, next, key))
}

// Login returns the user name and the password that Git gets for a key, and the ARN of the
// user. A key without a password is a [failure.NotFound].
func Login(ctx context.Context, b *broker.Broker, key string) (codecommit.Login, string, error) {
	a := b.NewAsker(nil)
	defer a.Close()
	chain, err := b.OpenKeychain(ctx, a)
	if err != nil {
		return codecommit.Login{}, "", failure.OfKeystore(err, key)
	}
	var s stored
	err = a.Retry(func() error {
		s, err = read(ctx, chain, current, key)
		return err
	})
	if err != nil {
		return codecommit.Login{}, "", failure.OfKeystore(err, key)
	}
	if s.ID == "" {
		return codecommit.Login{}, "", failure.New(failure.NotFound, "the keychain has no Git password beside key %q", key).
			Hint("create one: awsbroker codecommit create %s", say.ShellWord(key))
	}
	return s.login(), s.ARN, nil
}
