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
	w, err := open(ctx, b, o.Options)
	if err != nil {
		return out, err
	}
	defer w.actor.Close()
	defer func() { w.otherKey(err) }()
	if o.Replace != "" {
		return w.replace(ctx, o)
	}
	if out.Serial, err = w.enroll(ctx, o); err != nil {
		return out, err
	}
	if !w.own() {
		return out, nil
	}
	err = w.offer(ctx, out.Serial)
	out.Profiles = w.naming(out.Serial)
	return out, err
}

// devicesPerUser is AWS's quota.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const devicesPerUser = 8

// enroll makes a device and enables it.
func (w *work) enroll(ctx context.Context, o EnrollOptions) (serial string, err error) {
	if len(w.devices) >= devicesPerUser {
		return "", failure.New(failure.Other, "%s has %d MFA devices, as many as AWS allows", w.keys.Owner(), len(w.devices)).
			Hint("take one away with: awsbroker mfa remove NAME; they are listed by: awsbroker mfa list")
	}
	e := NewDevice{User: w.keys.User, Name: cmp.Or(o.Name, w.freeName()), Account: w.label(ctx), QRFile: o.QRFile, undo: w.silently}
	if d, taken := w.find(e.Name); taken {
		return "", nameTaken(nameOfDevice(d.Serial))
	}
	if err := w.forgetSessions(arnOfDevice(w.actor.Target.Key.ARN, e.Name)); err != nil {
		return "", err
	}
	if serial, err = MakeDevice(ctx, w.run, w.keys.Do, w.actor.Asker, e); err != nil {
		return "", err
	}
	w.run.Report.Step(fmt.Sprintf("MFA device %s is enabled", serial))
	w.devices = append(w.devices, iam.MFADevice{Serial: serial, User: w.keys.User, Enabled: time.Now().UTC()}) // a list may not show it yet
	return serial, nil
}

// silently makes a call as do does, unless that takes a code.
func (w *work) silently(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	w.keys.Access.Silent = true
	defer func() { w.keys.Access.Silent = false }()
	return w.keys.Do(ctx, call)
}

// freeName is the user's name, or that with a number.
func (w *work) freeName() string {
	name := w.keys.User
	for n := 2; ; n++ {
		if _, taken := w.find(name); !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", w.keys.User, n)
	}
}

// label is how people know the account: by its alias, if it has one. It is
// not worth a code.
func (w *work) label(ctx context.Context) string {
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

// offer to name the device in profiles of the key that name none, or one that
// is not there. A no is fine.
func (w *work) offer(ctx context.Context, serial string) error {
	var edits []serialEdit
	for _, t := range w.keys.Targets {
		p := t.Profile
		_, there := w.find(p.MFASerial)
		account, _ := awsapi.SplitARN(p.MFASerial)
		elsewhere := strings.HasPrefix(p.MFASerial, "arn:") && account != w.keys.Account
		if p.Name == "" || p.Chained() || there || elsewhere {
			continue
		}
		edits = append(edits, w.editOf(p))
	}
	if len(edits) == 0 {
		return nil
	}
	err := w.writeSerial(ctx, edits, serial)
	if errors.Is(err, broker.ErrDeclined) {
		w.run.Report.Step("the profiles stay as they are")
		return nil
	}
	return err
}

// codesOnly refuses a device that has none.
func codesOnly(d iam.MFADevice) error {
	if d.HasCodes() {
		return nil
	}
	return failure.New(failure.Usage, "%s is a passkey or security key: it signs in to the console and shows no codes, which the API needs", nameOfDevice(d.Serial)).
		Hint("it can stay; a device with codes goes beside it: awsbroker mfa enroll")
}

// newest of some devices.
func newest(devices []iam.MFADevice) (iam.MFADevice, bool) {
	if len(devices) == 0 {
		return iam.MFADevice{}, false
	}
	return slices.MaxFunc(devices, func(a, b iam.MFADevice) int { return a.Enabled.Compare(b.Enabled) }), true
}
