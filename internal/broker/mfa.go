package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// MFAOptions say whose MFA devices are meant, and who acts on them.
type MFAOptions struct {
	User    string // whose they are; empty: the owner of the key that acts
	Key     string // the key of the keychain that acts; empty: found
	Profile string // through which it acts; empty: found
}

// flags with which the same key and profile act again.
func (o MFAOptions) flags() (text string) {
	if o.Key != "" {
		text += " --key " + ShellWord(o.Key)
	}
	if o.Profile != "" {
		text += " --profile " + ShellWord(o.Profile)
	}
	return text
}

// MFADevices are the MFA devices of one user, as AWS has them.
type MFADevices struct {
	Account string
	User    string
	Devices []MFADevice
}

// Owner says in words whose devices these are.
func (l MFADevices) Owner() string { return ownerName(l.User, l.Account) }

// MFADevice is a device in AWS, with what this machine knows of it.
type MFADevice struct {
	iam.MFADevice
	Name     string
	Kind     MFAKind
	Profiles []string // of the config file, that name it
}

// MFAKind is what a device is.
type MFAKind string

// The kinds. The API takes codes, which security keys and passkeys have none of.
const (
	VirtualMFA  MFAKind = "virtual"
	HardwareMFA MFAKind = "hardware"
	SecurityKey MFAKind = "security-key"
)

func kindOf(d iam.MFADevice) MFAKind {
	switch {
	case !d.HasCodes():
		return SecurityKey
	case strings.HasPrefix(d.Serial, "arn:"):
		return VirtualMFA
	}
	return HardwareMFA
}

// ListMFA lists the MFA devices of a user.
func (b *Broker) ListMFA(ctx context.Context, o MFAOptions) (MFADevices, error) {
	w, err := b.mfaWork(ctx, o)
	if err != nil {
		return MFADevices{}, err
	}
	defer w.close()
	out := MFADevices{Account: w.account, User: w.user}
	for _, d := range w.devices {
		out.Devices = append(out.Devices, MFADevice{d, nameOfDevice(d.Serial), kindOf(d), w.naming(d.Serial)})
	}
	return out, nil
}

// mfaWork is work on the MFA devices of one user.
type mfaWork struct {
	*keyWork
	devices []iam.MFADevice // in the order in which they were enabled
}

// mfaWork finds the key that acts, a way into IAM, and the user's devices.
func (b *Broker) mfaWork(ctx context.Context, o MFAOptions) (*mfaWork, error) {
	keys, err := b.keyWork(ctx, KeysOptions{User: o.User, Key: o.Key, Profile: o.Profile}, nil, listing)
	if err != nil {
		return nil, err
	}
	w := &mfaWork{keyWork: keys}
	if w.access == nil {
		w.close()
		return nil, failed(Other, "the MFA devices of the root user are managed in the AWS console only").
			hint("sign in as root: https://console.aws.amazon.com/iam/home#/security_credentials").
			hint("for an IAM user name its key: --key NAME")
	}
	w.access.object = "the MFA devices of " + prompt.Clean(w.userARN())
	w.access.policy = mfaPolicy(w.userARN())
	if err := w.look(ctx); err != nil {
		w.close()
		w.otherKey(err)
		return nil, err
	}
	return w, nil
}

// otherKey says how somebody who may can do what AWS refused.
func (w *mfaWork) otherKey(err error) {
	var f *Failure
	if errors.As(err, &f) && awsapi.Is(err, awsapi.Denied, awsapi.UnknownKey) {
		f.hint("or act with a key that may do it, an administrator's: --user %s --key NAME", ShellWord(w.user))
	}
}

// look which devices the user has.
func (w *mfaWork) look(ctx context.Context) error {
	err := w.do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		w.devices, err = c.MFADevices(ctx, w.user)
		return err
	})
	if err != nil {
		return w.failure(err)
	}
	slices.SortStableFunc(w.devices, func(a, b iam.MFADevice) int { return a.Enabled.Compare(b.Enabled) })
	return nil
}

// failure says what IAM objected to.
func (w *mfaWork) failure(err error) error {
	if awsapi.Is(err, awsapi.NotThere) {
		return failed(NotFound, "there is no %s", w.owner()).hint("name another user with --user")
	}
	return iamFailure(err)
}

// own reports whether it is the acting key's own user.
func (w *mfaWork) own() bool { return w.user == (sts.Identity{ARN: w.Key.ARN}).UserName() }

// find a device of the user by its name or serial number.
func (w *mfaWork) find(name string) (iam.MFADevice, bool) {
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

// notFound lists what there is instead.
func (w *mfaWork) notFound(name string) error {
	f := failed(NotFound, "%s has no MFA device %q", w.owner(), prompt.Clean(name))
	if names := namesOfDevices(w.devices); len(names) > 0 {
		return f.hint("there are: %s", strings.Join(names, ", "))
	}
	return f.hint("there are none; make one with: awsbroker mfa enroll")
}

func namesOfDevices(devices []iam.MFADevice) (names []string) {
	for _, d := range devices {
		names = append(names, prompt.Clean(nameOfDevice(d.Serial)))
	}
	return names
}

// withCodes are the devices that the API can use, less one.
func (w *mfaWork) withCodes(but string) []iam.MFADevice {
	return slices.DeleteFunc(slices.Clone(w.devices), func(d iam.MFADevice) bool { return !d.HasCodes() || d.Serial == but })
}

// naming are the profiles that name a device, whoever serves them.
func (w *mfaWork) naming(serial string) (profiles []string) {
	for _, name := range w.cfg.Names() {
		if p, err := w.cfg.Resolve(name); err == nil && p.MFASerial == serial {
			profiles = append(profiles, name)
		}
	}
	return profiles
}

// arnOfDevice is what a virtual device of a name has for a serial number.
func arnOfDevice(userARN, name string) string {
	account, _ := awsapi.SplitARN(userARN)
	return "arn:" + awsapi.PartitionOf(userARN) + ":iam::" + account + ":mfa/" + name
}

// mfaPolicy allows a user what these commands do, and no more.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
func mfaPolicy(userARN string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListVirtualMFADevices","Resource":"*"},`+
		`{"Effect":"Allow","Action":["iam:CreateVirtualMFADevice","iam:DeleteVirtualMFADevice"],"Resource":%q},`+
		`{"Effect":"Allow","Action":["iam:ListMFADevices","iam:EnableMFADevice","iam:ResyncMFADevice","iam:DeactivateMFADevice"],"Resource":%q}]}`,
		prompt.Clean(arnOfDevice(userARN, "*")), prompt.Clean(userARN))
}
