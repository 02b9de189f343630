package mfa

import (
	"errors"
	"strings"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/notes"
)

func (w *work) noteFile() string {
	return notes.ReplacementFile(w.run.Paths.State, w.keys.UserARN())
}

// checkNote refuses to work beside a note of a newer awsbroker, which would be lost.
func (w *work) checkNote() error {
	if _, _, err := notes.Read[notes.Replacement](w.noteFile()); errors.Is(err, notes.ErrNewer) {
		return failure.New(failure.Other, "%w", err)
	}
	return nil
}

// noteReplacement writes down that a device is about to go, which another one
// replaces. Without the note no more is lost than what the next run says.
func (w *work) noteReplacement(old, successor string) {
	if err := notes.Write(w.noteFile(), notes.Replacement{User: w.keys.UserARN(), Old: old, New: successor}); err != nil {
		w.run.Debug("note: %v", err)
	}
}

// findReplacement returns what an earlier run came to that was about to remove
// a device, by its name or serial number; ok is false if there was none, or the
// user has not got the device any more that took its place.
func (w *work) findReplacement(name string) (out Enrolled, ok bool) {
	n, found, err := notes.Read[notes.Replacement](w.noteFile())
	if err != nil || !found || n.User != w.keys.UserARN() {
		return out, false
	}
	if n.Old != name && !strings.EqualFold(nameOfDevice(n.Old), name) {
		return out, false
	}
	d, ok := w.find(n.New)
	return Enrolled{Serial: d.Serial, Profiles: w.profilesNaming(d.Serial), Replaced: n.Old}, ok
}

// dropNote removes the note once the device has gone, and the person is told so.
func (w *work) dropNote() {
	if err := notes.Remove(w.noteFile()); err != nil {
		w.run.Debug("note: %v", err)
	}
}
