package broker

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// Overview is what awsbroker knows about on this machine.
type Overview struct {
	Keystore keystore.Kind
	Keys     []KeyView
	Profiles []ProfileView
}

// KeyView is a key of the keychain, as the record has it.
type KeyView struct {
	Name        string
	AccessKeyID string
	ARN         string
	Added       time.Time
	Rotated     time.Time // zero if never
	Profiles    []string  // those that use it
}

// ProfileView is a profile that awsbroker serves, and its session.
type ProfileView struct {
	Name       string
	Key        string
	RoleARN    string
	MFASerial  string
	Expiration time.Time // zero: no session
	Problem    string    // why it cannot be used, or empty
}

// KeyNames in the order of the alphabet.
func KeyNames(r keystore.Record) []string { return slices.Sorted(maps.Keys(r.Keys)) }

// Overview reads files only: no keychain is opened unless the key that seals
// sessions is in it, and nothing is asked of AWS.
func (b *Broker) Overview(ctx context.Context) (Overview, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return Overview{}, recordFailure(err)
	}
	cfg, err := b.config()
	if err != nil {
		return Overview{}, err
	}
	out := Overview{Keystore: record.Keystore}
	usedBy := map[string][]string{}
	for _, name := range cfg.Ours() {
		view := b.profileView(ctx, cfg, name)
		out.Profiles = append(out.Profiles, view)
		usedBy[view.Key] = append(usedBy[view.Key], name)
	}
	for _, name := range KeyNames(record) {
		info := record.Keys[name]
		out.Keys = append(out.Keys, KeyView{name, info.AccessKeyID, info.ARN, info.Added, info.Rotated, usedBy[name]})
	}
	return out, nil
}

func (b *Broker) profileView(ctx context.Context, cfg *config.Config, name string) ProfileView {
	view := ProfileView{Name: name}
	t, err := b.TargetIn(cfg, name)
	if err != nil {
		view.Problem = err.Error()
		return view
	}
	view.Key, view.RoleARN, view.MFASerial = t.Profile.KeyName, t.Profile.RoleARN, t.Profile.MFASerial
	if t.Key.AccessKeyID == "" {
		view.Problem = "there is no key " + t.Profile.KeyName + " in the keychain"
		return view
	}
	cache, _ := b.cache(ctx)
	if s, ok := cache.Get(t.cacheKey(), time.Now()); ok {
		view.Expiration = s.Expiration
	}
	return view
}
