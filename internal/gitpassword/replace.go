package gitpassword

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Result is what a run came to.
type Result struct {
	Key     string
	User    string // as Git signs in
	Resumed bool   // an earlier run had begun it
	Proved  bool   // a repository took the new password
}

// Create makes the first password of the user of a key that this keychain has.
func Create(ctx context.Context, b *broker.Broker, o Options) (Result, error) {
	return run(ctx, b, o, func(w *work, have stored) error {
		if have.ID != "" {
			return failure.New(failure.Usage, "the keychain has a Git password beside key %q, of %s", w.key, have.Created.Local().Format(time.DateOnly)).
				Hint("replace it: awsbroker codecommit rotate %s", say.ShellWord(w.key)).
				Hint("or have Git use it: awsbroker codecommit setup --key %s", say.ShellWord(w.key))
		}
		return nil
	})
}

// Rotate puts a new password in the place of the one that the keychain has: it makes a
// second, proves it, switches, and deletes the first.
func Rotate(ctx context.Context, b *broker.Broker, o Options) (Result, error) {
	return run(ctx, b, o, func(w *work, have stored) error {
		switch {
		case have.ID == "":
			return failure.New(failure.NotFound, "the keychain has no Git password beside key %q", w.key).
				Hint("create one: awsbroker codecommit create %s", say.ShellWord(w.key))
		case w.Repository == "" && have.Repository == "":
			return failure.New(failure.Usage, "awsbroker tests the new password before it deletes the old one, and it knows no repository for the test").
				Hint("name one: awsbroker codecommit rotate %s --repository URL", say.ShellWord(w.key))
		}
		return nil
	})
}

// run finishes what an earlier run began, or makes a new password if refuse lets it.
func run(ctx context.Context, b *broker.Broker, o Options, refuse func(*work, stored) error) (out Result, err error) {
	if o.Repository != "" {
		if _, _, ok := split(o.Repository); !ok {
			return out, failure.New(failure.Usage, "%q is not the URL of a CodeCommit repository", o.Repository).
				Hint("write it like: https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME")
		}
	}
	w, err := open(ctx, b, o)
	if err != nil {
		return out, err
	}
	defer w.close()
	out.Key = w.key
	have, err := w.read(ctx, current)
	if err != nil {
		return out, err
	}
	w.first = have.ID == ""
	fresh, err := w.read(ctx, next)
	if err != nil {
		return out, err
	}
	if out.Resumed = fresh.ID != ""; !out.Resumed {
		if err := refuse(w, have); err != nil {
			return out, err
		}
		if fresh, err = w.make(ctx, have); err != nil {
			return out, err
		}
	}
	out.User = fresh.Name
	if have.ID != fresh.ID {
		if out.Proved, err = w.prove(ctx, fresh); err != nil {
			return out, err
		}
		if err := write(ctx, w.chain, current, w.key, fresh); err != nil {
			return out, w.resumable(failure.OfKeystore(err, w.key))
		}
	}
	return out, w.resumable(w.finish(ctx, fresh))
}

// finish deletes the password before, and what a run leaves.
func (w *work) finish(ctx context.Context, fresh stored) error {
	if fresh.Replaces != "" {
		if err := w.delete(ctx, fresh.Replaces); err != nil {
			return err
		}
	}
	if err := remove(ctx, w.chain, next, w.key); err != nil {
		return failure.OfKeystore(err, w.key)
	}
	if err := notes.Remove(w.noteFile()); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	return nil
}

func (w *work) resumable(err error) error {
	if w.first {
		return failure.WithHint(err, "nothing is lost; to resume, run again: awsbroker codecommit create %s", say.ShellWord(w.key))
	}
	return failure.WithHint(err, "nothing is lost; to resume, run again: awsbroker codecommit rotate %s", say.ShellWord(w.key))
}

// make has AWS make a password, and stores it beside the one that Git gets.
func (w *work) make(ctx context.Context, have stored) (fresh stored, err error) {
	all, err := w.clear(ctx)
	if err != nil {
		return fresh, err
	}
	if err := w.checkRoom(all, have); err != nil {
		return fresh, err
	}
	text := say.Sprintf("This will create a Git password for %s in AWS CodeCommit,\nand store it in the keychain beside key %q.", w.Owner(), w.key)
	if have.ID != "" {
		text = say.Sprintf("This will create a new Git password for %s in AWS CodeCommit,\nand delete the one of %s when the new one works.", w.Owner(), have.Created.Local().Format(time.DateOnly))
	}
	if err := w.Actor.Confirm(ctx, text, "Create it?"); err != nil {
		return fresh, err
	}
	// The keychain is tried before AWS is asked for what it shows only once.
	if err := w.chain.SetItem(ctx, item(next, w.key), credential.NewSecret("probe")); err != nil {
		return fresh, failure.OfKeystore(err, w.key)
	}
	note := notes.GitPassword{Key: w.key, ARN: w.UserARN(), Intent: w.broker.TimeOfAWS()}
	for _, c := range all {
		note.Listed = append(note.Listed, c.ID)
	}
	if err := notes.Write(w.noteFile(), note); err != nil {
		return fresh, failure.New(failure.Other, "nothing was changed, because the note of the new password could not be written: %w", err)
	}
	// From here to the keychain nobody interrupts: the password comes only once.
	ctx = context.WithoutCancel(ctx)
	var made iam.ServiceCredential
	var password credential.Secret
	err = w.Do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		made, password, err = c.CreateServiceCredential(ctx, w.User, iam.CodeCommit)
		return err
	})
	if err != nil {
		if !access.MayBeDone(err) {
			_ = notes.Remove(w.noteFile()) // the next run does without it
		}
		return fresh, w.explain(err)
	}
	fresh = stored{ID: made.ID, Name: made.Name, Password: password.Reveal(), ARN: w.UserARN(), Replaces: have.ID, Repository: have.Repository, Created: made.Created}
	if w.Repository != "" {
		fresh.Repository = w.Repository
	}
	if err := write(ctx, w.chain, next, w.key, fresh); err != nil {
		f := failure.OfKeystore(err, w.key)
		if w.delete(ctx, made.ID) == nil && notes.Remove(w.noteFile()) == nil {
			f.Message += "; the new password was deleted in AWS again, so nothing was changed"
		}
		return fresh, f
	}
	return fresh, nil
}

// clear lists the user's passwords, and deletes those that an earlier run made and did not
// come to store: nobody knows them.
func (w *work) clear(ctx context.Context) (left []iam.ServiceCredential, err error) {
	all, err := w.list(ctx)
	if err != nil {
		return nil, err
	}
	note, found, err := notes.Read[notes.GitPassword](w.noteFile())
	if err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	if !found {
		return all, nil
	}
	for _, c := range all {
		if age := c.Created.Sub(note.Intent); slices.Contains(note.Listed, c.ID) || age < -lateness || age > lateness {
			left = append(left, c)
			continue
		}
		if err := w.delete(ctx, c.ID); err != nil {
			return nil, err
		}
		w.broker.Report.Step(say.Sprintf("the Git password %s, which an earlier run created but could not store, was deleted in AWS", c.ID))
	}
	if err := notes.Remove(w.noteFile()); err != nil { // what is made later is somebody's own
		return nil, failure.New(failure.Other, "%w", err)
	}
	return left, nil
}

// lateness is how much later than the intent a password of that run can have been made.
const lateness = 2 * time.Minute

// checkRoom refuses where AWS allows no further password.
func (w *work) checkRoom(all []iam.ServiceCredential, have stored) error {
	if len(all) < iam.ServiceCredentialQuota {
		return nil
	}
	var others []string
	f := failure.New(failure.Other, "%s has %s, and AWS allows no more", w.Owner(), say.Count(len(all), "Git password", "Git passwords"))
	for _, c := range all {
		if c.ID != have.ID {
			others = append(others, c.ID)
		}
	}
	return f.Hint("delete one that nothing uses: awsbroker codecommit delete %s --key %s", strings.Join(others, " or "), say.ShellWord(w.key))
}

// How long CodeCommit may take to learn of a password.
const (
	proveFor   = 2 * time.Minute
	proveEvery = 2 * time.Second
)

// explainRefused is about a repository that does not take a new password.
func (w *work) explainRefused(fresh stored) error {
	return w.resumable(failure.New(failure.Refused, "%s did not accept the new password, so the old one was kept (user %s, account %s)", fresh.Repository, w.User, w.Account).
		Hint("the user needs codecommit:GitPull on the repository").
		Because(&awsapi.Error{Reason: awsapi.Denied}))
}
