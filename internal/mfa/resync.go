package mfa

import (
	"context"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Resync tells AWS, with two codes of an MFA device, how far its clock is
// off. An empty name is the only device that shows codes.
func Resync(ctx context.Context, b *broker.Broker, name string, o Options) (serial string, err error) {
	w, err := open(ctx, b, o, true)
	if err != nil {
		if awsapi.Is(err, awsapi.WrongCode) {
			err = failure.WithHint(err, "if AWS accepts no code, correct the device's clock, or have an administrator run: aws iam resync-mfa-device")
		}
		return "", err
	}
	defer w.actor.Close()
	d, err := w.findResynced(name)
	if err != nil {
		return "", err
	}
	ask, err := w.actor.Asker.Open(ctx)
	if err != nil {
		return "", codesFailure(err, nameOfDevice(d.Serial))
	}
	ask.Print(say.Sprintf("type two consecutive codes of the MFA device %s\n", d.Serial))
	if address := w.actor.Target.ForeignAddresses(); address != "" {
		ask.Print(address + "\n")
	}
	p := &codePair{broker: w.run, ask: ask, cache: w.actor.Cache, serial: d.Serial}
	return d.Serial, p.useTwo(ctx, func(ctx context.Context, two [2]code) error {
		return sendOnce(ctx, w.keys.Do, func(ctx context.Context, c *iam.Client) error {
			return c.ResyncMFADevice(ctx, w.keys.User, d.Serial, two[0], two[1])
		})
	})
}

// findResynced returns the device that the person means.
func (w *work) findResynced(name string) (iam.MFADevice, error) {
	if name != "" {
		d, ok := w.find(name)
		if !ok {
			return d, w.notFound(name)
		}
		return d, w.codesOnly(d)
	}
	switch all := w.devicesWithCodes(""); len(all) {
	case 0:
		return iam.MFADevice{}, failure.New(failure.NotFound, "%s has no MFA device that shows codes", w.keys.Owner()).Hint("add one with: awsbroker mfa enroll%s", w.forUser())
	case 1:
		return all[0], nil
	default:
		return iam.MFADevice{}, failure.New(failure.Usage, "which device? there are %s", strings.Join(namesOfDevices(all), ", ")).
			Hint("choose one: awsbroker mfa resync NAME%s", w.forUser())
	}
}
