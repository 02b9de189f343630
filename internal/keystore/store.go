package keystore

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// storedKey is the value of a key's item. Its info is what the record gets back
// when it is lost; keys that older versions stored have none.
type storedKey struct {
	Version         int      `json:"version"`
	AccessKeyID     string   `json:"access_key_id"`
	SecretAccessKey string   `json:"secret_access_key"`
	Info            *KeyInfo `json:"info,omitempty"`
}

const storedKeyVersion = 1

// Get reads the key called name.
func (s *Store) Get(ctx context.Context, name string) (credential.Credentials, error) {
	key, _, err := s.GetWithInfo(ctx, name)
	return key, err
}

// GetWithInfo reads the key called name, and what the record knew of it when it was
// stored.
func (s *Store) GetWithInfo(ctx context.Context, name string) (credential.Credentials, KeyInfo, error) {
	var none credential.Credentials
	if err := CheckName(name); err != nil {
		return none, KeyInfo{}, err
	}
	data, err := s.backend.get(ctx, itemName(keySpace, name))
	if err != nil {
		return none, KeyInfo{}, s.failed(err, "reading", name)
	}
	if isNewer(data, storedKeyVersion) {
		return none, KeyInfo{}, s.failed(fmt.Errorf("the key was %w", ErrNewer), "reading", name)
	}
	k := storedKey{Info: &KeyInfo{}}
	// The decoder's own error may quote the value, so it is dropped.
	if json.Unmarshal(data, &k) != nil || k.AccessKeyID == "" || k.SecretAccessKey == "" || k.Info == nil || k.Version != storedKeyVersion {
		return none, KeyInfo{}, s.failed(ErrCorrupt, "reading", name)
	}
	k.Info.AccessKeyID = k.AccessKeyID
	return credential.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: credential.NewSecret(k.SecretAccessKey)}, *k.Info, nil
}

// Set stores a long-lived key under name, replacing the one that is there, and
// reads it back. The index then has info, with the id of c; a zero info.Added
// keeps the one on record, or is now. The first Set pins the keystore. A key that
// the record does not know of is replaced only if Options.Replace says so, unless
// it is this very key: ErrOccupied.
//
// The steps are ordered so that the index never claims an id that the keychain
// does not hold: the id on record is blanked before the keychain is touched.
func (s *Store) Set(ctx context.Context, name string, c credential.Credentials, info KeyInfo) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if c.AccessKeyID == "" || c.SecretAccessKey.IsEmpty() || c.Temporary() {
		return errors.New("the keychain stores only whole long-lived keys, with an id, a secret, and no session token")
	}
	replacing := s.replace && s.name == name
	if _, err := s.writable(replacing, name); err != nil { // before anybody is asked anything
		return err
	}
	if err := s.backend.unlock(ctx, writing); err != nil {
		return s.failed(err, "storing", name)
	}
	return withRecordLock(ctx, s.recordPath, func() error {
		old, err := s.writable(replacing, name)
		if err != nil {
			return err
		}
		seeds, err := s.spare(ctx, old, name, c)
		if err != nil {
			return err
		}
		info = old.complete(name, c.AccessKeyID, info)
		value, err := json.Marshal(storedKey{storedKeyVersion, c.AccessKeyID, c.SecretAccessKey.Reveal(), &info})
		if err != nil {
			return err
		}
		home, err := s.backend.home(ctx)
		if err != nil {
			return s.failed(err, "storing", name)
		}
		elsewhere := old.bound() && old.Keystore != s.kind
		if !elsewhere {
			if err := s.announce(name, info.Before); err != nil {
				return err
			}
		}
		if err := s.put(ctx, itemName(keySpace, name), value); err != nil {
			if !elsewhere {
				s.recall(ctx, name)
			}
			return s.failed(err, "storing", name)
		}
		return amend(s.recordPath, func(r *Record) {
			r.Home = home
			if elsewhere { // the other keystore's copy is what FinishMove removes
				r.Keystore, r.Leaving = s.kind, &Leaving{Keystore: old.Keystore, Keys: []string{name}}
			}
			r.Keys[name] = info
			r.Seeds = append(r.Seeds, seeds...)
		})
	})
}

// Remove forgets the key called name. The key still works in AWS. When the
// keychain has lost it already, the index forgets it too.
func (s *Store) Remove(ctx context.Context, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if _, err := s.writable(false, ""); err != nil {
		return err
	}
	if err := s.backend.unlock(ctx, removing); err != nil {
		return s.failed(err, "removing", name)
	}
	return withRecordLock(ctx, s.recordPath, func() error {
		rec, err := ReadRecord(s.recordPath)
		if err != nil {
			return err
		}
		err = s.backend.remove(ctx, itemName(keySpace, name))
		_, listed := rec.Keys[name]
		if err != nil && !(errors.Is(err, ErrNotFound) && listed) {
			return s.failed(err, "removing", name)
		}
		return amend(s.recordPath, func(r *Record) { delete(r.Keys, name) })
	})
}

// writable refuses to write to a keystore other than the one with the keys, and in
// the home of another user. It returns the record as it is.
func (s *Store) writable(replacing bool, name string) (Record, error) {
	if err := paths.CheckOwn(filepath.Dir(s.recordPath)); err != nil {
		return Record{}, err
	}
	rec, err := ReadRecord(s.recordPath)
	if err != nil {
		return rec, err
	}
	return rec, rec.allows(s.kind, replacing, name)
}

// announce pins the keystore and blanks the id of a key about to be replaced;
// before is that id if it is a rotation. A keystore that keys go into again has
// no old copies to remove.
func (s *Store) announce(name, before string) error {
	return amend(s.recordPath, func(r *Record) {
		r.Keystore = s.kind
		if r.Leaving != nil && r.Leaving.Keystore == s.kind {
			r.Leaving = nil
		}
		if info, ok := r.Keys[name]; ok {
			info.AccessKeyID, info.Before = "", before
			r.Keys[name] = info
		}
	})
}

// recall puts the id back that announce blanked, if the keychain can still say
// which it is. It is a courtesy: a blank id is allowed.
func (s *Store) recall(ctx context.Context, name string) {
	c, err := s.Get(ctx, name)
	if err != nil {
		return
	}
	_ = amend(s.recordPath, func(r *Record) {
		if info, ok := r.Keys[name]; ok {
			info.AccessKeyID = c.AccessKeyID
			r.Keys[name] = info
		}
	})
}

// put sets an item and proves that it can be read back.
func (s *Store) put(ctx context.Context, item string, value []byte) error {
	if err := s.backend.set(ctx, item, value); err != nil {
		return err
	}
	back, err := s.backend.get(ctx, item)
	if err != nil {
		return fmt.Errorf("it was stored, but could not be read afterwards: %w", err)
	}
	if subtle.ConstantTimeCompare(back, value) != 1 {
		return fmt.Errorf("%w: it returned something other than what was stored", ErrCorrupt)
	}
	return nil
}

// failed says what was being done, to which key, in which keychain.
func (s *Store) failed(err error, doing, name string) error {
	return fmt.Errorf("%s %q in %s: %w", doing, name, s.kind.Words(), err)
}
