package iam

import (
	"context"
	"encoding/base32"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// MFADevice is an MFA device, as far as IAM lists it.
type MFADevice struct {
	Serial  string    // an ARN, or the serial number of a piece of hardware
	User    string    // whose it is; empty for none
	Enabled time.Time // UTC; zero for a virtual device that nobody has
}

// HasCodes reports whether a device shows the six-digit codes that the API
// takes. Passkeys and security keys sign in to the console only; their ARNs
// say u2f where those of virtual devices say mfa.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
func (d MFADevice) HasCodes() bool {
	if !strings.HasPrefix(d.Serial, "arn:") {
		return true // a hardware token
	}
	parts := strings.SplitN(d.Serial, ":", 6)
	return len(parts) == 6 && strings.HasPrefix(parts[5], "mfa/")
}

// MFADevices lists the devices of a user, whatever their kind.
func (c *Client) MFADevices(ctx context.Context, user string) ([]MFADevice, error) {
	return list(ctx, awsiam.NewListMFADevicesPaginator(c.api, &awsiam.ListMFADevicesInput{UserName: name(user)}),
		func(out *awsiam.ListMFADevicesOutput) []types.MFADevice { return out.MFADevices },
		func(d *types.MFADevice) MFADevice {
			return MFADevice{Serial: aws.ToString(d.SerialNumber), User: aws.ToString(d.UserName), Enabled: aws.ToTime(d.EnableDate).UTC()}
		})
}

// VirtualMFADevices lists the account's virtual devices: root's, and those
// that nobody has, among them. Only those that nobody has, if unassigned.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
func (c *Client) VirtualMFADevices(ctx context.Context, unassigned bool) ([]MFADevice, error) {
	status := types.AssignmentStatusTypeAny
	if unassigned {
		status = types.AssignmentStatusTypeUnassigned
	}
	return list(ctx, awsiam.NewListVirtualMFADevicesPaginator(c.api, &awsiam.ListVirtualMFADevicesInput{AssignmentStatus: status}),
		func(out *awsiam.ListVirtualMFADevicesOutput) []types.VirtualMFADevice { return out.VirtualMFADevices },
		func(v *types.VirtualMFADevice) MFADevice {
			d := MFADevice{Serial: aws.ToString(v.SerialNumber), Enabled: aws.ToTime(v.EnableDate).UTC()}
			if v.User != nil {
				d.User = userName(*v.User)
			}
			return d
		})
}

// userName of a device's owner. Root has an ARN and no name.
func userName(u types.User) string {
	if arn := aws.ToString(u.Arn); aws.ToString(u.UserName) == "" && strings.HasSuffix(arn, ":root") {
		return "root"
	}
	return aws.ToString(u.UserName)
}

// NewDevice is a virtual device that nobody has yet.
type NewDevice struct {
	Serial string            // its ARN
	Seed   credential.Secret // base32; AWS shows it this once
}

// CreateVirtualMFADevice is sent once: where the answer was lost, the seed is
// lost, and the device, if VirtualMFADevices lists it, is good for nothing.
// Reason Exists: there is a device of that name, assigned or not.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
func (c *Client) CreateVirtualMFADevice(ctx context.Context, name string) (NewDevice, error) {
	out, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreateVirtualMFADeviceOutput, error) {
		return c.api.CreateVirtualMFADevice(ctx, &awsiam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String(name)})
	})
	if err != nil {
		return NewDevice{}, err
	}
	d := out.VirtualMFADevice
	if d == nil || !credential.IsGraphic(aws.ToString(d.SerialNumber)) {
		return NewDevice{}, incomplete("MFA device")
	}
	// The blob, out of its base64, is the base32 text; not the seed's bytes.
	seed := string(d.Base32StringSeed)
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(seed, "=")); err != nil || len(raw) == 0 || !credential.IsGraphic(seed) { // the decoder skips line breaks
		return NewDevice{}, incomplete("seed in base32")
	}
	return NewDevice{Serial: *d.SerialNumber, Seed: credential.NewSecret(seed)}, nil
}

// EnableMFADevice gives a device to a user, on two consecutive codes. They go
// out once. Reason WrongCode: they are not this device's, or not consecutive.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
func (c *Client) EnableMFADevice(ctx context.Context, user, serial string, first, second credential.Secret) error {
	_, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.EnableMFADeviceOutput, error) {
		return c.api.EnableMFADevice(ctx, &awsiam.EnableMFADeviceInput{UserName: aws.String(user), SerialNumber: aws.String(serial),
			AuthenticationCode1: aws.String(first.Reveal()), AuthenticationCode2: aws.String(second.Reveal())})
	})
	return err
}

// ResyncMFADevice tells AWS how late a device's clock is, by two consecutive
// codes. They go out once.
func (c *Client) ResyncMFADevice(ctx context.Context, user, serial string, first, second credential.Secret) error {
	_, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.ResyncMFADeviceOutput, error) {
		return c.api.ResyncMFADevice(ctx, &awsiam.ResyncMFADeviceInput{UserName: aws.String(user), SerialNumber: aws.String(serial),
			AuthenticationCode1: aws.String(first.Reveal()), AuthenticationCode2: aws.String(second.Reveal())})
	})
	return err
}

// DeactivateMFADevice takes a device from a user. A virtual one is still there
// afterwards.
func (c *Client) DeactivateMFADevice(ctx context.Context, user, serial string) error {
	return change(ctx, c.api.DeactivateMFADevice, &awsiam.DeactivateMFADeviceInput{UserName: name(user), SerialNumber: aws.String(serial)})
}

// DeleteVirtualMFADevice deletes a device that nobody has; else the reason is
// InUse.
func (c *Client) DeleteVirtualMFADevice(ctx context.Context, serial string) error {
	return change(ctx, c.api.DeleteVirtualMFADevice, &awsiam.DeleteVirtualMFADeviceInput{SerialNumber: aws.String(serial)})
}
