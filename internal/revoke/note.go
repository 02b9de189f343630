package revoke

import (
	"errors"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/notes"
)

// The stages of a revocation. Each may be done again from its beginning.
const (
	stageDeny    = "deny"    // everything that was issued until now
	stageReplace = "replace" // the key
	stageRetire  = "retire"  // the old key
	stageLast    = "last"    // denies what was issued meanwhile
)

func (v *revocation) noteFile() string {
	return notes.RevocationFile(v.broker.Paths.State, v.rotation.Name, v.profile.Profile.RoleARN)
}

// readNote returns the note of a revocation that was cut short; nil if none was.
func (v *revocation) readNote() (*notes.Revocation, error) {
	path := v.noteFile()
	n, found, err := notes.Read[notes.Revocation](path)
	switch {
	case errors.Is(err, notes.ErrUnreadable), err == nil && found && n.Key != v.rotation.Name:
		return nil, failure.New(failure.Other, "the note of an unfinished revoke cannot be read: %s", path).
			Hint("delete it and run the command again, which then starts from the beginning")
	case err != nil:
		return nil, failure.New(failure.Other, "%w", err)
	case !found:
		return nil, nil
	case n.ARN != v.user.ARN:
		return nil, failure.New(failure.Other, "an unfinished revoke is for %s, but the key %q now belongs to %s", n.ARN, v.rotation.Name, v.user.ARN).
			Hint("check that user in the IAM console, then delete %s", path)
	}
	return &n, nil
}

// keepNote makes n what the next run finds. A note that cannot be written
// stays as it was.
func (v *revocation) keepNote(n notes.Revocation) error {
	if err := v.rotation.DoStep("note "+n.Stage, func() error { return notes.Write(v.noteFile(), n) }); err != nil {
		return err
	}
	v.note = &n
	return nil
}

func (v *revocation) forgetNote() error {
	if err := v.rotation.DoStep("remove note", func() error { return notes.Remove(v.noteFile()) }); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	v.note = nil
	return nil
}
