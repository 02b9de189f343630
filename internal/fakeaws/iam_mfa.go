package fakeaws

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/url"
	"path"
	"strings"

	"github.com/pquerna/otp"
)

// devicesPerUser is a quota.
const devicesPerUser = 8

type virtualDeviceXML struct {
	SerialNumber     string
	Base32StringSeed string   `xml:",omitempty"`
	QRCodePNG        string   `xml:",omitempty"`
	User             *userXML `xml:",omitempty"`
	EnableDate       string   `xml:",omitempty"`
}

type oneVirtualDeviceXML struct{ VirtualMFADevice virtualDeviceXML }

// createVirtualMFADevice: seed and picture are blobs, so the text of the seed,
// which is base32, is in base64 on the wire.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
func createVirtualMFADevice(x *exchange, who *caller) (any, *apiError) {
	name := x.params.required("VirtualMFADeviceName", length(1, 226), matching(namePattern))
	dir := x.params.pathParam()
	if err := x.params.check(); err != nil {
		return nil, err
	}
	serial := who.account.arn("iam", "mfa/"+fullName(dir, name))
	if err := x.may(who, serial, ""); err != nil {
		return nil, err
	}
	if taken(who.account.devices, name) {
		return nil, errExists("MFADevice entity at the same path and name already exists.")
	}
	d := &MFADevice{Serial: serial, Seed: newSeed(), account: who.account, used: map[int64]bool{}}
	d.change(x.now)
	who.account.devices[serial] = d
	x.call.Created = serial
	picture, err := d.picture(who, name)
	if err != nil {
		return nil, errValidation(err.Error())
	}
	encode := base64.StdEncoding.EncodeToString
	return oneVirtualDeviceXML{virtualDeviceXML{SerialNumber: serial, Base32StringSeed: encode([]byte(d.Seed)), QRCodePNG: encode(picture)}}, nil
}

// picture is the QR code of otpauth://totp/DEVICE@USER?secret=SEED.
func (d *MFADevice) picture(who *caller, name string) ([]byte, error) {
	account := who.account.ID
	if who.user != nil && !who.isRoot() {
		account = path.Base(who.user.Name)
	}
	key, err := otp.NewKeyFromURL("otpauth://totp/" + url.PathEscape(name+"@"+account) + "?secret=" + d.Seed)
	if err != nil {
		return nil, err
	}
	drawn, err := key.Image(230, 230)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, drawn)
	return b.Bytes(), err
}

// enableMFADevice takes two consecutive codes. They may be late: then the
// device is enabled all the same, but out of step with the time.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
func enableMFADevice(x *exchange, who *caller) (any, *apiError) {
	name, serial := x.params.existing("UserName"), x.serialParam()
	first, second := x.twoCodes()
	if err := x.params.check(); err != nil {
		return nil, err
	}
	u, err := x.userTarget(who, name)
	if err != nil {
		return nil, err
	}
	d := who.account.devices[serial]
	switch {
	case d == nil:
		return nil, errNoSuchEntity("VirtualMFADevice with serial number %s doesn't exist.", serial)
	case d.user != nil:
		return nil, errExists("MFADevice entity at the same path and name already exists.")
	case len(u.devices) >= devicesPerUser:
		return nil, errLimit("Cannot exceed quota for MFADevicesPerUser: %d", devicesPerUser)
	case !d.synchronise(first, second, x.now):
		return nil, errInvalidCode()
	}
	d.change(x.now)
	d.assign(u, x.now)
	d.known = x.now.Add(d.account.server.lag.NewDevice)
	return nil, nil
}

// resyncMFADevice: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html
func resyncMFADevice(x *exchange, who *caller) (any, *apiError) {
	first, second := x.twoCodes()
	name := x.params.existing("UserName")
	_, d, err := x.deviceOf(who, name, true)
	if err != nil {
		return nil, err
	}
	if !d.synchronise(first, second, x.now) {
		return nil, errInvalidCode()
	}
	return nil, nil
}

// deactivateMFADevice takes the device from its user, the caller unless named;
// it stays, unassigned.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
func deactivateMFADevice(x *exchange, who *caller) (any, *apiError) {
	name, named := x.params.optional("UserName", length(1, 128), matching(namePattern))
	u, d, err := x.deviceOf(who, name, named)
	if err != nil {
		return nil, err
	}
	d.change(x.now)
	delete(u.devices, d.Serial)
	d.user = nil
	return nil, nil
}

// deleteVirtualMFADevice: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html
func deleteVirtualMFADevice(x *exchange, who *caller) (any, *apiError) {
	serial := x.serialParam()
	if err := x.params.check(); err != nil {
		return nil, err
	}
	if err := x.may(who, serial, ""); err != nil {
		return nil, err
	}
	d := who.account.devices[serial]
	switch {
	case d == nil:
		return nil, errNoSuchEntity("VirtualMFADevice with serial number %s doesn't exist.", serial)
	case d.user != nil:
		return nil, errDeleteConflict("MFA VirtualDevice in use. Must deactivate first.")
	}
	d.change(x.now)
	delete(who.account.devices, serial)
	return nil, nil
}

type mfaDeviceXML struct {
	UserName     string
	SerialNumber string
	EnableDate   string
}

type mfaDevicesXML struct {
	MFADevices membersXML[mfaDeviceXML]
	pageXML
}

// listMFADevices: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
func listMFADevices(x *exchange, who *caller) (any, *apiError) {
	name, named := x.params.optional("UserName", length(1, 128), matching(namePattern))
	page := readPage(x.params)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	u, err := x.selfOrNamed(who, name, named, false)
	if err != nil {
		return nil, err
	}
	var all []mfaDeviceXML
	for _, d := range who.account.allDevices() {
		if is := d.listed(x.now); is.user == u {
			all = append(all, mfaDeviceXML{u.wireName(), d.Serial, date(is.enabled)})
		}
	}
	var out mfaDevicesXML
	out.MFADevices, out.pageXML, err = onPage(x, page, all, func(d mfaDeviceXML) string { return d.SerialNumber })
	return out, err
}

type virtualDevicesXML struct {
	VirtualMFADevices membersXML[virtualDeviceXML]
	pageXML
}

// listVirtualMFADevices: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
func listVirtualMFADevices(x *exchange, who *caller) (any, *apiError) {
	status, _ := x.params.optional("AssignmentStatus", oneOfValues("Assigned", "Unassigned", "Any"))
	page := readPage(x.params)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	if err := x.may(who, who.account.arn("iam", "mfa/"), ""); err != nil {
		return nil, err
	}
	var all []virtualDeviceXML
	for _, d := range who.account.allDevices() {
		is := d.listed(x.now)
		virtual := strings.HasPrefix(d.Serial, who.account.arn("iam", "mfa/"))
		if !virtual || !is.there || status == "Assigned" && is.user == nil || status == "Unassigned" && is.user != nil {
			continue
		}
		one := virtualDeviceXML{SerialNumber: d.Serial}
		if is.user != nil {
			user := is.user.xml()
			one.User, one.EnableDate = &user, date(is.enabled)
		}
		all = append(all, one)
	}
	var out virtualDevicesXML
	var err *apiError
	out.VirtualMFADevices, out.pageXML, err = onPage(x, page, all, func(d virtualDeviceXML) string { return d.SerialNumber })
	return out, err
}

func (x *exchange) serialParam() string {
	return x.params.required("SerialNumber", length(9, 256), matching(`[\w+=/:,.@-]+`))
}

func (x *exchange) twoCodes() (first, second string) {
	return x.params.required("AuthenticationCode1", length(6, 6), matching(`[\d]+`)),
		x.params.required("AuthenticationCode2", length(6, 6), matching(`[\d]+`))
}

// deviceOf reads the serial number, the last parameter.
func (x *exchange) deviceOf(who *caller, name string, named bool) (*User, *MFADevice, *apiError) {
	serial := x.serialParam()
	if err := x.params.check(); err != nil {
		return nil, nil, err
	}
	u, err := x.selfOrNamed(who, name, named, false)
	if err != nil {
		return nil, nil, err
	}
	d := u.devices[serial]
	if d == nil {
		return nil, nil, errNoSuchEntity("MFA Device invalid for user.")
	}
	return u, d, nil
}
