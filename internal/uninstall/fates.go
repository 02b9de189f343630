package uninstall

import (
	"cmp"
	"context"
	"errors"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Key is an access key of the keychain.
type Key struct {
	Name     string
	ID       string   // empty where it is not known
	Lost     bool     // the keychain has it no longer
	Fate     Fate     // empty in a rehearsal: will be asked
	Sections []string // of the credentials file, that have it then
	Written  bool     // they have it already
}

// chooseFates decides what becomes of each key. A key that is in the credentials file as
// well, as after a run that was cut short, needs no question, nor does one that is lost.
func (l *leaving) chooseFates(ctx context.Context) error {
	l.findSections()
	for i := range l.plan.Keys {
		k := &l.plan.Keys[i]
		switch {
		case k.Written:
			k.Fate = WriteBack
		case k.Lost:
			k.Fate = Forget
		case l.o.Keys != "":
			k.Fate = l.o.Keys
		case l.o.DryRun:
		case l.o.Yes:
			return failure.New(failure.Usage, "--yes requires --keys, which decides what happens to the access keys").
				Hint("to delete them in AWS: awsbroker uninstall --yes --keys delete").
				Hint("to keep them in ~/.aws/credentials, in plaintext: awsbroker uninstall --yes --keys credentials")
		default:
			if err := l.askFate(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// askFate asks a person what becomes of a key. Three times no is no.
func (l *leaving) askFate(ctx context.Context, k *Key) error {
	text := say.Sprintf("The only copy of the key %q (%s) that awsbroker knows of is in %s.", k.Name, cmp.Or(k.shownID(), "id unknown"), l.plan.Keychain)
	for _, ask := range []struct {
		fate           Fate
		text, question string
	}{
		{WriteBack, text + "\nawsbroker can write it to ~/.aws/credentials, where every program can read it.", "Write it there?"},
		{Delete, "awsbroker can delete it in AWS for good. Programs that use it elsewhere will then fail.", "Delete it in AWS?"},
		{Forget, "Otherwise awsbroker will forget its secret. The key will still work in AWS, for anyone who has another copy.", "Forget its secret?"},
	} {
		err := l.run.Confirm(ctx, ask.text, ask.question)
		if err == nil {
			k.Fate = ask.fate
			return nil
		}
		if !errors.Is(err, broker.ErrDeclined) || ask.fate == Forget {
			return err
		}
	}
	return nil
}

// findSections finds where in the credentials file each key stands or would stand: under
// the profiles that use it without a role, else where it is already, else under a name of
// its own, which is no section of another key's.
func (l *leaving) findSections() {
	taken := map[string]bool{}
	for i := range l.plan.Keys {
		k := &l.plan.Keys[i]
		k.Sections = l.sectionsOf(*k)
		for _, name := range k.Sections {
			taken[name] = true
		}
	}
	for i := range l.plan.Keys {
		k := &l.plan.Keys[i]
		for try := k.Name; len(k.Sections) == 0; try += "-key" {
			if !config.ValidProfileName(try) {
				try = cmp.Or(k.ID, "access-key")
			}
			if p, err := l.files.Resolve(try); !taken[try] && l.isFree(try, k.ID) && (!l.files.Has(try) || err == nil && p.RoleARN == "") {
				k.Sections, taken[try] = []string{try}, true
			}
		}
		k.Written = true
		for _, name := range k.Sections {
			k.Written = k.Written && l.holds(name, k.ID)
		}
	}
}

// sectionsOf returns the profiles that use the key without a role, else those that have
// it in clear.
func (l *leaving) sectionsOf(k Key) (sections []string) {
	var has []string
	for _, name := range l.files.Names() {
		if l.holds(name, k.ID) {
			has = append(has, name)
		}
		p, err := l.files.Resolve(name)
		if err == nil && p.RoleARN == "" && p.KeyName == k.Name && len(l.files.Own(name)) > 0 && l.isFree(name, k.ID) {
			sections = append(sections, name)
		}
	}
	if len(sections) == 0 {
		return has
	}
	return sections
}

// holds reports whether a profile has the key in clear.
func (l *leaving) holds(profile, id string) bool {
	keys, err := l.files.ClearKeys(profile)
	return err == nil && len(keys) > 0 && keys[0].ID == id && id != ""
}

// isFree reports whether a profile has no other key in clear.
func (l *leaving) isFree(profile, id string) bool {
	keys, err := l.files.ClearKeys(profile)
	return err == nil && (len(keys) == 0 || len(keys) == 1 && keys[0].ID == id)
}

// shownID returns the id as it may be shown.
func (k Key) shownID() string {
	if k.ID == "" {
		return ""
	}
	return credential.ShowID(k.ID)
}
