package setup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/target"
)

// listLimit is how long AWS may take to list devices.
const listLimit = 20 * time.Second

// chooseDevice returns the MFA device of the key's user: the only one that has codes.
// Several are a [failure.Usage], since the person has to say which. Where the key may
// not list devices, as AWS's policy for users' own devices lets it, or the keychain
// needs a person and there is none, the target's device stays, which is a guess.
func chooseDevice(ctx context.Context, b *broker.Broker, t *target.Target) (serial string, err error) {
	a := b.NewActor(t, nil)
	defer a.Close()
	asking, cancel := context.WithTimeout(ctx, b.Limits.Question)
	defer cancel()
	if err := a.OpenKey(asking); errors.Is(err, prompt.ErrNoTerminal) {
		return t.Profile.MFASerial, nil
	} else if err != nil {
		return "", err
	}
	return chooseDeviceOf(ctx, b, t, a.AccessKey)
}

// chooseDeviceOf is [chooseDevice] with the key in hand.
func chooseDeviceOf(ctx context.Context, b *broker.Broker, t *target.Target, key credential.Credentials) (serial string, err error) {
	client, err := t.IAM(key)
	if err != nil {
		return "", err
	}
	listing, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	devices, err := client.MFADevices(listing, "")
	if err != nil {
		b.Debug("MFA devices: %v", err)
		return t.Profile.MFASerial, nil
	}
	devices = slices.DeleteFunc(devices, func(d iam.MFADevice) bool { return !d.HasCodes() })
	switch len(devices) {
	case 0:
		return "", failure.New(failure.Other, "the user of the key %q has no MFA device that shows codes", t.Profile.KeyName).
			Hint("add one with: awsbroker mfa enroll")
	case 1:
		return devices[0].Serial, nil
	}
	var serials []string
	for _, d := range devices {
		serials = append(serials, d.Serial)
	}
	return "", failure.New(failure.Usage, "the user has several MFA devices: %s", strings.Join(serials, ", ")).
		Hint("choose one with: --mfa-serial %s", serials[0])
}
