package broker

import (
	"context"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// IAM enables an MFA device. STS, which takes the codes, hears of the device seconds
// later, and until then says that it cannot validate codes. STS may not know a new key
// either.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
const (
	newDeviceWait  = 2 * time.Minute // how long that may take
	newDeviceAgain = time.Second     // how often STS is asked
)

// retryWhileUnknown wraps use for an MFA device that was just enabled. While AWS
// answers that it does not know the device, the code has not been consumed, and the
// same code is sent again, for up to two minutes. A code that grows too old meanwhile
// is refused, and the person is asked for another one.
func (r *request) retryWhileUnknown(ctx context.Context, use func(credential.Secret) (credential.Credentials, error)) func(credential.Secret) (credential.Credentials, error) {
	if !r.actor.NewDevice {
		return use
	}
	var end time.Time // for all codes together, from the first
	return func(code credential.Secret) (credential.Credentials, error) {
		stop := func() {}
		defer func() { stop() }()
		for {
			creds, err := use(code)
			if awsapi.Is(err, awsapi.WrongCode) && !end.IsZero() {
				stop()
				r.run.Report.Step("AWS now knows the new device, but the code is too old")
			}
			if !awsapi.Is(err, awsapi.WrongDevice, awsapi.UnknownKey) {
				return creds, err
			}
			if end.IsZero() {
				end = time.Now().Add(newDeviceWait)
				stop = r.run.Report.Waiting("until AWS knows the new device; its code is still valid", newDeviceWait)
			}
			if time.Now().After(end) {
				return creds, err
			}
			if wait.Pause(ctx, newDeviceAgain) {
				continue
			}
			if errors.Is(ctx.Err(), context.Canceled) {
				return creds, ctx.Err()
			}
			time.Sleep(newDeviceAgain) // the time for an answer is over, and that of the code is not
		}
	}
}
