package keychain

import (
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// The limits of what add's --expires may say.
const (
	minRootLife = time.Minute
	maxRootLife = 24 * time.Hour
)

// checkRootLife looks at what add's --expires says.
func checkRootLife(o AddOptions) error {
	switch {
	case o.Expires == 0:
		return nil
	case o.Expires < minRootLife || o.Expires > maxRootLife:
		return failure.New(failure.Usage, "--expires takes one minute to 24 hours for a root key, not %s", say.Duration(o.Expires))
	case o.Offline:
		return failure.New(failure.Usage, "--expires is for root keys, and only AWS can confirm a root key; leave out --offline")
	}
	return nil
}

// rootAdmitted returns what the record says of a root key that is added now, and
// warns of it.
func rootAdmitted(b *broker.Broker, arn string, life time.Duration, now time.Time) keystore.KeyInfo {
	if life == 0 {
		life = target.RootLife
	}
	info := keystore.KeyInfo{ARN: arn, Expires: now.Add(life)}
	account, _ := awsapi.SplitARN(arn)
	b.Warn("this is a key of the root user of account %s: it can do everything, and nothing can limit it", account)
	b.Report.Step(fmt.Sprintf("awsbroker uses it for %s, until %s, and only for: bootstrap, keys, exec --allow-root",
		say.Duration(life), info.Expires.Local().Format("15:04 MST")))
	return info
}
