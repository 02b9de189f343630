package fakeaws

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// STS hears of a device some time after it was enabled, and has not looked at
// the codes that it was sent before.
func TestDevicesAreKnownLate(t *testing.T) {
	w := newWorld(t)
	root, ctx := w.root(), t.Context()
	w.Server.Freeze(time.Now())
	w.Server.SetLag(Lag{NewDevice: totpStep})
	made, err := root.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("new")})
	wantNone(t, err)
	serial := made.VirtualMFADevice.SerialNumber
	device := w.Account.Device(*serial)
	now := w.Server.Now()
	_, err = root.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &w.User.Name, SerialNumber: serial,
		AuthenticationCode1: aws.String(device.CodeAt(now.Add(-totpStep))), AuthenticationCode2: aws.String(device.CodeAt(now))})
	wantNone(t, err)
	next := device.CodeAt(now.Add(totpStep))
	send := func() reply {
		return clientOf(t, w.Server, w.Key).call("GetSessionToken", "SerialNumber", *serial, "TokenCode", next)
	}
	send().wantError(t, 403, "AccessDenied", notValidated)
	w.Server.Advance(totpStep)
	send().wantOK(t)
	if again := w.Server.RepeatedCodes(); len(again) > 0 {
		t.Errorf("%+v", again)
	}
	send().wantError(t, 403, "AccessDenied", "invalid MFA one time pass code")
	if again := w.Server.RepeatedCodes(); len(again) != 1 {
		t.Errorf("%+v", again)
	}
}

// What is done counts at once; lists show it later. Hardware is in the lists
// of its user only.
func TestListsOfDevicesAreLate(t *testing.T) {
	w := newWorld(t)
	root, ctx := w.root(), t.Context()
	w.User.AddHardwareToken("GAHT12345678")
	w.Account.AddMFADevice("nobodys")
	w.Server.Freeze(time.Now())
	w.Server.SetLag(Lag{Devices: time.Minute})
	users := func() (serials []string) {
		out, err := root.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: &w.User.Name})
		wantNone(t, err)
		for _, d := range out.MFADevices {
			serials = append(serials, *d.SerialNumber)
		}
		return serials
	}
	loose := func() (serials []string) {
		out, err := root.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeUnassigned})
		wantNone(t, err)
		for _, d := range out.VirtualMFADevices {
			serials = append(serials, *d.SerialNumber)
		}
		return serials
	}
	want := func(when string, users, loose, wantUsers, wantLoose []string) {
		t.Helper()
		if !slices.Equal(users, wantUsers) || !slices.Equal(loose, wantLoose) {
			t.Errorf("%s: the user's %v, nobody's %v", when, users, loose)
		}
	}
	mine, nobodys := []string{"GAHT12345678", w.Device.Serial}, "arn:aws:iam::123456789012:mfa/nobodys"
	want("before", users(), loose(), mine, []string{nobodys})
	made, err := root.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("new")})
	wantNone(t, err)
	serial := *made.VirtualMFADevice.SerialNumber
	want("made", users(), loose(), mine, []string{nobodys})
	w.Server.Advance(time.Minute)
	want("made, a minute later", users(), loose(), mine, []string{serial, nobodys})
	_, err = root.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: &w.User.Name, SerialNumber: &w.Device.Serial})
	wantNone(t, err)
	_, err = root.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &w.Device.Serial})
	wantNone(t, err)
	want("deleted", users(), loose(), mine, []string{serial, nobodys})
	w.Server.Advance(time.Minute)
	want("deleted, a minute later", users(), loose(), []string{"GAHT12345678"}, []string{serial, nobodys})
}
