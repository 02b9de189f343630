package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

var (
	keychainGone = findingKind("keychain-gone", Serious,
		"the keys are in that keychain and nowhere else, and awsbroker never looks into another one")
	keystoreOverridden = findingKind("keystore-overridden", Warning,
		"keys are looked for where they are not")
	sessionsNowhere = findingKind("sessions-nowhere", Warning,
		"a session that cannot be kept is asked for again by every call")
	sealedInKeychain = findingKind("sealed-in-keychain", Note,
		"the key that seals sessions is in the keychain then, which has to be opened for every call")
	nobodyToAsk = findingKind("nobody-to-ask", Warning,
		"a call that needs an MFA code fails at once where nobody can be asked for it")
)

// keychainLimit is how long the keychain may take to say that it is there.
const keychainLimit = 3 * time.Second

// lookAtKeychain reaches for the keychain that holds the keys. Nobody is asked
// to open it.
func (d *doctor) lookAtKeychain(ctx context.Context) (string, error) {
	if !d.known || len(d.record.Keys) == 0 {
		return "", nil
	}
	pinned := d.record.Keystore
	if d.broker.Keystore != "" && d.broker.Keystore != pinned {
		d.found(keystoreOverridden, Finding{
			Title: fmt.Sprintf("AWSBROKER_KEYSTORE or --keystore names %s, and the keys are in %s", d.broker.Keystore.Words(), pinned.Words()),
			Mend:  "unset AWSBROKER_KEYSTORE",
		})
	}
	options := d.broker.KeystoreOptions(d.broker.NewAsker(nil))
	options.Kind, options.Passphrase, options.CallTimeout = pinned, nil, keychainLimit
	store, err := keystore.Open(ctx, options)
	if err == nil {
		err = store.Reach(ctx)
	}
	switch {
	case errors.Is(err, keystore.ErrLocked), errors.Is(err, keystore.ErrDismissed):
		return "", err
	case err != nil:
		d.found(keychainGone, Finding{
			Title:  fmt.Sprintf("%s cannot be reached: %s", pinned.Words(), err),
			Advice: "run awsbroker where that keychain is, such as your desktop session; which there are here, says",
			Mend:   "awsbroker keystore",
		})
		return "", nil
	}
	return say.Count(len(d.record.Keys), "key", "keys") + " in " + pinned.Words(), nil
}

// lookAtSessions looks where sessions rest, and where the key that seals them
// is. It makes neither.
func (d *doctor) lookAtSessions() (string, error) {
	if err := session.CheckDir(d.broker.Paths.Cache); err != nil {
		d.found(sessionsNowhere, Finding{
			Title:  "sessions cannot be kept: " + err.Error(),
			Advice: "make that directory yours and writable",
			Mend:   "ls -ld " + say.ShellWord(d.broker.Paths.Cache),
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
		Title:  fmt.Sprintf("nobody can be asked from here for a code of %s %s", plural(len(waiting), "profile", "profiles"), fewOf(waiting)),
		Advice: "log in beforehand, in a terminal or on the desktop",
		Mend:   "awsbroker login --profile " + say.ShellWord(waiting[0]),
	})
	return "", nil
}
