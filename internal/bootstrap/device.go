package bootstrap

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/mfa"
	"github.com/awsbroker/awsbroker/internal/notes"
)

// deviceStep is the MFA device of the user. One that shows codes is taken as
// it is, and proved later; passkeys and security keys are of no use here.
func (s *bootstrap) deviceStep() *step {
	user := iam.UserNamed(s.o.User).String()
	return &step{
		what: "MFA device of " + s.o.User, how: "shows a QR code, asks for two codes",
		thing: notes.Thing{Kind: notes.MFADevice, Name: s.o.User, On: user},
		look: func(ctx context.Context) (state, error) {
			d, ok, err := s.findDevice(ctx)
			s.out.MFASerial = cmp.Or(d.Serial, s.arn("mfa/"+s.o.User))
			if err != nil || !ok {
				return state{}, err
			}
			return state{is: there, id: d.Serial}, nil
		},
		make: func(ctx context.Context, t *notes.Thing) error {
			name := s.freeDeviceName(ctx)
			t.ID = s.arn("mfa/" + name)
			if err := s.note("intend MFA device", *t); err != nil {
				return err
			}
			serial, err := mfa.MakeDevice(ctx, s.run, s.do, s.actor.Asker, mfa.NewDevice{
				User: s.o.User, Name: name, Account: s.accountName(ctx), QRFile: s.o.QRFile,
			})
			s.out.MFASerial, t.ID = serial, serial
			return err
		},
	}
}

// freeDeviceName is the user's name, or phoebe-2 where somebody else has a device of that
// name, as the root user may who named one in the console. Where AWS lists no devices, the
// creation tells that a name is taken.
func (s *bootstrap) freeDeviceName(ctx context.Context) string {
	all, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.MFADevice, error) {
		return c.VirtualMFADevices(ctx, false)
	})
	if err != nil {
		s.run.Debug("devices: %v", err)
	}
	name := s.o.User
	for n := 2; slices.ContainsFunc(all, func(d iam.MFADevice) bool { return d.User != "" && strings.EqualFold(d.Serial, s.arn("mfa/"+name)) }); n++ {
		name = s.o.User + "-" + strconv.Itoa(n)
	}
	return name
}

// findDevice is the user's device: the one that the profile names, the one
// that is named as the user, or any that shows codes.
func (s *bootstrap) findDevice(ctx context.Context) (iam.MFADevice, bool, error) {
	all, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.MFADevice, error) { return c.MFADevices(ctx, s.o.User) })
	if awsapi.Is(err, awsapi.NotThere) {
		return iam.MFADevice{}, false, nil
	}
	all = slices.DeleteFunc(all, func(d iam.MFADevice) bool { return !d.HasCodes() })
	if err != nil || len(all) == 0 {
		return iam.MFADevice{}, false, err
	}
	named := ""
	if cfg, err := s.run.ReadConfig(); err == nil {
		if p, err := cfg.Resolve(s.o.Profile); err == nil {
			named = p.MFASerial
		}
	}
	for _, want := range []string{named, s.arn("mfa/" + s.o.User)} {
		for _, d := range all {
			if strings.EqualFold(d.Serial, want) {
				return d, true, nil
			}
		}
	}
	return all[0], true, nil
}

// accountName is what people know the account by.
func (s *bootstrap) accountName(ctx context.Context) string {
	aliases, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]string, error) { return c.Aliases(ctx) })
	if err != nil || len(aliases) == 0 {
		return s.out.Account
	}
	return aliases[0]
}
