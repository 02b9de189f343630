package broker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// pending is a new key that waits beside the old one, in the keychain, until
// AWS knows it. It says what it is for, so that it makes sense by itself.
type pending struct {
	Version  int    `json:"version"`
	ID       string `json:"access_key_id"`
	Secret   string `json:"secret_access_key"`
	Replaces string `json:"replaces"`
	ARN      string `json:"arn"`
}

func (p pending) key() credential.Credentials {
	return credential.Credentials{AccessKeyID: p.ID, SecretAccessKey: credential.NewSecret(p.Secret)}
}

// pendingItem is the keychain's item beside a key. A long name is hashed, for
// names of items end at 128 bytes, too.
func pendingItem(key string) string {
	if item := "pending/" + key; keystore.CheckName(item) == nil {
		return item
	}
	sum := sha256.Sum256([]byte(key))
	return "pending/" + hex.EncodeToString(sum[:])
}

// pendingItems are those of all keys; most are not there.
func pendingItems(keys []string) (items []string) {
	for _, key := range keys {
		items = append(items, pendingItem(key))
	}
	return items
}

// probe is what stands there while the keychain is tried.
const probe = "probe"

// readPending returns an empty one where there is none.
func (r *rotation) readPending(ctx context.Context) (p pending, err error) {
	var item credential.Secret
	err = r.asker.retry(func() error {
		item, err = r.chain.GetItem(ctx, pendingItem(r.name))
		return err
	})
	if errors.Is(err, keystore.ErrNotFound) {
		return pending{}, nil
	}
	if err != nil {
		return pending{}, keystoreFailure(err, r.name)
	}
	// The decoder's error may quote the item, so it is not looked at.
	if json.Unmarshal([]byte(item.Reveal()), &p) != nil || p.ID == "" || p.Secret == "" {
		return pending{}, nil
	}
	return p, nil
}

// tryKeychain writes and removes something before AWS is asked for a secret
// that it shows only once.
func (r *rotation) tryKeychain(ctx context.Context) error {
	err := r.step("probe", func() error {
		return r.asker.retry(func() error { return r.chain.SetItem(ctx, pendingItem(r.name), credential.NewSecret(probe)) })
	})
	if err == nil {
		err = r.dropPending(ctx, "remove probe")
	}
	if err != nil {
		return keystoreFailure(err, r.name)
	}
	return nil
}

func (r *rotation) writePending(ctx context.Context, key credential.Credentials) error {
	p := pending{1, key.AccessKeyID, key.SecretAccessKey.Reveal(), r.journal.Old, r.user.ARN}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return r.step("store", func() error {
		return r.chain.SetItem(ctx, pendingItem(r.name), credential.NewSecret(string(data)))
	})
}

func (r *rotation) dropPending(ctx context.Context, step string) error {
	return r.step(step, func() error {
		err := r.chain.RemoveItem(ctx, pendingItem(r.name))
		if errors.Is(err, keystore.ErrNotFound) {
			return nil
		}
		return err
	})
}
