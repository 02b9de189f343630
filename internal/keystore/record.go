package keystore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/secretservice"
)

const recordVersion = 1

// Record is the contents of keystore.json: which keystore was chosen (the pin)
// and which keys are in it (the index). It holds no secret, and reading it
// opens no keychain: listing items would unlock some
// (https://github.com/99designs/aws-vault/issues/211).
type Record struct {
	Version  int                `json:"version"`
	Keystore Kind               `json:"keystore,omitempty"`
	Keys     map[string]KeyInfo `json:"keys,omitempty"`
	Seeds    []string           `json:"seeds,omitempty"` // MFA devices whose seed is there, too
	Leaving  *Leaving           `json:"leaving,omitempty"`

	// Home is where in the Secret Service the keys are; nil in another keystore, and
	// where they were stored by a version that did not note it.
	Home *secretservice.Home `json:"home,omitempty"`
}

// Leaving names the old copies of what was moved into another keystore, until
// they are removed. Everything in it is in the pinned keystore as well.
type Leaving struct {
	Keystore Kind     `json:"keystore"`
	Keys     []string `json:"keys"`
	Items    []string `json:"items,omitempty"`
}

// KeyInfo is what is known of a key without opening the keychain. Times are
// UTC.
type KeyInfo struct {
	// AccessKeyID is empty while the key is being replaced, and stays so if
	// that was cut short: then only the keychain knows which one it holds.
	AccessKeyID string    `json:"access_key_id"`
	ARN         string    `json:"arn,omitempty"`    // of sts:GetCallerIdentity; empty when it was never asked
	Added       time.Time `json:"added"`            // when the name was first used
	Rotated     time.Time `json:"rotated,omitzero"` // when the key behind it was last replaced by rotate

	// Before is the id that a rotation replaced, of the same user. Role sessions
	// that were made with it go on being served; they do not depend on it.
	Before string `json:"before,omitempty"`

	// Expires is when a root key's time here is over: until then little is
	// signed with it, later only its own deletion. Zero for all other keys.
	Expires time.Time `json:"expires,omitzero"`
}

// Root reports whether the key is known to be one of an account's root user.
func (i KeyInfo) Root() bool { return strings.HasSuffix(i.ARN, ":root") }

// Known reports whether it is on record which key it is, and whose.
func (i KeyInfo) Known() bool { return i.AccessKeyID != "" && i.ARN != "" }

// Over reports whether a root key's time is over.
func (i KeyInfo) Over(now time.Time) bool { return i.Root() && !now.Before(i.Expires) }

// Names of the keys, in order.
func (r Record) Names() []string { return slices.Sorted(maps.Keys(r.Keys)) }

// NamesOf a key: those under which the access key of this id is kept, in order.
func (r Record) NamesOf(id string) []string {
	return slices.DeleteFunc(r.Names(), func(name string) bool { return r.Keys[name].AccessKeyID != id })
}

// ShownID returns the access key id as it may be shown; empty if it is not known.
func (k KeyInfo) ShownID() string {
	if k.AccessKeyID == "" {
		return ""
	}
	return credential.ShowID(k.AccessKeyID)
}

// SealingItem is the keychain's item with the key that seals cached sessions,
// where the kernel keeps none.
const SealingItem = "session-sealing-key"

// SeedItems are the keychain's items with the seeds of MFA devices.
func (r Record) SeedItems() (items []string) {
	for _, device := range r.Seeds {
		items = append(items, seedItem(device))
	}
	return items
}

// ReadRecord reads the record. One that does not exist is empty; one that
// cannot be understood is ErrCorrupt, or ErrNewer if its version says so, in whatever
// form the rest of it is.
func ReadRecord(path string) (Record, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Record{Version: recordVersion}, nil
	}
	if err != nil {
		return Record{}, unusable(err)
	}
	if isNewer(data, recordVersion) {
		return Record{}, fmt.Errorf("%q was %w", path, ErrNewer)
	}
	var rec Record
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&rec); err != nil || dec.More() {
		return Record{}, fmt.Errorf("%w: cannot read %q; it names your keychain, and has no keys in it", ErrCorrupt, path)
	}
	if _, err := ParseKind(string(rec.Keystore)); err != nil || rec.Version < 1 {
		return Record{}, fmt.Errorf("%w: %q has no known version or keychain", ErrCorrupt, path)
	}
	if rec.Leaving != nil {
		if _, err := ParseKind(string(rec.Leaving.Keystore)); err != nil || rec.Leaving.Keystore == "" {
			return Record{}, fmt.Errorf("%w: %q names an unknown keychain", ErrCorrupt, path)
		}
	}
	return rec, nil
}

// isNewer reports whether data says that it has a version above the one that is known.
func isNewer(data []byte, known int) bool {
	var head struct {
		Version int `json:"version"`
	}
	// Of data behind the first value, or of a field of another kind, nothing is said here.
	return json.NewDecoder(bytes.NewReader(data)).Decode(&head) == nil && head.Version > known
}

// bound reports whether keys depend on the pin.
func (r Record) bound() bool { return r.Keystore != "" && len(r.Keys) > 0 }

// allows reports whether keys may be written to the keystore of this kind. The
// only key there is may be replaced by one in another keystore.
func (r Record) allows(kind Kind, replacing bool, name string) error {
	if kind == "" || !r.bound() || kind == r.Keystore {
		return nil
	}
	if _, listed := r.Keys[name]; replacing && listed && len(r.Keys) == 1 && r.Leaving == nil {
		return nil
	}
	return fmt.Errorf("%w: %q, not %q; move them all with: awsbroker keystore move %s", ErrPinned, r.Keystore, kind, kind)
}

// complete returns info with what the record adds to it: the id, and when the name
// was first used. Times are as the record keeps them.
func (r Record) complete(name, id string, info KeyInfo) KeyInfo {
	if info.Added.IsZero() {
		info.Added = r.Keys[name].Added
	}
	if info.Added.IsZero() {
		info.Added = time.Now()
	}
	info.AccessKeyID = id
	for _, at := range []*time.Time{&info.Added, &info.Rotated, &info.Expires} {
		*at = at.UTC().Truncate(time.Second)
	}
	return info
}

// amend changes the record. The caller holds its lock.
func amend(path string, change func(*Record)) error {
	rec, err := ReadRecord(path)
	if err != nil {
		return err
	}
	if rec.Keys == nil {
		rec.Keys = map[string]KeyInfo{}
	}
	change(&rec)
	rec.Version = recordVersion
	data, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	return unusable(replaceFile(path, append(data, '\n')))
}

// recordLockTimeout is longer than the machine part of a Set in another
// process, which holds the lock from its first step to its last.
const recordLockTimeout = 30 * time.Second

func withRecordLock(ctx context.Context, path string, do func() error) error {
	return withLock(ctx, path+".lock", recordLockTimeout, do)
}
