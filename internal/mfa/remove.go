package mfa

import (
	"context"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Remove takes an MFA device, by its name or serial number, from its user
// and deletes it, after asking. Not the one that profiles use, and not the
// last one that the API can use: there would be no way back in.
func Remove(ctx context.Context, b *broker.Broker, name string, o Options) (serial string, err error) {
	w, err := open(ctx, b, o, true)
	if err != nil {
		return "", err
	}
	defer w.actor.Close()
	d, ok := w.find(name)
	if !ok {
		if d.Serial, err = w.findUnassigned(ctx, name); err != nil {
			return "", err
		}
		if d.Serial == "" {
			return "", w.notFound(name)
		}
	} else if err := w.mayRemove(d); err != nil {
		return "", err
	}
	if err := w.actor.Confirm(ctx, w.describeRemoval(d), "Remove it?"); err != nil {
		return "", err
	}
	return d.Serial, w.removeDevice(ctx, d)
}

// mayRemove refuses what would lock the user out.
func (w *work) mayRemove(d iam.MFADevice) error {
	if !d.HasCodes() {
		return nil
	}
	name := say.Clean(nameOfDevice(d.Serial))
	if profiles := w.profilesNaming(d.Serial); len(profiles) > 0 {
		users := "profile "
		if len(profiles) > 1 {
			users = "profiles "
		}
		return failure.New(failure.Other, "%s is the MFA device of %s", name, users+strings.Join(profiles, ", ")).
			Hint("to replace it, also in the profiles: awsbroker mfa enroll --replace %s", say.ShellWord(name))
	}
	if len(w.devicesWithCodes(d.Serial)) == 0 && !w.isOwnUser() {
		return failure.New(failure.Other, "%s is the last MFA device of %s that shows codes, and the API needs codes", name, w.keys.Owner()).
			Hint("add another one first: awsbroker mfa enroll%s", w.forUser())
	}
	if len(w.devicesWithCodes(d.Serial)) == 0 {
		return failure.New(failure.Other, "%s is the last MFA device of %s that shows codes, and the API needs codes", name, w.keys.Owner()).
			Hint("to replace it: awsbroker mfa enroll --replace %s", say.ShellWord(name))
	}
	return nil
}

// describeRemoval says what Remove will do, for the question.
func (w *work) describeRemoval(d iam.MFADevice) string {
	text := say.Sprintf("This will delete the MFA device %s, which belongs to no user.", d.Serial)
	if !d.Enabled.IsZero() {
		text = say.Sprintf("This will delete the MFA device %s of %s, enabled %s ago. Its codes will stop working.",
			d.Serial, w.keys.Owner(), say.Duration(max(w.run.TimeOfAWS().Sub(d.Enabled), 0)))
	}
	return strings.TrimRight(text+"\n"+w.actor.Target.ForeignAddresses(), "\n")
}

// deleteTries is how often a device that was just taken from its user is
// deleted: one of IAM's servers may still see it there.
const deleteTries = 10

// removeDevice takes a device from its user and deletes it. Each of both may
// have been done before.
func (w *work) removeDevice(ctx context.Context, d iam.MFADevice) error {
	ctx = context.WithoutCancel(ctx) // two calls, and nothing useful between them
	if !d.Enabled.IsZero() {
		err := w.keys.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.DeactivateMFADevice(ctx, w.keys.User, d.Serial)
		})
		if err != nil && !awsapi.Is(err, awsapi.NotThere) {
			return failure.OfIAM(err, failure.IAMCall{})
		}
	}
	if kindOf(d) != Virtual {
		return nil
	}
	_, err := wait.For(ctx, wait.Up{Tries: deleteTries, Every: time.Second}, func(ctx context.Context) (done bool, err error) {
		err = w.keys.Do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVirtualMFADevice(ctx, d.Serial) })
		return !awsapi.Is(err, awsapi.InUse), err
	})
	if awsapi.Is(err, awsapi.NotThere) {
		return nil
	}
	return failure.OfIAM(err, failure.IAMCall{})
}
