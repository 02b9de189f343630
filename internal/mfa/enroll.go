package mfa

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

// EnrollOptions describe an MFA device that is to be made.
type EnrollOptions struct {
	Options
	Name    string // of the device; empty: the user's, with a number if that is taken
	QRFile  string // a file for the QR code besides; empty: none
	Replace string // the device whose place it takes, by name or serial number; empty: none
	Yes     bool   // nobody is asked but for codes
}

// Enrolled is what an enrolment came to.
type Enrolled struct {
	Serial   string
	Profiles []string // that name it now
	Replaced string   // serial number of a device that is gone
}

// Enroll gives a user one more MFA device, or one in the place of another.
func Enroll(ctx context.Context, b *broker.Broker, o EnrollOptions) (out Enrolled, err error) {
	w, err := open(ctx, b, o.Options, true)
	if err != nil {
		return out, err
	}
	defer w.actor.Close()
	defer func() { w.hintOtherKey(err) }()
	if address := w.actor.Target.ForeignAddresses(); address != "" {
		w.run.Report.Step(address)
	}
	if o.Replace != "" {
		return w.replace(ctx, o)
	}
	if out.Serial, err = w.enroll(ctx, o); err != nil {
		return out, err
	}
	if !w.isOwnUser() {
		return out, nil
	}
	err = w.offerProfiles(ctx, out.Serial)
	out.Profiles = w.profilesNaming(out.Serial)
	return out, err
}

// devicesPerUser is AWS's quota.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const devicesPerUser = 8

// enroll makes a device and enables it.
func (w *work) enroll(ctx context.Context, o EnrollOptions) (serial string, err error) {
	if len(w.devices) >= devicesPerUser {
		return "", failure.New(failure.Other, "%s already has %d MFA devices, and AWS allows no more", w.keys.Owner(), len(w.devices)).
			Hint("remove one with: awsbroker mfa remove NAME%s", w.forUser()).
			Hint("list them with: awsbroker mfa list%s", w.forUser())
	}
	e := NewDevice{User: w.keys.User, Name: cmp.Or(o.Name, w.chooseName()), Account: w.accountLabel(ctx), QRFile: o.QRFile, undo: w.withoutCode}
	if d, taken := w.find(e.Name); taken {
		f := nameTaken(w.keys.User, nameOfDevice(d.Serial))
		if w.isOwnUser() {
			f.Hint("to replace that device: awsbroker mfa enroll --replace %s", say.ShellWord(nameOfDevice(d.Serial)))
		}
		return "", f
	}
	if err := w.forgetSessions(arnOfDevice(w.actor.Target.Key.ARN, e.Name)); err != nil {
		return "", err
	}
	if serial, err = MakeDevice(ctx, w.run, w.keys.Do, w.actor.Asker, e); err != nil {
		return "", err
	}
	w.run.Report.Step(fmt.Sprintf("MFA device %s was enabled", serial))
	w.devices = append(w.devices, iam.MFADevice{Serial: serial, User: w.keys.User, Enabled: time.Now().UTC()}) // a list may not show it yet
	return serial, nil
}

// withoutCode makes a call like do, but fails where the call would take a code.
func (w *work) withoutCode(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	w.keys.Access.Silent = true
	defer func() { w.keys.Access.Silent = false }()
	return w.keys.Do(ctx, call)
}

// chooseName returns the user's name, with a number if there is such a device.
func (w *work) chooseName() string {
	name := w.keys.User
	for n := 2; ; n++ {
		if _, taken := w.find(name); !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", w.keys.User, n)
	}
}

// accountLabel is the alias of the account, if it has one and asking for it takes
// no code; else its number.
func (w *work) accountLabel(ctx context.Context) string {
	label := w.keys.Account
	_ = w.keys.Peek(ctx, func(ctx context.Context, c *iam.Client) error {
		aliases, err := c.Aliases(ctx)
		if len(aliases) > 0 {
			label = aliases[0]
		}
		return err
	})
	return label
}

// offerProfiles offers to name the device in the profiles of the key that name
// none, or one that is not there. A no is no failure.
func (w *work) offerProfiles(ctx context.Context, serial string) error {
	var edits []serialEdit
	for _, t := range w.keys.Targets {
		p := t.Profile
		_, there := w.find(p.MFASerial)
		account, _ := awsapi.SplitARN(p.MFASerial)
		elsewhere := strings.HasPrefix(p.MFASerial, "arn:") && account != w.keys.Account
		if p.Name == "" || p.Chained() || there || elsewhere {
			continue
		}
		edits = append(edits, w.editFor(p))
	}
	if len(edits) == 0 {
		return nil
	}
	err := w.writeSerial(ctx, edits, serial)
	if errors.Is(err, broker.ErrDeclined) {
		w.run.Report.Step("the profiles were not changed")
		return nil
	}
	return err
}

// codesOnly refuses a device that shows no codes.
func (w *work) codesOnly(d iam.MFADevice) error {
	if d.HasCodes() {
		return nil
	}
	return failure.New(failure.Usage, "%s is a passkey or security key: it works in the console, but shows no codes, and the API needs codes", nameOfDevice(d.Serial)).
		Hint("keep it, and add a device that shows codes: awsbroker mfa enroll%s", w.forUser())
}

// newestOf returns the device that was enabled last; false if there is none.
func newestOf(devices []iam.MFADevice) (iam.MFADevice, bool) {
	if len(devices) == 0 {
		return iam.MFADevice{}, false
	}
	return slices.MaxFunc(devices, func(a, b iam.MFADevice) int { return a.Enabled.Compare(b.Enabled) }), true
}
