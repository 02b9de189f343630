package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/secretservice"
	"github.com/awsbroker/awsbroker/internal/session"
)

var (
	keychainGone = findingKind("keychain-gone", Serious,
		"the keys are only in that keychain, and awsbroker never uses another one")
	keychainLocked = findingKind("keychain-locked", Warning,
		"a call that needs a key from the keychain fails if the keychain cannot be opened")
	keyringInClear = findingKind("keyring-in-clear", Serious,
		"a keyring with an empty password is not encrypted: anyone who gets that file, or a backup of it, has the keys")
	noKey = findingKind("no-key", Note,
		"awsbroker makes sessions from an access key in the keychain")
	keyUnlisted = findingKind("key-unlisted", Warning,
		"awsbroker does not use or rotate a key that is missing from its record")
	keystoreOverridden = findingKind("keystore-overridden", Warning,
		"awsbroker looks for keys in the wrong keychain")
	sessionsNowhere = findingKind("sessions-nowhere", Warning,
		"every call needs a new session if sessions cannot be cached")
	sealedInKeychain = findingKind("sealed-in-keychain", Note,
		"the key that seals sessions is then in the keychain, and every call must open the keychain")
	nobodyToAsk = findingKind("nobody-to-ask", Warning,
		"a call that needs an MFA code fails at once if there is no way to ask for it")
)

// lookAtKeychain reaches for the keychain that holds the keys, and looks whether they
// are in it. Nobody is asked to open it.
func (d *doctor) lookAtKeychain(ctx context.Context) (string, error) {
	if !d.known {
		return "", nil
	}
	options := d.broker.KeystoreOptions(d.broker.NewAsker(nil))
	options.Passphrase = nil
	for _, file := range secretservice.InClear(filepath.Join(filepath.Dir(d.broker.Paths.Data), "keyrings")) {
		d.found(keyringInClear, Finding{
			Title:  fmt.Sprintf("GNOME Keyring keeps keys in plaintext in %s", file),
			Advice: "give that keyring a password in Passwords and Keys (seahorse), or move the keys out of it",
			Mend:   "awsbroker keystore move file",
		})
	}
	pinned := d.record.Keystore
	if len(d.record.Keys) == 0 {
		if !d.findUnlisted(keystore.Places(ctx, options)) {
			d.found(noKey, Finding{Title: "there is no key in the keychain yet", Mend: "awsbroker add NAME"})
		}
		return "", nil
	}
	if d.broker.Keystore != "" && d.broker.Keystore != pinned {
		d.found(keystoreOverridden, Finding{
			Title: fmt.Sprintf("AWSBROKER_KEYSTORE or --keystore names %s, but the keys are in %s", d.broker.Keystore.Words(), pinned.Words()),
			Mend:  say.UnsetVariables("AWSBROKER_KEYSTORE"),
		})
	}
	options.Kind = pinned
	place := keystore.Place{Kind: pinned}
	store, err := keystore.Open(ctx, options)
	if err == nil {
		err = store.Reach(ctx)
	}
	if err == nil {
		place.Names, err = store.Names(ctx)
	}
	switch {
	case errors.Is(err, keystore.ErrLocked), errors.Is(err, keystore.ErrDismissed):
		return "", err
	case err != nil:
		d.found(keychainGone, Finding{
			Title:  fmt.Sprintf("%s cannot be reached: %s", pinned.Words(), err),
			Advice: "run awsbroker where that keychain is available, such as in your desktop session; list the keychains here with",
			Mend:   "awsbroker keystore",
		})
		return "", nil
	}
	d.findUnlisted([]keystore.Place{place})
	if d.broker.Keystore == "" || d.broker.Keystore == pinned {
		d.lookForKeys(ctx)
	}
	return say.Count(len(d.record.Keys), "key", "keys") + " in " + pinned.Words(), nil
}

// findUnlisted tells of keys that are in the keychain and not in the record. It
// reports whether there are any.
func (d *doctor) findUnlisted(places []keystore.Place) bool {
	lost := d.record.Lost(places)
	if len(lost) > 0 {
		d.found(keyUnlisted, Finding{
			Title:  "the keychain has keys that are missing from awsbroker's record: " + fewOf(lost),
			Advice: "take each back, for which its secret is not asked for (or take it out: awsbroker remove " + say.ShellWord(lost[0]) + ")",
			Mend:   "awsbroker add " + say.ShellWord(lost[0]),
		})
	}
	return len(lost) > 0
}

// lookForKeys looks whether each key of the record is in the keychain, and whether it
// could be read there.
func (d *doctor) lookForKeys(ctx context.Context) {
	locked := false
	for _, name := range d.record.Names() {
		err := d.broker.LookAtKey(ctx, d.record, name, nil)
		switch {
		case err == nil, errors.Is(err, keystore.ErrAsks):
		case errors.Is(err, keystore.ErrNotFound):
			d.found(keyMissing, Finding{
				Title:  failure.OfKeyOnRecord(err, name).Message,
				Advice: "restore the keychain, or store the key again",
				Mend:   "awsbroker add " + say.ShellWord(name) + " --replace",
			})
		case !locked:
			locked = true
			f := failure.OfKeystore(err, name)
			d.found(keychainLocked, Finding{Title: f.Message, Advice: f.FirstHint()})
		}
	}
}

// lookAtSessions looks where sessions rest, and where the key that seals them
// is. It makes neither.
func (d *doctor) lookAtSessions() (string, error) {
	if err := session.CheckDir(d.broker.Paths.Cache); err != nil {
		d.found(sessionsNowhere, Finding{
			Title:  "sessions cannot be cached: " + err.Error(),
			Advice: "make that directory yours and writable",
			Mend:   say.ListFile(d.broker.Paths.Cache),
		})
		return "", nil
	}
	dir := d.broker.Paths.Cache
	if dirs := session.Dirs(d.broker.Paths.Cache); len(dirs) > 0 {
		dir = dirs[0]
	}
	if !systemSeals || session.InSystem(dir) {
		return "sessions", nil
	}
	d.found(sealedInKeychain, Finding{
		Title:  "the kernel keeps no keys here",
		Advice: "in a container, allow the system calls keyctl and add_key",
	})
	return "", nil
}

// lookAtPrompts finds out whether a person could be asked from here. Nobody is.
func (d *doctor) lookAtPrompts(ctx context.Context) (string, error) {
	var waiting []string
	for _, t := range d.targets {
		if !t.Asks(nil, d.now) || t.Profile.MFAProcess != "" || t.Profile.MFASeed != "" {
			continue
		}
		if !slices.Contains(waiting, t.Profile.Name) {
			waiting = append(waiting, t.Profile.Name)
		}
	}
	if len(waiting) == 0 {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ladder, err := prompt.Open(ctx, prompt.Options{
		Ways: d.broker.Prompt, Environ: d.broker.Environ, Debug: d.broker.Report.Debug,
		Turn: func(context.Context, string) (func(), error) { return func() {}, nil }, // no question, no turn
	})
	if err == nil {
		defer ladder.Close()
		return "questions by " + string(ladder.Way()), nil
	}
	d.found(nobodyToAsk, Finding{
		Title:  fmt.Sprintf("there is no way to ask from here for a code of %s %s", plural(len(waiting), "profile", "profiles"), fewOf(waiting)),
		Advice: "log in first, in a terminal or on the desktop",
		Mend:   "awsbroker login --profile " + say.ShellWord(waiting[0]),
	})
	return "", nil
}
