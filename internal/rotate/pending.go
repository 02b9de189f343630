package rotate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// Pending is a new key that waits beside the old one, in the keychain, until
// AWS knows it. It says what it is for, so that it makes sense by itself.
type Pending struct {
	Version  int    `json:"version"`
	ID       string `json:"access_key_id"`
	Secret   string `json:"secret_access_key"`
	Replaces string `json:"replaces"`
	ARN      string `json:"arn"`
}

func (p Pending) key() credential.Credentials {
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

// PendingItems returns the items of all keys, most of which are not there.
func PendingItems(keys []string) (items []string) {
	for _, key := range keys {
		items = append(items, pendingItem(key))
	}
	return items
}

// probe is what stands there while the keychain is tried.
const probe = "probe"

// readPending returns the pending key; empty where there is none, and where what is there
// was cut short as it was written: a keychain may have made an empty item by then.
func (r *Rotation) readPending(ctx context.Context) (p Pending, err error) {
	var item credential.Secret
	err = r.Actor.Asker.Retry(func() error {
		item, err = r.chain.GetItem(ctx, pendingItem(r.Name))
		return err
	})
	if errors.Is(err, keystore.ErrNotFound) || errors.Is(err, keystore.ErrCorrupt) {
		return Pending{}, nil
	}
	if err != nil {
		return Pending{}, failure.OfKeystore(err, r.Name)
	}
	// The decoder's error may quote the item, so it is not looked at.
	if json.Unmarshal([]byte(item.Reveal()), &p) != nil || p.ID == "" || p.Secret == "" {
		return Pending{}, nil
	}
	return p, nil
}

// tryKeychain writes and removes something before AWS is asked for a secret
// that it shows only once.
func (r *Rotation) tryKeychain(ctx context.Context) error {
	err := r.DoStep("probe", func() error {
		return r.Actor.Asker.Retry(func() error { return r.chain.SetItem(ctx, pendingItem(r.Name), credential.NewSecret(probe)) })
	})
	if err == nil {
		err = r.dropPending(ctx, "remove probe")
	}
	if err != nil {
		return failure.OfKeystore(err, r.Name)
	}
	return nil
}

func (r *Rotation) writePending(ctx context.Context, key credential.Credentials) error {
	p := Pending{1, key.AccessKeyID, key.SecretAccessKey.Reveal(), r.journal.Old, r.User.ARN}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return r.DoStep("store", func() error {
		return r.chain.SetItem(ctx, pendingItem(r.Name), credential.NewSecret(string(data)))
	})
}

func (r *Rotation) dropPending(ctx context.Context, step string) error {
	return r.DoStep(step, func() error {
		err := r.chain.RemoveItem(ctx, pendingItem(r.Name))
		if errors.Is(err, keystore.ErrNotFound) {
			return nil
		}
		return err
	})
}
