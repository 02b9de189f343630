// Package mfa makes, replaces, lists, resynchronizes and removes the MFA devices of
// a user in AWS, and keeps the seeds of devices in the keychain (awsbroker mfa).
package mfa

import (
	"context"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keys"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// Options say whose MFA devices are meant, and who acts on them.
type Options struct {
	User    string // whose they are; empty: the owner of the key that acts
	Key     string // the key of the keychain that acts; empty: found
	Profile string // through which it acts; empty: found
}

// flags with which the same key and profile act again.
func (o Options) flags() (text string) {
	if o.Key != "" {
		text += " --key " + say.ShellWord(o.Key)
	}
	if o.Profile != "" {
		text += " --profile " + say.ShellWord(o.Profile)
	}
	return text
}

// Listing are the MFA devices of one user, as AWS has them.
type Listing struct {
	Account string
	User    string
	Devices []Device
}

// Owner says in words whose devices these are.
func (l Listing) Owner() string { return keys.OwnerName(l.User, l.Account) }

// Device is a device in AWS, with what this machine knows of it.
type Device struct {
	iam.MFADevice
	Name     string
	Kind     Kind
	Profiles []string // of the config file, that name it
}

// Kind is what a device is.
type Kind string

// The kinds. The API takes codes, which security keys and passkeys have none of.
const (
	Virtual     Kind = "virtual"
	Hardware    Kind = "hardware"
	SecurityKey Kind = "security-key"
)

func kindOf(d iam.MFADevice) Kind {
	switch {
	case !d.HasCodes():
		return SecurityKey
	case strings.HasPrefix(d.Serial, "arn:"):
		return Virtual
	}
	return Hardware
}

// List lists the MFA devices of a user.
func List(ctx context.Context, b *broker.Broker, o Options) (Listing, error) {
	w, err := open(ctx, b, o, false)
	if err != nil {
		return Listing{}, err
	}
	defer w.actor.Close()
	out := Listing{Account: w.keys.Account, User: w.keys.User}
	for _, d := range w.devices {
		out.Devices = append(out.Devices, Device{d, nameOfDevice(d.Serial), kindOf(d), w.profilesNaming(d.Serial)})
	}
	return out, nil
}

// work is work on the MFA devices of one user.
type work struct {
	run     *broker.Broker
	actor   *broker.Actor
	keys    *keys.Work
	devices []iam.MFADevice // in the order in which they were enabled
}

// open finds the key that acts, a way into IAM, and the user's devices. Where changes
// follow, AWS first says whose the key is: it has to be AWS who answers.
func open(ctx context.Context, b *broker.Broker, o Options, changes bool) (*work, error) {
	keys, err := keys.Open(ctx, b, keys.Options{User: o.User, Key: o.Key, Profile: o.Profile, Proves: changes}, nil, keys.None)
	if err != nil {
		return nil, err
	}
	w := &work{run: b, actor: keys.Actor, keys: keys}
	if w.keys.Access == nil {
		w.actor.Close()
		return nil, failure.New(failure.Other, "the MFA devices of the root user are managed in the AWS console only").
			Hint("sign in as root: https://console.aws.amazon.com/iam/home#/security_credentials").
			Hint("for an IAM user, add its key: --key NAME")
	}
	w.keys.Access.Object = "the MFA devices of " + w.keys.UserARN()
	w.keys.Access.Policy = mfaPolicy(w.keys.UserARN())
	if err := w.readDevices(ctx); err != nil {
		w.actor.Close()
		w.hintOtherKey(err)
		return nil, err
	}
	return w, nil
}

// hintOtherKey adds the command by which somebody with more rights can do what
// AWS refused.
func (w *work) hintOtherKey(err error) {
	if awsapi.Is(err, awsapi.Denied, awsapi.UnknownKey) {
		_ = failure.WithHint(err, "or use an administrator's key: --user %s --key NAME", say.ShellWord(w.keys.User))
	}
}

// readDevices asks AWS which devices the user has.
func (w *work) readDevices(ctx context.Context) error {
	err := w.keys.Do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		w.devices, err = c.MFADevices(ctx, w.keys.User)
		return err
	})
	if err != nil {
		return w.keys.Failure(err)
	}
	slices.SortStableFunc(w.devices, func(a, b iam.MFADevice) int { return a.Enabled.Compare(b.Enabled) })
	return nil
}

// isOwnUser reports whether the devices are of the acting key's own user.
func (w *work) isOwnUser() bool {
	return w.keys.User == (sts.Identity{ARN: w.actor.Target.Key.ARN}).UserName()
}

// forUser returns the flag with which a command of a hint is for the same user.
func (w *work) forUser() string {
	if w.isOwnUser() {
		return ""
	}
	return " --user " + say.ShellWord(w.keys.User)
}

// find returns a device of the user by its name or serial number.
func (w *work) find(name string) (iam.MFADevice, bool) {
	for _, d := range w.devices {
		called := nameOfDevice(d.Serial)
		if d.Serial == name || strings.EqualFold(called, name) {
			return d, true
		}
		// AWS adds letters to the name that a person gave a security key.
		if i := strings.LastIndex(called, "-"); !d.HasCodes() && i > 0 && strings.EqualFold(called[:i], name) {
			return d, true
		}
	}
	return iam.MFADevice{}, false
}

// notFound is the failure that names the devices there are.
func (w *work) notFound(name string) error {
	f := failure.New(failure.NotFound, "%s has no MFA device %q", w.keys.Owner(), name)
	if names := namesOfDevices(w.devices); len(names) > 0 {
		return f.Hint("there are: %s", strings.Join(names, ", "))
	}
	return f.Hint("there are none; add one with: awsbroker mfa enroll%s", w.forUser())
}

func namesOfDevices(devices []iam.MFADevice) (names []string) {
	for _, d := range devices {
		names = append(names, nameOfDevice(d.Serial))
	}
	return names
}

// devicesWithCodes returns the devices that the API can use, but for one.
func (w *work) devicesWithCodes(but string) []iam.MFADevice {
	return slices.DeleteFunc(slices.Clone(w.devices), func(d iam.MFADevice) bool { return !d.HasCodes() || d.Serial == but })
}

// profilesNaming returns the profiles that name a device, awsbroker's and others.
func (w *work) profilesNaming(serial string) (profiles []string) {
	for _, name := range w.keys.Files.Names() {
		if p, err := w.keys.Files.Resolve(name); err == nil && p.MFASerial == serial {
			profiles = append(profiles, name)
		}
	}
	return profiles
}

// arnOfDevice is the serial number of a virtual device with this name.
func arnOfDevice(userARN, name string) string {
	account, _ := awsapi.SplitARN(userARN)
	return "arn:" + awsapi.PartitionOf(userARN) + ":iam::" + account + ":mfa/" + name
}

// mfaPolicy allows a user what these commands do, and no more.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
func mfaPolicy(userARN string) string {
	return say.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListVirtualMFADevices","Resource":"*"},`+
		`{"Effect":"Allow","Action":["iam:CreateVirtualMFADevice","iam:DeleteVirtualMFADevice"],"Resource":%q},`+
		`{"Effect":"Allow","Action":["iam:ListMFADevices","iam:EnableMFADevice","iam:ResyncMFADevice","iam:DeactivateMFADevice"],"Resource":%q}]}`,
		arnOfDevice(userARN, "*"), userARN)
}
