package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

var (
	recordDamaged = findingKind("record-damaged", Serious,
		"without its record awsbroker does not know which keychain holds the keys")
	keyOld = findingKind("key-old", Warning,
		"the longer a key is used, the more places may have a copy of it")
	rootKeyOver = findingKind("root-key-over", Serious,
		"a key of the root user may do everything in the account, and nothing can limit it")
	rotationUnfinished = findingKind("rotation-unfinished", Warning,
		"the user may have a second key in AWS that nobody uses and nobody watches")
	revocationUnfinished = findingKind("revocation-unfinished", Serious,
		"the leaked key or session may still work")
	gitPasswordUnfinished = findingKind("git-password-unfinished", Warning,
		"the user may have a Git password in AWS that nobody uses and nobody watches")
	bootstrapUnfinished = findingKind("bootstrap-unfinished", Warning,
		"the account is between two states, and a powerful key may still be there")
	moveUnfinished = findingKind("move-unfinished", Warning,
		"the keychain that keys were moved out of still has copies of them")
)

// maxKeyAge is the age at which AWS advises to replace a key.
// https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3
const maxKeyAge = 90 * 24 * time.Hour

// lookAtRecord looks at what is known of the keys without the keychain.
func (d *doctor) lookAtRecord() (string, error) {
	var err error
	if d.record, err = keystore.ReadRecord(d.broker.Paths.KeystoreFile()); errors.Is(err, keystore.ErrNewer) {
		return "", err
	} else if err != nil {
		d.found(recordDamaged, Finding{File: d.broker.Paths.KeystoreFile(), Title: err.Error(),
			Advice: "move that file away, and look which keys the keychain has; add one again, without its secret, with: awsbroker add NAME", Mend: "awsbroker keystore"})
		return "", nil
	}
	d.known = true
	names := d.record.Names()
	for _, name := range names {
		d.lookAtKey(name, d.record.Keys[name])
	}
	if l := d.record.Leaving; l != nil {
		d.found(moveUnfinished, Finding{
			Title: "old copies of keys are still in " + l.Keystore.Words(),
			Mend:  "awsbroker keystore move " + string(d.record.Keystore),
		})
	}
	d.lookForNotes()
	return "", nil
}

// since is when a key came here, which may be long after it was made.
func since(info keystore.KeyInfo) (at time.Time, how string) {
	if info.Rotated.After(info.Added) {
		return info.Rotated, "replaced"
	}
	return info.Added, "added"
}

func tooOld(info keystore.KeyInfo, now time.Time) bool {
	at, _ := since(info)
	return !info.Root() && now.Sub(at) > maxKeyAge
}

func (d *doctor) lookAtKey(name string, info keystore.KeyInfo) {
	switch {
	case info.Over(d.now):
		d.found(rootKeyOver, Finding{
			Title: fmt.Sprintf("%s: %s", name, target.Countdown(info.Expires, d.now)), Mend: say.DeleteKey(info.AccessKeyID)})
	case tooOld(info, d.now):
		at, how := since(info)
		d.found(keyOld, Finding{
			Title: fmt.Sprintf("key %s was %s %s ago", name, how, say.Duration(d.now.Sub(at))), Mend: "awsbroker rotate " + say.ShellWord(name)})
	}
}

// lookForNotes tells of work that was begun and not ended.
func (d *doctor) lookForNotes() {
	for _, u := range notes.FindUnfinished(d.broker.Paths.State) {
		f := Finding{File: u.Path}
		key := cmp.Or(u.Key, "KEY") // of a note that cannot be read
		switch u.Work {
		case notes.RotationWork:
			f.Title, f.Mend = fmt.Sprintf("a rotation of the key %s is not finished", key), "awsbroker rotate "+say.ShellWord(key)
			d.found(rotationUnfinished, f)
		case notes.RevocationWork:
			f.Title, f.Mend = fmt.Sprintf("a revocation of the key %s is not finished", key), "awsbroker revoke --profile "+say.ShellWord(cmp.Or(u.Profile, "PROFILE"))
			d.found(revocationUnfinished, f)
		case notes.GitPasswordWork:
			f.Title, f.Mend = fmt.Sprintf("a new Git password beside the key %s is not finished", key), "awsbroker codecommit create "+say.ShellWord(key)
			d.found(gitPasswordUnfinished, f)
		case notes.BootstrapWork:
			f.Title, f.Mend = fmt.Sprintf("a bootstrap of account %s is not finished", cmp.Or(u.Account, "ACCOUNT")), "awsbroker bootstrap"
			if u.User != "" {
				f.Mend += " --user " + say.ShellWord(u.User)
			}
			d.found(bootstrapUnfinished, f)
		}
	}
}
