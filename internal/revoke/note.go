package revoke

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// revokeNote is what a revocation writes down before each stage, so that the
// next run goes on with it. It holds no secret.
type revokeNote struct {
	Version  int       `json:"version"`
	Key      string    `json:"key"` // as the keychain names it
	Profile  string    `json:"profile"`
	ARN      string    `json:"arn"`            // of the user
	Role     string    `json:"role,omitempty"` // the ARN
	Old      string    `json:"old"`            // the key that is to go
	KeepKey  bool      `json:"keep_key,omitempty"`
	Stage    string    `json:"stage"`
	Cutoff   time.Time `json:"cutoff,omitzero"`    // of the first denies, by AWS's clock
	LastUser time.Time `json:"last_user,omitzero"` // cutoffs of the last ones
	LastRole time.Time `json:"last_role,omitzero"`

	OldStays    bool `json:"old_stays,omitempty"`
	OldAccepted bool `json:"old_accepted,omitempty"`
}

// The stages of a revocation. Each may be done again from its beginning.
const (
	stageDeny    = "deny"    // everything that was issued until now
	stageReplace = "replace" // the key
	stageRetire  = "retire"  // the old key
	stageLast    = "last"    // denies what was issued meanwhile
)

const revokeNoteVersion = 1

// noteFile: one for each key and role. A rotation has its own beside it.
func (v *revocation) noteFile() string {
	sum := sha256.Sum256([]byte(v.rotation.Name + "\x00" + v.profile.Profile.RoleARN))
	return filepath.Join(v.rotation.Actor.Broker.Paths.State, "revocation-"+hex.EncodeToString(sum[:8])+".json")
}

// readNote returns nil where no revocation was cut short.
func (v *revocation) readNote() (*revokeNote, error) {
	path := v.noteFile()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	var n revokeNote
	if err := json.Unmarshal(data, &n); err != nil || n.Key != v.rotation.Name || n.Old == "" {
		return nil, failure.New(failure.Other, "the note of an unfinished revoke cannot be read: %s", path).
			Hint("delete it, and run the command again: it begins anew")
	}
	if n.Version > revokeNoteVersion {
		return nil, failure.New(failure.Other, "a newer awsbroker began this revoke, and has to finish it (%s)", path)
	}
	if n.ARN != v.rotation.User.ARN {
		return nil, failure.New(failure.Other, "an unfinished revoke was of %s, and the key %q is of %s now", n.ARN, v.rotation.Name, v.rotation.User.ARN).
			Hint("see to that user in the IAM console, then delete %s", path)
	}
	return &n, nil
}

// keepNote makes n what the next run finds. A note that cannot be written
// stays as it was.
func (v *revocation) keepNote(n revokeNote) error {
	n.Version = revokeNoteVersion
	data, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	if err := v.rotation.DoStep("note "+n.Stage, func() error { return keystore.ReplaceFile(v.noteFile(), append(data, '\n')) }); err != nil {
		return err
	}
	v.note = &n
	return nil
}

func (v *revocation) forgetNote() error {
	if err := v.rotation.DoStep("remove note", func() error { return keystore.RemoveFile(v.noteFile()) }); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	v.note = nil
	return nil
}
