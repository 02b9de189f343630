package notes

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Bootstrap is what bootstrap made or changed in one account. A thing is
// written down before it is made and again once it is, each time to the disk,
// so that whatever ends a run, the next one and --undo know what may be ours.
// It holds no secret, and stays when all is done: --undo goes by it.
type Bootstrap struct {
	Version   int     `json:"version"`
	Account   string  `json:"account"`
	Partition string  `json:"partition"`
	Key       string  `json:"key,omitempty"` // of the keychain, that did it; empty if it was typed
	KeyID     string  `json:"key_id"`
	Region    string  `json:"region,omitempty"` // what --region said
	Things    []Thing `json:"things"`

	Proved *time.Time `json:"proved,omitempty"` // when all of it was
	Ending string     `json:"ending,omitempty"` // the root key that is deleted, last of all
}

// ThingKind is what a thing is, and with it how it is undone.
type ThingKind string

// The kinds of things.
const (
	Group     ThingKind = "group"
	User      ThingKind = "user"
	Member    ThingKind = "member"   // Name is the user, On the group
	Role      ThingKind = "role"     //
	Policy    ThingKind = "policy"   // a managed one of the account
	Attached  ThingKind = "attached" // Name is the policy's ARN, On who has it
	Password  ThingKind = "password" // On is the user
	MFADevice ThingKind = "device"   // an MFA device; On is the user
	AccessKey ThingKind = "key"      // an access key; Name is the keychain's, ID AWS's, On the user
	Stored    ThingKind = "stored"   // a key that was there, and that the keychain has now
	Profile   ThingKind = "profile"  // in ~/.aws/config

	// Before is what these were.
	Trust      ThingKind = "trust"    // the trust policy of the role On
	MaxTime    ThingKind = "max-time" // the longest session of the role On
	PolicyText ThingKind = "version"  // the text of the policy On
	Detached   ThingKind = "detached" // as Attached, taken away
	Inline     ThingKind = "inline"   // the inline policy Name of On
	MemberOut  ThingKind = "left"     // as Member, taken out
)

// Thing is one thing that bootstrap made or changed, or was about to.
type Thing struct {
	Kind   ThingKind `json:"kind"`
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

// isSame reports whether two notes are of one thing.
func (t Thing) isSame(o Thing) bool { return t.Kind == o.Kind && t.Name == o.Name && t.On == o.On }

const bootstrapPrefix = "bootstrap-"

// BootstrapFile is the note of what bootstrap made in an account.
func BootstrapFile(state, account string) string {
	return filepath.Join(state, bootstrapPrefix+account+".json")
}

func (n Bootstrap) stamped() Bootstrap { n.Version = n.newest(); return n }
func (n Bootstrap) isWhole() bool      { return n.Account != "" }
func (Bootstrap) newest() int          { return 1 }

// isDone reports whether every thing was made, and all of it proved. Before
// that, what makes an administrator at any time may still be there.
func (n Bootstrap) isDone() bool {
	for _, t := range n.Things {
		if !t.Done {
			return false
		}
	}
	return n.Proved != nil
}

// BootstrapAccounts lists the accounts that there are notes of bootstrap about.
func BootstrapAccounts(state string) []string {
	var accounts []string
	for _, path := range glob(state, bootstrapPrefix) {
		accounts = append(accounts, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), bootstrapPrefix), ".json"))
	}
	return accounts
}

// IsInAWS reports whether it takes a key to undo a thing: others are on this
// machine.
func (t Thing) IsInAWS() bool { return t.Kind != Profile && t.Kind != Stored }

// Find returns what is noted of a thing; nil if nothing is.
func (j *Bootstrap) Find(t Thing) *Thing {
	for i := range j.Things {
		if j.Things[i].isSame(t) {
			return &j.Things[i]
		}
	}
	return nil
}

// Set adds or replaces a thing. One that is made goes to the end when it is
// begun, so that undoing backwards finds nothing in its way.
func (j *Bootstrap) Set(t Thing) {
	if have := j.Find(t); have != nil {
		*have = t
		return
	}
	j.Things = append(j.Things, t)
}

// Drop forgets a thing.
func (j *Bootstrap) Drop(t Thing) {
	for i := range j.Things {
		if j.Things[i].isSame(t) {
			j.Things = append(j.Things[:i], j.Things[i+1:]...)
			return
		}
	}
}

// Words say what undoing a thing does.
func (t Thing) Words() string {
	switch t.Kind {
	case Group, User, Role, Policy, Profile:
		if t.Before != "" {
			return fmt.Sprintf("%s %s: its old version", t.Kind, t.Name)
		}
		return fmt.Sprintf("%s %s", t.Kind, t.Name)
	case Member:
		return fmt.Sprintf("%s in %s", t.Name, t.On)
	case Attached:
		return fmt.Sprintf("%s on %s", t.Name, t.On)
	case Password:
		return "console password of " + t.On
	case MFADevice:
		return fmt.Sprintf("MFA device %s of %s", t.Name, t.On)
	case AccessKey:
		return fmt.Sprintf("access key of %s (%s in the keychain)", t.On, t.Name)
	case Stored:
		return fmt.Sprintf("key %s in the keychain", t.Name)
	case Trust:
		return fmt.Sprintf("trust policy of %s: its old version", t.On)
	case MaxTime:
		return fmt.Sprintf("longest session of %s: %s again", t.On, t.Before)
	case PolicyText:
		if len(t.Lost) > 0 {
			return fmt.Sprintf("text of %s: its old version; version %s, which was deleted to make room, cannot be restored", t.On, strings.Join(t.Lost, ", "))
		}
		return fmt.Sprintf("text of %s: its old version", t.On)
	case Detached:
		return fmt.Sprintf("%s on %s again", t.Name, t.On)
	case Inline:
		return fmt.Sprintf("inline policy %s of %s again", t.Name, t.On)
	}
	return fmt.Sprintf("%s in %s again", t.Name, t.On)
}
