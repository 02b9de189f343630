package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
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
		return "root key, delete within " + Words(left)
	}
	if expires.IsZero() {
		return "root key, delete now"
	}
	return "root key, delete now: its time ended " + Words(now.Sub(expires)) + " ago"
}

// refuseRoot refuses to make a session of a root key. What it says does not
// depend on AWS, which is not asked.
func refuseRoot(t *Target, now time.Time) error {
	if !t.Key.Root() {
		return nil
	}
	account, _ := awsapi.SplitARN(t.Key.ARN)
	name := prompt.Clean(t.Profile.KeyName)
	if t.Key.Over(now) {
		return rootOverFailure(name, t.Key, now)
	}
	f := failed(Other, "key %q is the root user's of account %s, and awsbroker gives no session of it to programs", name, prompt.Clean(account))
	if t.Profile.RoleARN != "" {
		f = failed(Other, "key %q is the root user's of account %s, and a root user can assume no role", name, prompt.Clean(account)).
			hint("use the key of an IAM user: awsbroker setup %s --key NAME", ShellWord(t.Profile.Name))
	}
	return f.hint("for one command with the root user's rights: awsbroker exec --allow-root -- COMMAND").
		hint("when nothing needs it any more: %s", deleteCommand(t.Key.AccessKeyID))
}

// rootOverFailure is for all uses of a root key past its date but one.
func rootOverFailure(name string, info keystore.KeyInfo, now time.Time) error {
	account, _ := awsapi.SplitARN(info.ARN)
	since := ""
	if !info.Expires.IsZero() {
		since = " since " + Words(now.Sub(info.Expires))
	}
	return failed(Other, "the time of root key %q (account %s) is over%s, and awsbroker only deletes it now", name, prompt.Clean(account), since).
		hint("%s", deleteCommand(info.AccessKeyID))
}
