// Package keys lists and changes the access keys of a user in AWS (awsbroker
// keys), and finds the key that acts on them. It warns before somebody locks
// themselves out.
package keys

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Options say which access keys in AWS are meant, and who acts on them.
type Options struct {
	User    string // whose they are; empty: the owner of the key that acts
	Key     string // the key of the keychain that acts; empty: found
	Profile string // through which it acts; empty: found
	Force   bool   // even what cuts the branch one sits on
	Agreed  bool   // the person has said yes to it already
	Proves  bool   // AWS is asked whose the key is, even if no key is to be changed
}

// Listing is the access keys of one user, as AWS has them.
type Listing struct {
	Account string
	User    string // empty: the root user
	Keys    []Key
}

// Owner says in words whose keys these are.
func (l Listing) Owner() string { return OwnerName(l.User, l.Account) }

// Key is an access key in AWS, with what this machine knows of it.
type Key struct {
	iam.Key
	Use      iam.Use
	UseKnown bool      // AWS said when it was last used, or that it never was
	Names    []string  // in the keychain
	Expires  time.Time // of a root key in the keychain
}

// List lists the access keys of a user. The key that acts is opened only where no
// session does.
func List(ctx context.Context, b *broker.Broker, o Options) (Listing, error) {
	w, err := Open(ctx, b, o, nil, None)
	if err != nil {
		return Listing{}, err
	}
	defer w.Actor.Close()
	keys, err := w.list(ctx)
	if err != nil {
		return Listing{}, w.Failure(err)
	}
	out := Listing{Account: w.Account, User: w.User}
	for _, k := range keys {
		l := Key{Key: k, Names: w.namesOf(k.ID)}
		for _, name := range l.Names {
			if info := w.record.Keys[name]; info.Root() {
				l.Expires = info.Expires
			}
		}
		l.Use, l.UseKnown = w.lastUse(ctx, k.ID)
		out.Keys = append(out.Keys, l)
	}
	return out, nil
}

// Change is what happens to an access key in AWS.
type Change int

// The changes.
const (
	None Change = iota // none
	Activate
	Deactivate
	Delete
)

// verb names the change in a question.
func (c Change) verb() string {
	return [...]string{"list", "activate", "deactivate", "delete"}[c]
}

// Apply changes access keys in AWS, by their ids, after asking. A deleted
// key that is in the keychain goes out of it as well, once AWS refuses it.
func Apply(ctx context.Context, b *broker.Broker, change Change, ids []string, o Options) error {
	ids, err := checkIDs(b, change, ids)
	if err != nil {
		return err
	}
	w, err := Open(ctx, b, o, ids, change)
	if err != nil {
		return err
	}
	defer w.Actor.Close()
	if err := w.readBranch(ctx, change, ids); err != nil {
		return err
	}
	if !o.Force {
		if why := w.branch.reasonsAgainst(change, ids); len(why) > 0 {
			return w.cutFailure(change, ids, why)
		}
	}
	if change != Activate && !o.Agreed {
		if err := b.Confirm(ctx, w.describePlan(change, ids), change.question(ids)); err != nil {
			return err
		}
	}
	// The key that signs goes last: after it, nothing is signed.
	slices.SortStableFunc(ids, func(x, y string) int { return order(x == w.signer) - order(y == w.signer) })
	for _, id := range ids {
		if err := w.change(ctx, change, id); err != nil {
			return err
		}
	}
	return nil
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

// question asks for a yes to the change of these keys.
func (c Change) question(ids []string) string {
	ask := [...]string{"", "Activate", "Deactivate", "Delete"}[c]
	if len(ids) == 1 {
		return ask + " it?"
	}
	return ask + " them?"
}

// checkIDs refuses what cannot be the id of an access key.
func checkIDs(b *broker.Broker, change Change, ids []string) ([]string, error) {
	var out []string
	for _, id := range ids {
		if !credential.IsKeyID(id) {
			f := failure.New(failure.Usage, "%q is not an access key id: those have 20 capital letters and digits and start with AKIA", id)
			record, _ := keystore.ReadRecord(b.Paths.KeystoreFile())
			if info := record.Keys[id]; info.AccessKeyID != "" {
				f.Hint("the id of key %q is %s; run: awsbroker keys %s %s", id, info.AccessKeyID, change.verb(), info.AccessKeyID)
			}
			return nil, f
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// OwnerName says whose access keys are meant.
func OwnerName(user, account string) string {
	if user == "" {
		return "the root user of account " + account
	}
	return "user " + user + " in account " + account
}

// lastUse returns when a key was last used, if AWS tells without a code.
func (w *Work) lastUse(ctx context.Context, id string) (use iam.Use, known bool) {
	ask := func(ctx context.Context, c *iam.Client) (err error) {
		use, err = c.LastUse(ctx, id)
		return err
	}
	err := w.Peek(ctx, ask)
	if err != nil {
		w.Actor.Broker.Debug("iam: last use of %s: %s", id, err.Error())
	}
	return use, err == nil
}

// Failure says what IAM objected to, in a call about the user.
func (w *Work) Failure(err error) error {
	return failure.OfIAM(err, failure.IAMCall{Profile: w.Actor.Target.Profile, Owner: w.Owner()})
}

// Owner says in words whose keys are worked on.
func (w *Work) Owner() string { return OwnerName(w.User, w.Account) }

// quotedNames quotes the names of keychain entries.
func quotedNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = `"` + say.Clean(name) + `"`
	}
	return strings.Join(quoted, ", ")
}
