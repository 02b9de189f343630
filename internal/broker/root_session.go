package broker

import (
	"context"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
)

// rootSessionLife is the shortest session that GetSessionToken gives.
const rootSessionLife = 15 * time.Minute

// RootSession returns a session of a root key for one command, to which a person allowed
// it. The session is not cached. named is a profile or a key of the keychain; empty
// stands for the only root key. region is for the command's environment, as that of
// [Broker.ChildRegion] is.
func (b *Broker) RootSession(ctx context.Context, named string) (s session.Session, region string, err error) {
	t, err := b.rootTarget(named)
	if err != nil {
		return s, "", err
	}
	t.From = nil // a code buys the session itself
	if t.Key.Over(time.Now()) {
		return s, "", target.RootOverFailure(t.Profile.KeyName, t.Key, time.Now())
	}
	ctx, cancel := context.WithDeadline(ctx, b.Started.Add(b.Limits.Run))
	defer cancel()
	r := b.NewActor(t, b.OpenCache(ctx)).newRequest(Want{})
	defer r.actor.Close()
	if err := r.openKey(ctx); err != nil {
		return s, "", err
	}
	if !t.Key.Root() {
		return s, "", failure.New(failure.Keychain, "the key %q in the keychain is not the one in awsbroker's record", t.Profile.KeyName).
			Hint("store the key again with: awsbroker add %s --replace", say.ShellWord(t.Profile.KeyName))
	}
	client, err := sts.New(t.Endpoint)
	if err != nil {
		return s, "", t.Failure(err)
	}
	creds, err := r.withCode(ctx, func(code credential.Secret) (credential.Credentials, error) {
		if !code.IsEmpty() {
			ctx = context.WithoutCancel(ctx) // it cannot be used a second time
		}
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		return client.SessionToken(ctx, r.actor.AccessKey, rootSessionLife, sts.MFA{Serial: t.Profile.MFASerial, Code: code})
	})
	if err != nil {
		return s, "", err
	}
	account, _ := awsapi.SplitARN(t.Key.ARN)
	limit := ", except call IAM"
	if t.TakesCode() {
		limit = "" // a session with MFA may
	}
	b.Warn("for %s the command can do everything in account %s%s", say.Duration(rootSessionLife), account, limit)
	s = session.Session{Credentials: creds, Issued: time.Now().UTC().Truncate(time.Second)}
	return s, b.childRegion(t), nil
}

// rootTarget finds the root key that is meant.
func (b *Broker) rootTarget(named string) (*target.Target, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	if named != "" {
		t, err := b.namedTarget(record, named)
		if err == nil && !t.Key.Root() {
			return nil, failure.New(failure.Usage, "--allow-root is for root keys, and %q is not known to be one", t.Profile.KeyName).
				Hint("leave out --allow-root")
		}
		return t, err
	}
	for _, profile := range []string{os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")} {
		if t, err := b.namedTarget(record, profile); profile != "" && err == nil && t.Key.Root() {
			return t, nil
		}
	}
	name, err := ChooseKey(record, KeyChoice{Root: true, Hint: "name one: awsbroker exec --allow-root --profile NAME -- COMMAND", Choose: b.Choose})
	if err != nil {
		return nil, err
	}
	return b.KeyTarget(name, record.Keys[name])
}

// namedTarget returns the target of the profile, or else of the root key, of that name.
func (b *Broker) namedTarget(record keystore.Record, name string) (*target.Target, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	if info := record.Keys[name]; info.Root() && !cfg.Has(name) {
		return b.KeyTarget(name, info)
	}
	return b.TargetIn(cfg, name)
}

// refuseUnknownRoot is [target.Target.RefuseRoot] for a key whose owner is not recorded: AWS is asked
// before the key buys a session that a root user would get as well. For a role AWS is
// not asked: it gives the root user none.
func (r *request) refuseUnknownRoot(ctx context.Context, client *sts.Client) error {
	if r.target.Key.ARN != "" || r.target.Profile.RoleARN != "" {
		return nil
	}
	identity, err := client.CallerIdentity(ctx, r.actor.AccessKey)
	if err != nil {
		return r.target.Failure(err)
	}
	r.run.Debug("sts: the key is %s", identity.ARN)
	if !identity.IsRoot() {
		return nil
	}
	return failure.New(failure.Other, "key %q is the root key of account %s, and awsbroker gives programs no session of a root key",
		r.target.Profile.KeyName, identity.Account).
		Hint("when you no longer need it: %s", say.DeleteKey(r.actor.AccessKey.AccessKeyID))
}
