package gitpassword

import (
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keys"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Options say whose passwords are meant.
type Options struct {
	Key        string // as the keychain names it; empty: the profile's, or the only one
	Profile    string // through which IAM is called; empty: any that uses the key
	Repository string // URL of one that proves a new password
}

// work is work on the Git passwords of the user of a key.
type work struct {
	*keys.Work
	Options
	broker *broker.Broker
	chain  *keystore.Store
	key    string
	unlock func() error
	first  bool // there is no password yet
}

// open finds the key, its user, the keychain, and a way into IAM. It keeps other runs out
// until close.
func open(ctx context.Context, b *broker.Broker, o Options) (*work, error) {
	found, err := keys.Open(ctx, b, keys.Options{Key: o.Key, Profile: o.Profile}, nil, keys.None)
	if err != nil {
		return nil, err
	}
	w := &work{Work: found, Options: o, broker: b, key: found.Actor.Target.Profile.KeyName}
	if err := w.begin(ctx); err != nil {
		w.Actor.Close()
		return nil, err
	}
	return w, nil
}

func (w *work) begin(ctx context.Context) (err error) {
	if w.User == "" {
		return failure.New(failure.Usage, "key %q is a root key, and the root user has no Git passwords", w.key)
	}
	w.Access.Object = "the Git passwords of " + w.UserARN()
	w.Access.Policy = say.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListServiceSpecificCredentials",`+
		`"iam:CreateServiceSpecificCredential","iam:DeleteServiceSpecificCredential"],"Resource":%q}]}`, w.UserARN())
	if w.chain, err = w.broker.OpenKeychain(ctx, w.Actor.Asker); err != nil {
		return failure.OfKeystore(err, w.key)
	}
	lock := session.NewLock(w.broker.Paths.State, "git-password:"+w.key)
	if ok, err := lock.Try(); err != nil {
		return failure.New(failure.Other, "%w", err)
	} else if !ok {
		return failure.New(failure.Other, "another awsbroker (process %d) is changing the Git passwords of key %q", lock.Holder(), w.key).
			Hint("wait until it is finished, then check: awsbroker codecommit list %s", say.ShellWord(w.key))
	}
	w.unlock = lock.Unlock
	return nil
}

func (w *work) close() {
	_ = w.unlock()
	w.Actor.Close()
}

func (w *work) noteFile() string { return notes.GitPasswordFile(w.broker.Paths.State, w.key) }

// read reads an item; the keychain may ask for its passphrase.
func (w *work) read(ctx context.Context, which string) (s stored, err error) {
	err = w.Actor.Asker.Retry(func() error {
		s, err = read(ctx, w.chain, which, w.key)
		return err
	})
	if err != nil {
		return s, failure.OfKeystore(err, w.key)
	}
	return s, nil
}

// list returns the user's passwords in AWS.
func (w *work) list(ctx context.Context) (all []iam.ServiceCredential, err error) {
	err = w.Do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		all, err = c.ServiceCredentials(ctx, w.User, iam.CodeCommit)
		return err
	})
	return all, w.explain(err)
}

// delete deletes a password in AWS. One that is not there is as good.
func (w *work) delete(ctx context.Context, id string) error {
	err := w.Do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteServiceCredential(ctx, w.User, id) })
	if awsapi.Is(err, awsapi.NotThere) {
		return nil
	}
	return w.explain(err)
}

func (w *work) explain(err error) error {
	return failure.OfIAM(err, failure.IAMCall{Profile: w.Actor.Target.Profile, Owner: "user " + w.User})
}

// Password is one of a user, as AWS lists it.
type Password struct {
	iam.ServiceCredential
	Here bool // the keychain has it, and Git gets it
}

// Listing is the Git passwords of one user.
type Listing struct {
	Owner     string // in words
	Key       string // of the keychain
	Passwords []Password
}

// List lists the Git passwords of the user of a key.
func List(ctx context.Context, b *broker.Broker, o Options) (Listing, error) {
	w, err := open(ctx, b, o)
	if err != nil {
		return Listing{}, err
	}
	defer w.close()
	have, err := w.read(ctx, current)
	if err != nil {
		return Listing{}, err
	}
	all, err := w.list(ctx)
	out := Listing{Owner: w.Owner(), Key: w.key}
	for _, c := range all {
		out.Passwords = append(out.Passwords, Password{c, c.ID == have.ID})
	}
	return out, err
}

// Delete deletes a password of the user of a key, by its id, in AWS and then in the
// keychain.
func Delete(ctx context.Context, b *broker.Broker, o Options, id string) error {
	w, err := open(ctx, b, o)
	if err != nil {
		return err
	}
	defer w.close()
	have, err := w.read(ctx, current)
	if err != nil {
		return err
	}
	all, err := w.list(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(c iam.ServiceCredential) bool { return c.ID == id })
	if i < 0 && id != have.ID {
		return failure.New(failure.NotFound, "%s has no Git password %q", w.Owner(), id).Hint("list them with: awsbroker codecommit list %s", say.ShellWord(w.key))
	}
	text := say.Sprintf("This will delete the Git password %s of %s in AWS.", id, w.Owner())
	if i >= 0 {
		text = say.Sprintf("This will delete the Git password %s (%s, %s) in AWS.", id, all[i].Name, all[i].Created.Local().Format(time.DateOnly))
	}
	if id == have.ID {
		text += say.Sprintf("\nGit will no longer be able to sign in with key %q.", w.key)
	}
	if err := w.Actor.Confirm(ctx, text, "Delete it?"); err != nil {
		return err
	}
	if err := w.delete(ctx, id); err != nil {
		return err
	}
	if id != have.ID {
		return nil
	}
	if err := remove(ctx, w.chain, current, w.key); err != nil {
		return failure.OfKeystore(err, w.key)
	}
	return nil
}
