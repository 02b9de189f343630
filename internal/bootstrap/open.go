package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/pattern"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
)

// open finds the key that does the work, and whose it is.
func (s *bootstrap) open(ctx context.Context, b *broker.Broker) (err error) {
	if err := checkBootstrap(&s.o); err != nil {
		return err
	}
	if err := b.CheckHome(); err != nil {
		return err
	}
	if s.record, err = keystore.ReadRecord(b.Paths.KeystoreFile()); err != nil {
		return failure.OfRecord(err)
	}
	s.startActor(ctx, b)
	if !s.o.takesSession() {
		if s.name, err = s.whichKey(); err != nil {
			return err
		}
	}
	switch {
	case s.o.takesSession():
		err = s.sessionInHand(ctx)
	case s.name == "":
		err = s.typedKey(ctx)
	default:
		err = s.storedKey(ctx, "")
	}
	if err == nil {
		err = s.authenticate()
	}
	if err != nil {
		s.actor.Close()
	}
	return err
}

// startActor begins with an actor whose target is not known yet: the key may
// have to be typed.
func (s *bootstrap) startActor(ctx context.Context, b *broker.Broker) {
	s.run = b
	s.actor = &broker.Actor{Broker: b, Asker: b.NewAsker(nil), Cache: b.OpenCache(ctx), CallLimit: s.waits.call}
	s.actor.Asker.Before = s.o.Show.Asking
}

// whichKey returns the key of the keychain that does the work; empty for one that
// has to be typed.
func (s *bootstrap) whichKey() (string, error) {
	name, err := broker.ChooseKey(s.record, broker.KeyChoice{Asked: s.o.Key, Root: true, Hint: "name one with --key", Choose: s.run.Choose})
	switch {
	case s.o.Key == "" && failure.Is(err, failure.NotFound):
		return "", nil
	case s.o.Key == "" && err == nil:
		s.run.Report.Step("the root key " + name + " in the keychain is used (for another one add --key)")
	}
	return name, err
}

// typedKey asks for an access key, which is held in memory only.
func (s *bootstrap) typedKey(ctx context.Context) error {
	a, err := s.actor.Asker.Open(ctx)
	if err == nil {
		a.Print("type a key with the rights to set up the account, such as a root key; it will not be stored\n")
		s.actor.AccessKey, err = keychain.AskKey(ctx, a)
	}
	switch {
	case errors.Is(err, prompt.ErrNoTerminal):
		return failure.Unasked(err, "no key in the keychain was chosen, and there is no terminal to type one at").
			Hint("choose one: awsbroker bootstrap --key NAME").
			Hint("or sign in with aws login --profile NAME, and run: awsbroker bootstrap --from-profile NAME")
	case failure.Is(err):
		return err
	case err != nil:
		return failure.New(failure.NeedPerson, "%w", err)
	}
	if s.who, err = s.run.IdentifyKey(ctx, s.actor.AccessKey, ""); err != nil {
		return err
	}
	s.actor.Target, err = s.run.KeyTarget("", keystore.KeyInfo{AccessKeyID: s.actor.AccessKey.AccessKeyID, ARN: s.who.ARN})
	return err
}

// storedKey opens the key of the keychain, and asks AWS whose it is: in region, if
// that is not empty and --region names none.
func (s *bootstrap) storedKey(ctx context.Context, region string) error {
	info := s.record.Keys[s.name]
	if info.Over(time.Now()) {
		return target.RootOverFailure(s.name, info, time.Now())
	}
	var err error
	if s.actor.Target, err = s.run.KeyTarget(s.name, info); err != nil {
		return err
	}
	if region != "" && s.run.Region == "" {
		s.actor.Target.Endpoint.Region = region
	}
	if err := s.actor.OpenKey(ctx); err != nil {
		return err
	}
	client, err := sts.New(s.actor.Target.Endpoint)
	if err != nil {
		return s.actor.Target.Failure(err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.waits.call)
	defer cancel()
	if s.who, err = client.CallerIdentity(ctx, s.actor.AccessKey); err != nil {
		return s.actor.Target.Failure(err)
	}
	return s.actor.Target.CheckOwner(s.who.ARN, info.ARN)
}

// authenticate makes the IAM client, or the ways into IAM, of whoever the key
// belongs to.
func (s *bootstrap) authenticate() error {
	s.out.By, s.out.Account, s.out.Partition = s.who.ARN, s.who.Account, awsapi.PartitionOf(s.who.ARN)
	s.actor.Target.Profile.Partition, s.actor.Target.Key.ARN = s.out.Partition, s.who.ARN
	if s.run.Region != "" && config.PartitionOfRegion(s.run.Region) != s.out.Partition {
		return failure.New(failure.Usage, "the region %s is not in %s, where account %s is", s.run.Region, s.out.Partition, s.out.Account)
	}
	if config.PartitionOfRegion(s.actor.Target.Endpoint.Region) != s.out.Partition {
		s.actor.Target.Endpoint.Region = config.DefaultRegion(s.out.Partition)
	}
	s.out.Address = strings.TrimPrefix(s.actor.Target.ForeignAddresses(), "address  ")
	s.out.With = s.sessionWords()
	switch {
	case s.who.IsRoot(), s.isSession():
		var err error
		s.direct, err = s.actor.Target.IAM(s.actor.AccessKey)
		return err
	case s.who.UserName() == "":
		return failure.New(failure.Other, "the key belongs to %s, which is neither the root user nor an IAM user", s.who.ARN).
			Hint("use a key of the root user or of an administrator")
	}
	targets := []*target.Target{s.actor.Target}
	if s.name != "" {
		ours, err := s.run.TargetsOf(s.name, s.actor.Target.Key, "")
		if err != nil {
			return err
		}
		if ours[0].Profile.Name != "" {
			targets = append(ours, s.actor.Target)
		}
	}
	s.access = access.New(s.actor, targets, s.who.ARN)
	s.access.Patience, s.access.Again = s.waits.settle, s.waits.again
	s.access.Saying, s.access.Object = "acting", "the account's users, groups, roles and policies"
	s.access.Policy = policy.Compose(map[string]any{"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
	return nil
}

// Names in IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
var iamName = pattern.Of(`^[\w+=,.@-]{1,64}$`)

// iamPath is a name with the path before it, as the end of an ARN has them.
var iamPath = pattern.Of(`^([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$`)

var accountID = pattern.Of(`^[0-9]{12}$`)

// checkBootstrap refuses options that make no sense, before anything is asked.
func checkBootstrap(o *Options) error {
	if err := checkAgentRole(o); err != nil {
		return err
	}
	o.KeyName = cmp.Or(o.KeyName, o.User)
	o.SelfService = o.SelfService || o.SelfEnroll
	for _, n := range []struct{ flag, name string }{{"--user", o.User}, {"--group", o.Group}, {"--role", o.Role}, {"--policy", o.Policy}} {
		if o.TrustedAccount != "" && n.flag != "--role" {
			continue
		}
		if !iamName().MatchString(n.name) {
			return failure.New(failure.Usage, "%q cannot be a name in IAM: one to 64 letters, digits and _ + = , . @ - only", n.name).
				Hint("name another with %s", n.flag)
		}
	}
	switch {
	case o.TrustedAccount != "":
		if !accountID().MatchString(o.TrustedAccount) {
			return failure.New(failure.Usage, "%q is no account: those have twelve digits", o.TrustedAccount)
		}
		if o.User != "" && !iamPath().MatchString(o.User) {
			return failure.New(failure.Usage, "%q cannot be a user of account %s: the name, or PATH/NAME, of letters, digits and _ + = , . @ - only", o.User, o.TrustedAccount)
		}
		return nil
	case strings.EqualFold(o.User, "root"):
		return failure.New(failure.Usage, "a user called root would be taken for the root user").Hint("name the person: --user NAME")
	case !config.ValidProfileName(o.Profile):
		return failure.New(failure.Usage, "%q cannot be a profile name: letters, digits and _ . / %% @ - only", o.Profile)
	}
	if err := keystore.CheckName(o.KeyName); err != nil {
		return failure.OfKeystore(err, o.KeyName)
	}
	return nil
}
