package broker

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/passphrase"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Overview is what awsbroker knows about on this machine.
type Overview struct {
	Keystore keystore.Kind
	Keys     []KeyView
	Profiles []ProfileView
	Permits  []session.Permit
	Config   *config.Config // the files that say so
}

// KeyView is a key of the keychain, as the record has it.
type KeyView struct {
	Name        string
	AccessKeyID string
	ARN         string
	Added       time.Time
	Rotated     time.Time // zero if never
	Profiles    []string  // those that use it
	Root        bool      // the root user's
	Expires     time.Time // of a root key: see Countdown
}

// ProfileView is a profile that awsbroker serves, and its session.
type ProfileView struct {
	Name       string
	Key        string
	RoleARN    string
	MFASerial  string
	Expiration time.Time // zero: no session
	MFASession time.Time // when the MFA session ends that renews it without a code; zero: there is none
	Unknown    bool      // whether there is one cannot be told without opening the keychain
	Problem    string    // why it cannot be used, or empty
}

// Overview returns the keys and profiles of this machine. It reads files only: no
// keychain is opened, and neither AWS nor a person is asked.
func (b *Broker) Overview() (Overview, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return Overview{}, failure.OfRecord(err)
	}
	cfg, err := b.ReadConfig()
	if err != nil {
		return Overview{}, err
	}
	out := Overview{Keystore: record.Keystore, Config: cfg}
	cache, _ := b.knownCache()
	out.Permits = cache.Permits(time.Now())
	usedBy := map[string][]string{}
	for _, name := range cfg.Ours() {
		view := b.profileView(cfg, record, name)
		out.Profiles = append(out.Profiles, view)
		usedBy[view.Key] = append(usedBy[view.Key], name)
	}
	for _, name := range record.Names() {
		info := record.Keys[name]
		out.Keys = append(out.Keys, KeyView{name, info.ShownID(), info.ARN, info.Added, info.Rotated, usedBy[name], info.Root(), info.Expires})
	}
	return out, nil
}

func (b *Broker) profileView(cfg *config.Config, record keystore.Record, name string) ProfileView {
	view := ProfileView{Name: name}
	t, err := b.targetIn(cfg, record, name)
	if err != nil {
		view.Problem = err.Error()
		return view
	}
	view.Key, view.RoleARN, view.MFASerial = t.Profile.KeyName, t.Profile.RoleARN, t.Profile.MFASerial
	if t.Key.AccessKeyID == "" {
		view.Problem = "there is no key " + t.Profile.KeyName + " in the keychain"
		return view
	}
	if err := t.RefuseRoot(time.Now()); err != nil {
		view.Problem = err.Error()
		return view
	}
	cache, known := b.knownCache()
	if s, ok := t.Cached(cache, time.Now()); ok {
		view.Expiration = s.Expiration
	}
	view.MFASession = t.MFAEnds(cache, time.Now())
	view.Unknown = !known
	return view
}

// knownCache opens the cached sessions if that takes no keychain, since looking must
// not ask for a passphrase. known is false if there may be sessions that stay closed.
func (b *Broker) knownCache() (cache *session.Cache, known bool) {
	dir, err := session.FindDir(b.Paths.Cache, false)
	if err != nil {
		return nil, true // no directory, no sessions
	}
	key, err := session.SystemKey(dir)
	if err == nil {
		cache, err = session.New(dir, key)
		return cache, err == nil
	}
	if session.InSystem(dir) {
		return nil, true // no key, no sessions
	}
	if _, here, err := passphrase.FromEnv(); here && err == nil {
		cache = b.OpenCache(context.Background())
	}
	return cache, cache != nil
}

// CachedUntil returns when the cached session of a profile ends; ok is false if there is
// none, or none that can be seen without opening a keychain.
func (b *Broker) CachedUntil(profile string) (end time.Time, ok bool) {
	t, err := b.Target(profile)
	if err != nil {
		return time.Time{}, false
	}
	cache, _ := b.knownCache()
	s, ok := t.Cached(cache, time.Now())
	return s.Expiration, ok
}
