package target

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// A root key may do everything, and nothing in its account can limit it. AWS
// advises to have none
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html).
// Here it is kept for hours, signs for the few commands that make it
// superfluous, and then for nothing but its own deletion.

// RootLife is how long a root key is used after it was added, unless the person
// says otherwise.
const RootLife = 4 * time.Hour

// Countdown says what has to become of a root key, and by when.
func Countdown(expires, now time.Time) string {
	if left := expires.Sub(now); left > 0 {
		return "root key, delete within " + say.Duration(left)
	}
	if expires.IsZero() {
		return "root key, delete now"
	}
	return "root key, delete now: its time ended " + say.Duration(now.Sub(expires)) + " ago"
}

// RefuseRoot returns a failure if the target's key is known to be a root user's. AWS is
// not asked.
func (t *Target) RefuseRoot(now time.Time) error {
	if !t.Key.Root() {
		return nil
	}
	account, _ := awsapi.SplitARN(t.Key.ARN)
	name := t.Profile.KeyName
	if t.Key.Over(now) {
		return RootOverFailure(name, t.Key, now)
	}
	f := failure.New(failure.Other, "key %q is the root key of account %s, and awsbroker gives programs no session of a root key", name, account)
	if t.Profile.RoleARN != "" {
		f = failure.New(failure.Other, "key %q is the root key of account %s, and a root user cannot assume roles", name, account).
			Hint("use the key of an IAM user: awsbroker setup %s --key NAME", failure.SetupWord(t.Profile.Name))
	}
	return f.Hint("to run one command with the root user's rights: awsbroker exec --allow-root -- COMMAND").
		Hint("when you no longer need it: %s", say.DeleteKey(t.Key.AccessKeyID))
}

// RootOverFailure is the failure of every use of a root key past its date but its
// deletion.
func RootOverFailure(name string, info keystore.KeyInfo, now time.Time) error {
	account, _ := awsapi.SplitARN(info.ARN)
	ago := ""
	if !info.Expires.IsZero() {
		ago = " " + say.Duration(now.Sub(info.Expires)) + " ago"
	}
	return failure.New(failure.Other, "root key %q (account %s) expired%s, so awsbroker can only delete it", name, account, ago).
		Hint("%s", say.DeleteKey(info.AccessKeyID))
}
