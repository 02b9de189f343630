package broker

import (
	"cmp"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

// A root key may do everything, and nothing in its account can limit it. AWS
// advises to have none
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html).
// Here it is kept for hours, signs for the few commands that make it
// superfluous, and then for nothing but its own deletion.

// How long a root key is used after it was added.
const (
	RootLife    = 4 * time.Hour // unless the person says otherwise
	minRootLife = time.Minute
	maxRootLife = 24 * time.Hour
)

// checkRootLife looks at what add's --expires says.
func checkRootLife(o AddOptions) error {
	switch {
	case o.Expires == 0:
		return nil
	case o.Expires < minRootLife || o.Expires > maxRootLife:
		return failed(Usage, "a root key can be kept for one minute to 24 hours, not for %s", Words(o.Expires))
	case o.Offline:
		return failed(Usage, "--expires is for root keys, and only AWS can say that it is one: leave out --offline")
	}
	return nil
}

// rootAdmitted is what the record says of a root key that is added now.
func (b *Broker) rootAdmitted(arn string, life time.Duration, now time.Time) keystore.KeyInfo {
	if life == 0 {
		life = RootLife
	}
	info := keystore.KeyInfo{ARN: arn, Expires: now.Add(life)}
	account, _ := awsapi.SplitARN(arn)
	b.warn("this is a key of the root user of account %s: it may do everything, and nothing can limit it", prompt.Clean(account))
	b.Report.Step(fmt.Sprintf("it is used for %s, until %s, and only by: bootstrap, keys, exec --allow-root",
		Words(life), info.Expires.Local().Format("15:04 MST")))
	return info
}

// rootOver reports whether a root key's time is over.
func rootOver(info keystore.KeyInfo, now time.Time) bool {
	return info.Root() && !now.Before(info.Expires)
}

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
	if rootOver(t.Key, now) {
		return rootOverFailure(name, t.Key, now)
	}
	f := failed(Other, "key %q is the root user's of account %s, and awsbroker gives no session of it to programs", name, prompt.Clean(account))
	if t.Profile.RoleARN != "" {
		f = failed(Other, "key %q is the root user's of account %s, and a root user can assume no role", name, prompt.Clean(account)).
			hint("use the key of an IAM user: awsbroker setup %s --key NAME", shellWord(t.Profile.Name))
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

// deleteCommand deletes a key.
func deleteCommand(id string) string { return "awsbroker keys delete " + shellWord(cmp.Or(id, "ID")) }

// keyTarget is a key by itself as something to sign with, outside of any
// profile. AWS is asked in the key's own partition, where alone a refusal of
// the key means that it is gone.
func (b *Broker) keyTarget(name string, info keystore.KeyInfo) (*Target, error) {
	partition := awsapi.PartitionOf(info.ARN)
	t := &Target{Profile: &config.Profile{Name: name, KeyName: name, Partition: partition}, Key: info}
	var err error
	if t.Endpoint, err = b.endpoint(t.Profile); err != nil {
		return nil, err
	}
	if config.PartitionOfRegion(t.Endpoint.Region) != partition {
		t.Endpoint.Region = config.DefaultRegion(partition)
	}
	return t, nil
}
