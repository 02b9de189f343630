package broker

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

var (
	recordDamaged = kind("record-damaged", Serious,
		"without its record awsbroker does not know which keychain holds the keys")
	noKey = kind("no-key", Note,
		"awsbroker makes sessions from an access key in the keychain")
	keyOld = kind("key-old", Warning,
		"the longer a key is used, the more places may have a copy of it")
	rootKeyOver = kind("root-key-over", Serious,
		"a key of the root user may do everything in the account, and nothing can limit it")
	rotationUnfinished = kind("rotation-unfinished", Warning,
		"the user may have a second key in AWS that nobody uses and nobody watches")
	revocationUnfinished = kind("revocation-unfinished", Serious,
		"what leaked may still work")
	bootstrapUnfinished = kind("bootstrap-unfinished", Warning,
		"the account is between two states, and a powerful key may still be there")
	moveUnfinished = kind("move-unfinished", Warning,
		"the keychain that keys were moved out of still has copies of them")
)

// maxKeyAge is the age at which AWS advises to replace a key.
// https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3
const maxKeyAge = 90 * 24 * time.Hour

// lookAtRecord looks at what is known of the keys without the keychain.
func (d *doctor) lookAtRecord() (string, error) {
	var err error
	if d.record, err = keystore.ReadRecord(d.Paths.KeystoreFile()); err != nil {
		d.found(recordDamaged, Finding{File: d.Paths.KeystoreFile(), Title: err.Error(),
			Advice: "move that file away, and name the keys again", Mend: "awsbroker add KEY"})
		return "", nil
	}
	d.known = true
	names := KeyNames(d.record)
	if len(names) == 0 {
		d.found(noKey, Finding{Title: "there is no key in the keychain yet", Mend: "awsbroker add NAME"})
	}
	for _, name := range names {
		d.lookAtKey(name, d.record.Keys[name])
	}
	if l := d.record.Leaving; l != nil {
		d.found(moveUnfinished, Finding{
			Title: "old copies of keys are left in " + KeystoreName(l.Keystore),
			Mend:  "awsbroker keystore move " + string(d.record.Keystore),
		})
	}
	d.lookForJournals()
	return "", nil
}

func (d *doctor) lookAtKey(name string, info keystore.KeyInfo) {
	since, what := info.Added, "added"
	if info.Rotated.After(since) {
		since, what = info.Rotated, "replaced"
	}
	switch {
	case rootOver(info, d.now):
		d.found(rootKeyOver, Finding{
			Title: fmt.Sprintf("%s: %s", name, Countdown(info.Expires, d.now)), Mend: deleteCommand(info.AccessKeyID)})
	case !info.Root() && d.now.Sub(since) > maxKeyAge:
		d.found(keyOld, Finding{
			Title: fmt.Sprintf("key %s was %s %s ago", name, what, Words(d.now.Sub(since))), Mend: "awsbroker rotate " + shellWord(name)})
	}
}

// unfinished is what was begun and not ended, and has a note in the state
// directory.
var unfinished = []struct {
	kind          *FindingKind
	pattern, what string
	mend          func(note) string
}{
	{rotationUnfinished, "rotation-*.json", "a rotation of key %s", func(n note) string { return "awsbroker rotate " + shellWord(n.Key) }},
	{revocationUnfinished, "revocation-*.json", "a revocation of key %s", func(n note) string {
		return strings.TrimSpace("awsbroker revoke " + flagged("--profile", n.Profile))
	}},
	{bootstrapUnfinished, "bootstrap-*.json", "a bootstrap with key %s", func(note) string { return "awsbroker bootstrap" }},
}

// note is what all such notes have in common.
type note struct {
	Key     string `json:"key"`
	Profile string `json:"profile"`
}

func flagged(flag, value string) string {
	if value == "" {
		return ""
	}
	return flag + " " + shellWord(value)
}

func (d *doctor) lookForJournals() {
	for _, u := range unfinished {
		paths, _ := filepath.Glob(filepath.Join(d.Paths.State, u.pattern))
		for _, path := range paths {
			var n note
			if data, err := os.ReadFile(path); err != nil || json.Unmarshal(data, &n) != nil {
				n = note{Key: "KEY"}
			}
			d.found(u.kind, Finding{File: path, Title: fmt.Sprintf(u.what, n.Key) + " is not finished", Mend: u.mend(n)})
		}
	}
}
