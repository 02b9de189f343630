package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

var (
	rootKeys = findingKind("root-keys", Serious,
		"a key of the root user may do everything in the account, and nothing can limit it or make it ask for MFA")
	rootWithoutMFA = findingKind("root-without-mfa", Serious,
		"anyone who learns the root user's password, or can read its mail, owns the account")
)

// account is an examination of an AWS account. Several users are looked at at
// once; what is found is put down under mu.
type account struct {
	doctor    *doctor
	id        string
	partition string
	profile   string
	key       string // of the keychain, that the profile's sessions come from
	user      string // whose that is
	iam       *iam.Client

	open []iam.Role // that administrators have, and that trust the whole account

	mu        sync.Mutex
	documents map[string]*policies // of AWS and of the account, by ARN
	failed    []*accountGap
	assumers  map[string][]string // who may assume which of the open roles without being named, in words
}

// accountGap is a question to IAM that was not answered, for one or more of
// those that it was asked about.
type accountGap struct {
	what  string
	about []string
	err   error
}

// lookAtAccount gets a session of the profile, and looks at its account.
func (d *doctor) lookAtAccount(ctx context.Context) {
	a, err := d.openAccount(ctx)
	if err != nil {
		d.unchecked("account", err)
		return
	}
	d.broker.Report.Step(fmt.Sprintf("looking at account %s through profile %s", a.id, a.profile))
	a.lookAtRoot(ctx)
	a.lookAtRoles(ctx)
	a.lookAtGroups(ctx)
	users := a.lookAtUsers(ctx)
	a.lookAtServicePasswords(ctx)
	a.tellAssumers()
	for _, gap := range a.failed {
		what := gap.what
		if len(gap.about) > 0 {
			slices.Sort(gap.about)
			what += " of " + fewOf(gap.about)
		}
		d.unchecked(what, gap.err)
	}
	d.diagnosis.Checked = append(d.diagnosis.Checked, fmt.Sprintf("account %s with %s", a.id, say.Count(users, "user", "users")))
}

func (d *doctor) openAccount(ctx context.Context) (*account, error) {
	name, _, err := d.broker.ChooseProfile(d.options.Profile)
	if err != nil {
		return nil, err
	}
	t, err := d.broker.Target(name)
	if err != nil {
		return nil, err
	}
	s, err := d.broker.Session(ctx, name, broker.Want{})
	if err != nil {
		return nil, err
	}
	a := &account{doctor: d, profile: name, partition: t.Profile.Partition, documents: map[string]*policies{},
		key: t.Profile.KeyName, user: awsapi.NameOf(t.Key.ARN)}
	if a.id, _ = awsapi.SplitARN(cmp.Or(t.Profile.RoleARN, t.Key.ARN)); a.id == "" {
		a.id = "of profile " + name
	}
	a.iam, err = t.IAM(s.Credentials)
	return a, err
}

// bootstrapCommand shows what would mend the account, as the person whose key
// the profile's sessions come from; more says of whom or what.
func (a *account) bootstrapCommand(user string, more ...string) string {
	command := "awsbroker bootstrap --dry-run"
	if _, ok := a.doctor.record.Keys[a.key]; ok {
		command += " --key " + say.ShellWord(a.key)
	}
	profile := a.profile
	if user != a.user {
		profile = user // of another person: theirs
	}
	if user != "" {
		command += " --user " + say.ShellWord(user)
	}
	return strings.Join(append([]string{command, "--profile " + say.ShellWord(profile)}, more...), " ")
}

// gap notes that a question was not answered.
func (a *account) gap(what, about string, err error) {
	var e *awsapi.Error
	if errors.As(err, &e) && e.Reason == awsapi.NotThere {
		return // it went while it was being looked at
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.failed, func(g *accountGap) bool { return g.what == what })
	if i < 0 {
		i = len(a.failed)
		a.failed = append(a.failed, &accountGap{what: what, err: err})
	}
	if about != "" {
		a.failed[i].about = append(a.failed[i].about, about)
	}
}

func (a *account) found(k *FindingKind, f Finding) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.doctor.found(k, f)
}

func (a *account) lookAtRoot(ctx context.Context) {
	s, err := a.iam.Summary(ctx)
	if err != nil {
		a.gap("root user", "", err)
		return
	}
	if s.RootKeys {
		f := Finding{
			Title:  "the root user of account " + a.id + " has access keys",
			Advice: "delete them in the console as the root user, or add one to the keychain and have it delete itself: awsbroker keys delete ID",
			Mend:   "awsbroker add root",
		}
		for _, info := range a.doctor.record.Keys {
			if account, _ := awsapi.SplitARN(info.ARN); info.Root() && account == a.id {
				f.Advice, f.Mend = "", say.DeleteKey(info.AccessKeyID)
			}
		}
		a.found(rootKeys, f)
	}
	// GovCloud's root user has no console.
	if !s.RootMFA && !s.RootShut && a.partition != "aws-us-gov" {
		a.found(rootWithoutMFA, Finding{
			Title:  "the root user of account " + a.id + " has no MFA device",
			Advice: "sign in to the console as the root user and assign one under Security credentials; there is no other way",
		})
	}
}

// lookAtMost is how many users are looked at at once: IAM throttles more.
const lookAtMost = 5

// lookAtUsers looks at each, several at once, and says how far it is where
// that takes a while. It returns how many there are.
func (a *account) lookAtUsers(ctx context.Context) int {
	users, err := a.iam.Users(ctx)
	if err != nil {
		a.gap("users", "", err)
		return 0
	}
	found := make([][]finding, len(users)) // in the order of the users, whoever is done first
	work := make(chan int)
	done := make(chan struct{}, len(users))
	var wg sync.WaitGroup
	for range min(lookAtMost, len(users)) {
		wg.Go(func() {
			for i := range work {
				found[i] = a.lookAtUser(ctx, users[i])
				done <- struct{}{}
			}
		})
	}
	go a.tellProgress(done, len(users))
	for i := range users {
		if ctx.Err() != nil {
			a.gap("users", "", ctx.Err())
			break
		}
		work <- i
	}
	close(work)
	wg.Wait()
	close(done)
	for _, fs := range found {
		for _, f := range fs {
			a.found(f.kind, f.Finding)
		}
	}
	return len(users)
}

// finding is one that was not put down yet.
type finding struct {
	kind *FindingKind
	Finding
}

// tellProgress says how many of all users were looked at, every few seconds.
func (a *account) tellProgress(done <-chan struct{}, all int) {
	const every = 3 * time.Second
	next := time.Now().Add(every)
	n := 0
	for range done {
		if n++; n < all && time.Now().After(next) {
			next = time.Now().Add(every)
			a.doctor.broker.Report.Step(fmt.Sprintf("looked at %d of %d users", n, all))
		}
	}
}

// roleOf names the role of a profile, if it is in this account.
func (a *account) roleOf(t *target.Target) (name string, ok bool) {
	account, role := awsapi.SplitARN(t.Profile.RoleARN)
	return role[strings.LastIndex(role, "/")+1:], role != "" && account == a.id
}
