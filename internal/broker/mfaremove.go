package broker

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// RemoveMFA takes an MFA device, by its name or serial number, from its user
// and deletes it, after asking. Not the one that profiles use, and not the
// last one that the API can use: there would be no way back in.
func (b *Broker) RemoveMFA(ctx context.Context, name string, o MFAOptions) (serial string, err error) {
	w, err := b.mfaWork(ctx, o)
	if err != nil {
		return "", err
	}
	defer w.close()
	d, ok := w.find(name)
	if !ok {
		if d.Serial, err = w.unassigned(ctx, name); err != nil {
			return "", err
		}
		if d.Serial == "" {
			return "", w.notFound(name)
		}
	} else if err := w.mayRemove(d); err != nil {
		return "", err
	}
	if err := w.confirm(ctx, w.removal(d), "remove it?"); err != nil {
		return "", err
	}
	return d.Serial, w.removeDevice(ctx, d)
}

// mayRemove refuses what would lock the user out.
func (w *mfaWork) mayRemove(d iam.MFADevice) error {
	if !d.HasCodes() {
		return nil
	}
	name := prompt.Clean(nameOfDevice(d.Serial))
	if profiles := w.naming(d.Serial); len(profiles) > 0 {
		return failed(Other, "%s is the MFA device of profile %s", name, prompt.Clean(strings.Join(profiles, ", "))).
			hint("to put another device in its place, profiles and all: awsbroker mfa enroll --replace %s", ShellWord(name))
	}
	if len(w.withCodes(d.Serial)) == 0 {
		return failed(Other, "%s is the last MFA device of %s with codes, which the API needs", name, w.owner()).
			hint("to put another device in its place: awsbroker mfa enroll --replace %s", ShellWord(name))
	}
	return nil
}

// removal says what will be done.
func (w *mfaWork) removal(d iam.MFADevice) string {
	if d.Enabled.IsZero() {
		return fmt.Sprintf("MFA device %s, which nobody has: it is deleted", prompt.Clean(d.Serial))
	}
	return fmt.Sprintf("MFA device %s of %s, enabled %s ago: its codes are not accepted any more",
		prompt.Clean(d.Serial), w.owner(), Words(max(time.Since(d.Enabled), 0)))
}

// deleteTries is how often a device that was just taken from its user is
// deleted: one of IAM's servers may still see it there.
const deleteTries = 10

// removeDevice takes a device from its user and deletes it. Each of both may
// have been done before.
func (w *mfaWork) removeDevice(ctx context.Context, d iam.MFADevice) error {
	ctx = context.WithoutCancel(ctx) // two calls, and nothing useful between them
	if !d.Enabled.IsZero() {
		err := w.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeactivateMFADevice(ctx, w.user, d.Serial) })
		if err != nil && !awsapi.Is(err, awsapi.NotThere) {
			return iamFailure(err)
		}
	}
	if kindOf(d) != VirtualMFA {
		return nil
	}
	for try := 1; ; try++ {
		err := w.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVirtualMFADevice(ctx, d.Serial) })
		if err == nil || awsapi.Is(err, awsapi.NotThere) {
			return nil
		}
		if !awsapi.Is(err, awsapi.InUse) || try == deleteTries {
			return iamFailure(err)
		}
		session.Pause(ctx, time.Second)
	}
}
