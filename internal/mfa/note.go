package mfa

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// replacementNote is written down before an MFA device goes whose place
// another has taken: once it has gone, nothing in AWS tells that it was there,
// and a run that was killed then could not be told from one that names a wrong
// device.
type replacementNote struct {
	Version int    `json:"version"`
	User    string `json:"user"` // ARN
	Old     string `json:"old"`  // serial numbers
	New     string `json:"new"`
}

func (w *work) noteFile() string {
	sum := sha256.Sum256([]byte(w.keys.UserARN()))
	return filepath.Join(w.keys.Actor.Broker.Paths.State, "mfa-"+hex.EncodeToString(sum[:8])+".json")
}

// note that a device is about to go. Without it no more is lost than what the
// next run says.
func (w *work) note(old, successor string) {
	data, err := json.MarshalIndent(replacementNote{1, w.keys.UserARN(), old, successor}, "", "  ")
	if err == nil {
		err = keystore.ReplaceFile(w.noteFile(), append(data, '\n'))
	}
	if err != nil {
		w.keys.Actor.Broker.Debug("note: %v", err)
	}
}

// noted is what an earlier run came to that was about to remove a device, by
// its name or serial number; ok is false if there was none, or the user has not
// got the device any more that took its place.
func (w *work) noted(name string) (out Enrolled, ok bool) {
	var n replacementNote
	data, err := os.ReadFile(w.noteFile())
	if err != nil || json.Unmarshal(data, &n) != nil || n.User != w.keys.UserARN() {
		return out, false
	}
	if n.Old != name && !strings.EqualFold(nameOfDevice(n.Old), name) {
		return out, false
	}
	d, ok := w.find(n.New)
	return Enrolled{Serial: d.Serial, Profiles: w.naming(d.Serial), Replaced: n.Old}, ok
}

// dropNote once the device has gone, and the person is told so.
func (w *work) dropNote() {
	if err := keystore.RemoveFile(w.noteFile()); err != nil {
		w.keys.Actor.Broker.Debug("note: %v", err)
	}
}
