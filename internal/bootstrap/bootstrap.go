// Package bootstrap sets an AWS account up (awsbroker bootstrap): one user who may
// do one thing, assume a role that wants MFA and whose sessions last an hour. It
// reads first, shows what it would do, asks, does it, and proves it; and it takes
// back what it made.
package bootstrap

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Options say what an account is to have, and who makes it so.
type Options struct {
	User    string // the person's, in IAM; of a trusted account, PATH/NAME, or empty for all its users
	Group   string // of administrators
	Role    string // what they may assume, with MFA
	Policy  string // what lets the group assume it
	Profile string // in ~/.aws/config
	KeyName string // of the user's key in the keychain; empty: as the user

	Key            string   // of the keychain, that does it; empty: the only root key there is, or a typed one
	FromEnv        bool     // a session of the environment does it
	FromProfile    string   // a session of this profile does it, as the AWS CLI has it
	TrustedAccount string   // only the role is made, for a user of that account, or for all
	Billing        bool     // the role may see and pay bills
	AgentRole      bool     // there is also a role for coding agents, which may only read
	ConsoleLogin   bool     // the user gets a password
	SelfService    bool     // the group may manage its own devices, passwords and keys, with MFA
	SelfEnroll     bool     // and a first MFA device without
	AcceptLockout  []string // members of the group who lose their rights, for they have no MFA device
	Reconcile      bool     // what is there and differs is changed
	KeepRootKey    bool
	DryRun         bool
	Yes            bool
	QRFile         string // a PNG of the QR code goes there
	Program        string // as [setup.Options] has it

	Show Progress
}

// Progress shows how a long piece of work goes, step by step. Text given to it
// is clean.
type Progress interface {
	Begin(step string)
	Waiting(what string) // it takes longer, and why
	Asking()             // a question comes now
	End(outcome string)  // of the step that began last
}

// Result is what an account has, or is to have.
type Result struct {
	Account   string
	Partition string
	By        string // ARN of who does it
	With      string // the session that does it, in words; empty for a key
	Address   string // where STS and IAM are asked, if that is not AWS's own address

	UserARN   string
	GroupARN  string
	RoleARN   string
	PolicyARN string
	MFASerial string

	AgentRoleARN string // of the role for coding agents; empty if it is not asked for
	KeyName      string
	KeyID        string // empty before it is made
	Profile      string
	SignIn       string // the account's page for the console

	Plan     []Planned
	Policies map[string]json.RawMessage // by name: what they say, or are to say
	Warnings []string
	Left     []string // what remains to be done, and how
	Changed  bool
}

// bootstrapWaits are how long it waits for what.
type bootstrapWaits struct {
	call   time.Duration // one request, with its repetitions
	settle time.Duration // until AWS shows or acts on what was changed
	again  time.Duration // from one look to the next
	list   time.Duration // until a list shows every key that was made
}

var bootstrapPatience = bootstrapWaits{call: 45 * time.Second, settle: 2 * time.Minute, again: time.Second, list: 30 * time.Second}

// bootstrap is one run of [Run] or [Undo].
type bootstrap struct {
	run    *broker.Broker
	actor  *broker.Actor // the key that does the work
	o      Options
	waits  bootstrapWaits
	record keystore.Record
	name   string         // of that key in the keychain; empty: it was typed, or is a session
	region string         // of the profile whose session it is
	who    sts.Identity   // whose it is
	access *access.Access // to IAM, for the key of a user
	direct *iam.Client    // to IAM, for the root user's, and for a session
	out    Result

	journal      *notes.Bootstrap
	plan         []*step
	adder        *keychain.Adder // the open keychain for the user's key
	always       []grant         // what makes the user an administrator without MFA
	others       []grant         // what else it may
	locked       []lockedOut     // members of the group who would lose their rights
	admin        *role           // that may do everything
	agent        *role           // that coding agents get; nil if it is not asked for
	members      []string        // ARNs of the group's members
	selfARN      string          // of the policy for self-service; empty if it is not asked for
	agentARN     string          // of the policy that lets the group assume the role for agents
	boundary     string          // of the role: what it does not allow, nobody may
	userBoundary string          // of the user, who may not be let to assume the role
	restores     bool            // undoing gives whoever signs the rights back that it needs

	// at is called before and after each change; an error takes the place of
	// the change's own. Tests stop the run there.
	at func(when, step string) error
}

// Run sets an account up: one user who may do one thing, assume a role
// that wants MFA and whose sessions last an hour. It reads first, shows what it
// would do, asks, does it, and proves it. Running it again goes on from what is
// there.
func Run(ctx context.Context, b *broker.Broker, o Options) (Result, error) {
	s := &bootstrap{o: o, waits: bootstrapPatience}
	return s.setUp(ctx, b)
}

func (s *bootstrap) setUp(ctx context.Context, b *broker.Broker) (out Result, err error) {
	if err := s.open(ctx, b); err != nil {
		return s.out, s.endAfterAll(ctx, err)
	}
	defer s.actor.Close()
	if err := s.refuseEnviron(); err != nil {
		return s.out, err
	}
	unlock, err := s.lock()
	if err != nil {
		return s.out, err
	}
	defer unlock()
	if err := s.makePlan(ctx); err != nil {
		return s.out, err
	}
	if s.o.DryRun {
		return s.out, nil
	}
	if err := s.agree(ctx); err != nil {
		return s.out, err
	}
	defer func() {
		if s.out.Changed {
			err = failure.WithHint(err, "things that were created stay; run the same command again to resume, or undo it with: awsbroker bootstrap --undo")
		}
	}()
	for _, st := range s.plan {
		if err := s.carryOut(ctx, st); err != nil {
			return s.out, err
		}
	}
	return s.out, s.finish(ctx)
}

// lock makes this process the only one that sets the account up.
func (s *bootstrap) lock() (unlock func(), err error) {
	if err := paths.MakeOwn(s.run.Paths.State); err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	lock := session.NewLock(s.run.Paths.State, "bootstrap:"+s.out.Account)
	if ok, err := lock.Try(); err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	} else if !ok {
		return nil, failure.New(failure.Other, "another awsbroker (process %d) is setting up account %s", lock.Holder(), s.out.Account).
			Hint("wait for it, then run this again")
	}
	if s.journal, err = readJournal(s.run, s.out.Account); err != nil {
		_ = lock.Unlock()
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil
}

// step runs do, which a test may let fail before or afterwards.
func (s *bootstrap) step(name string, do func() error) error {
	if s.at != nil {
		if err := s.at("before", name); err != nil {
			return err
		}
	}
	err := do()
	if s.at != nil {
		if wrong := s.at("after", name); wrong != nil {
			return wrong
		}
	}
	return err
}

// do makes a call to IAM: as the root user itself, or in whichever way the key
// of a user is allowed to. It is made again while AWS is busy.
func (s *bootstrap) do(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	return s.whileBusy(ctx, func(ctx context.Context) error { return s.callOnce(ctx, call) })
}

func (s *bootstrap) callOnce(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if s.access != nil {
		return s.access.Do(ctx, call)
	}
	ctx, cancel := context.WithTimeout(ctx, s.waits.call)
	defer cancel()
	return call(ctx, s.direct)
}

// up is the patience of bootstrap's waits. The progress shows what the wait is for;
// an empty what shows nothing.
func (s *bootstrap) up(to time.Duration, what string) wait.Up {
	up := wait.Up{To: to, Every: s.waits.again, Clock: s.run.Clock}
	if what != "" {
		up.Say = func() { s.o.Show.Waiting(what) }
	}
	return up
}

// whileBusy makes a call that may be made again while AWS is busy.
func (s *bootstrap) whileBusy(ctx context.Context, call func(context.Context) error) error {
	_, err := wait.For(ctx, s.up(s.waits.settle, ""), func(ctx context.Context) (done bool, err error) {
		err = call(ctx)
		return !awsapi.Is(err, awsapi.Throttled, awsapi.Busy), err
	})
	return err
}

// whileUnknown is do for a call that refers to something that was made a moment
// ago, what: IAM may not know it everywhere.
func (s *bootstrap) whileUnknown(ctx context.Context, what string, call func(context.Context, *iam.Client) error) error {
	_, err := wait.For(ctx, s.up(s.waits.settle, "until AWS knows "+what), func(ctx context.Context) (done bool, err error) {
		err = s.do(ctx, call)
		var e *awsapi.Error
		return !errors.As(err, &e) || e.Reason != awsapi.NotThere && e.Code != "MalformedPolicyDocument", err
	})
	return err
}

// whileMissing repeats a look for as long as AWS shows a thing and the next
// moment does not know it: of a change of just now, one server has heard and
// another has not.
func whileMissing[T any](ctx context.Context, s *bootstrap, look func(context.Context) (T, error)) (out T, err error) {
	_, err = wait.For(ctx, s.up(s.waits.settle, "until AWS shows it everywhere"), func(ctx context.Context) (done bool, err error) {
		out, err = look(ctx)
		return !awsapi.Is(err, awsapi.NotThere), err
	})
	return out, err
}

// get is [bootstrap.do] for a call that has an answer.
func get[T any](ctx context.Context, s *bootstrap, call func(context.Context, *iam.Client) (T, error)) (out T, err error) {
	err = s.do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		out, err = call(ctx, c)
		return err
	})
	return out, err
}
