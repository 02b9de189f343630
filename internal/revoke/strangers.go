package revoke

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// strangers are the access keys and MFA devices of the user beside the key that is
// replaced: who has a leaked key can make both.
type strangers struct {
	keys     []iam.Key
	devices  []iam.MFADevice
	unlisted error
}

// offerStrangers lists the user's other access keys and all MFA devices, and
// offers to remove those that nothing on this machine knows.
func (v *revocation) offerStrangers(ctx context.Context) error {
	v.listStrangers(ctx)
	if v.strangers.unlisted != nil {
		v.broker.Warn("not all keys and MFA devices of the user could be listed: %s", v.strangers.unlisted.Error())
	}
	if v.o.Yes { // what is active is not removed unasked
		return nil
	}
	if err := v.offerKeys(ctx); err != nil {
		return err
	}
	return v.offerDevices(ctx)
}

func (v *revocation) listStrangers(ctx context.Context) {
	user := v.user.UserName()
	err := v.rotation.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
		all, err := c.Keys(ctx, user)
		v.strangers.keys = slices.DeleteFunc(all, func(k iam.Key) bool {
			return k.ID == v.note.Old || k.ID == v.rotation.Actor.AccessKey.AccessKeyID
		})
		return err
	})
	// The permission may be missing, and is not worth another code.
	more := v.rotation.Access.Peek(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		v.strangers.devices, err = c.MFADevices(ctx, user)
		return err
	})
	v.strangers.unlisted = errors.Join(err, more)
}

func (v *revocation) offerKeys(ctx context.Context) error {
	record, err := keystore.ReadRecord(v.broker.Paths.KeystoreFile())
	if err != nil {
		return nil
	}
	for _, k := range slices.Clone(v.strangers.keys) {
		if len(record.NamesOf(k.ID)) > 0 {
			continue
		}
		state := "inactive"
		if k.Active {
			state = "ACTIVE"
		}
		text := say.Sprintf("The user has a second access key, which is not in your keychain:\n%s, %s, created %s ago", k.ID, state, v.age(k.Created))
		err := v.rotation.Actor.Confirm(ctx, text, "Delete this key for good?")
		if errors.Is(err, broker.ErrDeclined) {
			continue
		}
		if err == nil {
			err = v.rotation.DeleteKey(ctx, "delete stranger", k.ID)
		}
		if err != nil {
			return err
		}
		v.report.Step(k.ID + " is deleted")
		v.strangers.keys = slices.DeleteFunc(v.strangers.keys, func(o iam.Key) bool { return o.ID == k.ID })
	}
	return nil
}

func (v *revocation) offerDevices(ctx context.Context) error {
	known := v.knownDevices()
	for _, d := range slices.Clone(v.strangers.devices) {
		if slices.Contains(known, d.Serial) {
			continue
		}
		text := say.Sprintf("The user has an MFA device that no profile on this machine uses:\n%s, enabled %s ago", d.Serial, v.age(d.Enabled))
		err := v.rotation.Actor.Confirm(ctx, text, "Remove this MFA device?")
		if errors.Is(err, broker.ErrDeclined) {
			continue
		}
		if err == nil {
			err = v.removeDevice(ctx, d)
		}
		if err != nil {
			return err
		}
		v.report.Step("MFA device " + d.Serial + " was removed")
		v.strangers.devices = slices.DeleteFunc(v.strangers.devices, func(o iam.MFADevice) bool { return o.Serial == d.Serial })
	}
	return nil
}

// knownDevices are the serial numbers that profiles of the key name.
func (v *revocation) knownDevices() (serials []string) {
	cfg, err := v.broker.ReadConfig()
	if err != nil {
		return nil
	}
	for _, name := range cfg.Ours() {
		if p, err := cfg.Resolve(name); err == nil && p.MFASerial != "" {
			serials = append(serials, p.MFASerial)
		}
	}
	return serials
}

func (v *revocation) removeDevice(ctx context.Context, d iam.MFADevice) error {
	err := v.rotation.DoStep("remove device", func() error {
		return v.rotation.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			if err := c.DeactivateMFADevice(ctx, v.user.UserName(), d.Serial); err != nil && !awsapi.Is(err, awsapi.NotThere) {
				return err
			}
			if err := c.DeleteVirtualMFADevice(ctx, d.Serial); err != nil && !awsapi.Is(err, awsapi.NotThere) {
				v.broker.Debug("iam: %s was not deleted, but belongs to no user: %s", d.Serial, err.Error()) // as hardware does
			}
			return nil
		})
	})
	return v.rotation.IAMFailure(err)
}

func (v *revocation) age(made time.Time) string {
	return say.Duration(max(v.broker.TimeOfAWS().Sub(made), 0))
}
