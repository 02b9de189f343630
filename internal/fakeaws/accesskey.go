package fakeaws

import (
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// keyStatus is the state of a long-term access key.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
type keyStatus string

const (
	statusActive   keyStatus = "Active"
	statusInactive keyStatus = "Inactive"
	statusDeleted  keyStatus = "" // or not there yet
)

// AccessKey is a long-term access key of a user or of root. ID and Secret do
// not change; a request signed with a key that is inactive, deleted or unknown
// gets InvalidClientTokenId.
type AccessKey struct {
	ID     string
	Secret string

	user    *User
	status  keyStatus // what is true; others may see it later
	created time.Time
	changes []*keyChange // those made through the API, oldest first
	lastUse keyUse
	uses    []keyUse // those that GetAccessKeyLastUsed does not know of yet
}

// keyUse is a request that was signed with the key.
type keyUse struct {
	at              time.Time
	service, region string
}

// KeyState is what is true of a key, whatever is seen of it.
type KeyState struct {
	ID              string    `json:"id"`
	User            string    `json:"user"`   // "root" for root
	Status          string    `json:"status"` // Active or Inactive
	Created         time.Time `json:"created"`
	LastUsed        time.Time `json:"last_used"` // zero for never
	LastUsedService string    `json:"last_used_service,omitempty"`
	LastUsedRegion  string    `json:"last_used_region,omitempty"`
}

// AddAccessKey gives u one more active access key. The quota is not looked at.
func (u *User) AddAccessKey() *AccessKey {
	return u.ImportAccessKey(newKeyID(prefixAccessKey), newSecretKey())
}

// ImportAccessKey gives u an active access key with an id and a secret that
// the caller chose.
func (u *User) ImportAccessKey(id, secret string) *AccessKey {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	key := &AccessKey{ID: id, Secret: secret, user: u, status: statusActive, created: s.clock.now()}
	s.keys[id] = key
	return key
}

// AccessKeys are the keys that u has, oldest first.
func (u *User) AccessKeys() []KeyState {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	states := []KeyState{}
	for _, key := range u.liveKeys() {
		last := key.lastUse
		if n := len(key.uses); n > 0 {
			last = key.uses[n-1]
		}
		states = append(states, KeyState{
			ID: key.ID, User: u.Name, Status: string(key.status), Created: key.created,
			LastUsed: last.at, LastUsedService: last.service, LastUsedRegion: last.region,
		})
	}
	return states
}

// Key finds an access key that exists; nil if there is none of this id.
func (s *Server) Key(id string) *AccessKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.keys[id]; key != nil && key.status != statusDeleted {
		return key
	}
	return nil
}

func (u *User) liveKeys() []*AccessKey {
	var keys []*AccessKey
	for _, key := range u.account.server.keys {
		if key.user == u && key.status != statusDeleted {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b *AccessKey) int {
		if c := a.created.Compare(b.created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return keys
}

// SetCreated changes when the key was made.
func (k *AccessKey) SetCreated(t time.Time) {
	s := k.user.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k.created = t.UTC()
}

// Deactivate makes the key inactive until Activate.
func (k *AccessKey) Deactivate() { k.setStatus(statusInactive) }

// Activate makes an inactive key active again.
func (k *AccessKey) Activate() { k.setStatus(statusActive) }

// Delete removes the key for good. Sessions made with it live on until they
// expire, unless EndSessionsWithKeys was called.
func (k *AccessKey) Delete() { k.setStatus(statusDeleted) }

func (k *AccessKey) setStatus(status keyStatus) {
	s := k.user.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k.status, k.changes = status, nil
}

// used notes a request that the key signed.
func (k *AccessKey) used(x *exchange, auth *sigv4.Signature) {
	k.learnUses(x.now, x.server.lag.LastUsed)
	k.uses = append(k.uses, keyUse{x.now, auth.Service, auth.Region})
}

// learnUses makes known those uses that are older than the lag.
func (k *AccessKey) learnUses(now time.Time, lag time.Duration) {
	for len(k.uses) > 0 && !now.Before(k.uses[0].at.Add(lag)) {
		k.lastUse, k.uses = k.uses[0], k.uses[1:]
	}
}
