package bootstrap

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// bootstrapJournal is what bootstrap made or changed in one account. A thing is
// written down before it is made and again once it is, each time to the disk,
// so that whatever ends a run, the next one and --undo know what may be ours.
// It holds no secret, and stays when all is done: --undo goes by it.
type bootstrapJournal struct {
	Version   int     `json:"version"`
	Account   string  `json:"account"`
	Partition string  `json:"partition"`
	Key       string  `json:"key,omitempty"` // of the keychain, that did it; empty if it was typed
	KeyID     string  `json:"key_id"`
	Region    string  `json:"region,omitempty"` // what --region said
	Things    []thing `json:"things"`

	Proved *time.Time `json:"proved,omitempty"` // when all of it was
	Ending string     `json:"ending,omitempty"` // the root key that is deleted, last of all
}

const bootstrapJournalVersion = 1

// thingKind of a thing, and with it how it is undone.
type thingKind string

const (
	aGroup    thingKind = "group"
	aUser     thingKind = "user"
	aMember   thingKind = "member"   // Name is the user, On the group
	aRole     thingKind = "role"     //
	aPolicy   thingKind = "policy"   // a managed one of the account
	anAttach  thingKind = "attached" // Name is the policy's ARN, On who has it
	aPassword thingKind = "password" // On is the user
	aDevice   thingKind = "device"   // an MFA device; On is the user
	aKey      thingKind = "key"      // an access key; Name is the keychain's, ID AWS's, On the user
	aStored   thingKind = "stored"   // a key that was there, and that the keychain has now
	aProfile  thingKind = "profile"  // in ~/.aws/config

	// Before is what these were.
	aTrust     thingKind = "trust"    // the trust policy of the role On
	aMaxTime   thingKind = "max-time" // the longest session of the role On
	aVersion   thingKind = "version"  // the text of the policy On
	aDetach    thingKind = "detached" // as anAttach, taken away
	anInline   thingKind = "inline"   // the inline policy Name of On
	aMemberOut thingKind = "left"     // as aMember, taken out
)

// thing is one thing that bootstrap made or changed, or was about to.
type thing struct {
	Kind   thingKind `json:"kind"`
	Name   string    `json:"name"`
	On     string    `json:"on,omitempty"` // "user phoebe"
	ID     string    `json:"id,omitempty"` // ARN, serial number or access key id, once there is one
	Before string    `json:"before,omitempty"`
	Listed []string  `json:"listed,omitempty"` // the user's keys, or the policy's versions, just before
	InUse  string    `json:"in_use,omitempty"` // the policy's version that counted before
	Made   []string  `json:"made,omitempty"`   // versions that it got
	Lost   []string  `json:"lost,omitempty"`   // versions that made room for them
	At     time.Time `json:"at"`
	Done   bool      `json:"done"`
}

func (t thing) same(o thing) bool { return t.Kind == o.Kind && t.Name == o.Name && t.On == o.On }

func bootstrapFile(b *broker.Broker, account string) string {
	return filepath.Join(b.Paths.State, "bootstrap-"+account+".json")
}

// readBootstrap returns an empty journal where there is none.
func readBootstrap(b *broker.Broker, account string) (*bootstrapJournal, error) {
	path := bootstrapFile(b, account)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &bootstrapJournal{Account: account}, nil
	}
	if err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	var j bootstrapJournal
	if err := json.Unmarshal(data, &j); err != nil || j.Account != account {
		return nil, failure.New(failure.Other, "the record of what bootstrap made cannot be read: %s", path).
			Hint("move it away; what it made is adopted then, and --undo will not know it as ours")
	}
	if j.Version > bootstrapJournalVersion {
		return nil, failure.New(failure.Other, "a newer awsbroker set this account up, and has to go on with it (%s)", path)
	}
	return &j, nil
}

func writeBootstrap(b *broker.Broker, j *bootstrapJournal) error {
	j.Version = bootstrapJournalVersion
	data, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return keystore.ReplaceFile(bootstrapFile(b, j.Account), append(data, '\n'))
}

// find a thing; nil if there is none.
func (j *bootstrapJournal) find(t thing) *thing {
	for i := range j.Things {
		if j.Things[i].same(t) {
			return &j.Things[i]
		}
	}
	return nil
}

// set adds or replaces a thing. One that is made goes to the end when it is
// begun, so that undoing backwards finds nothing in its way.
func (j *bootstrapJournal) set(t thing) {
	if have := j.find(t); have != nil {
		*have = t
		return
	}
	j.Things = append(j.Things, t)
}

func (j *bootstrapJournal) drop(t thing) {
	for i := range j.Things {
		if j.Things[i].same(t) {
			j.Things = append(j.Things[:i], j.Things[i+1:]...)
			return
		}
	}
}

// words for what undoing a thing does.
func (t thing) words() string {
	switch t.Kind {
	case aGroup, aUser, aRole, aPolicy, aProfile:
		if t.Before != "" {
			return fmt.Sprintf("%s %s: as it was", t.Kind, t.Name)
		}
		return fmt.Sprintf("%s %s", t.Kind, t.Name)
	case aMember:
		return fmt.Sprintf("%s in %s", t.Name, t.On)
	case anAttach:
		return fmt.Sprintf("%s on %s", t.Name, t.On)
	case aPassword:
		return "console password of " + t.On
	case aDevice:
		return fmt.Sprintf("MFA device %s of %s", t.Name, t.On)
	case aKey:
		return fmt.Sprintf("access key of %s (%s in the keychain)", t.On, t.Name)
	case aStored:
		return fmt.Sprintf("key %s in the keychain", t.Name)
	case aTrust:
		return fmt.Sprintf("trust policy of %s: as it was", t.On)
	case aMaxTime:
		return fmt.Sprintf("longest session of %s: %s, as it was", t.On, t.Before)
	case aVersion:
		if len(t.Lost) > 0 {
			return fmt.Sprintf("text of %s: as it was, less version %s, which had to make room and does not come back", t.On, strings.Join(t.Lost, ", "))
		}
		return fmt.Sprintf("text of %s: as it was", t.On)
	case aDetach:
		return fmt.Sprintf("%s on %s, as it was", t.Name, t.On)
	case anInline:
		return fmt.Sprintf("inline policy %s of %s, as it was", t.Name, t.On)
	}
	return fmt.Sprintf("%s in %s, as it was", t.Name, t.On)
}
