package notes

import "time"

// Rotation is what a rotation writes down before it asks AWS for a new key.
// There are no steps in it: how far a rotation came is told by the keychain,
// which has the old key or the new one, and by AWS's list.
type Rotation struct {
	Version int       `json:"version"`
	Key     string    `json:"key"` // as the keychain names it
	ARN     string    `json:"arn"` // of the user
	Old     string    `json:"old"`
	Listed  []string  `json:"listed"`        // the user's keys just before
	Intent  time.Time `json:"intent"`        // of the list, by AWS's clock
	New     string    `json:"new,omitempty"` // once AWS has answered
	KeepOld bool      `json:"keep_old,omitempty"`
}

const rotationPrefix = "rotation-"

// RotationFile is the note of a rotation of this key of the keychain.
func RotationFile(state, key string) string { return file(state, rotationPrefix, key) }

func (n Rotation) stamped() Rotation { n.Version = n.newest(); return n }
func (n Rotation) isWhole() bool     { return n.Key != "" && n.Old != "" }
func (Rotation) newest() int         { return 1 }
