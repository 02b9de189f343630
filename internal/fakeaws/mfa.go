package fakeaws

import (
	"crypto/subtle"
	"maps"
	"slices"
	"time"

	"github.com/pquerna/otp/hotp"
)

// totpStep is the time step of RFC 6238 that AWS's virtual devices use.
const totpStep = 30 * time.Second

// MFADevice is a virtual MFA device: a TOTP seed that belongs to one user.
// Serial and Seed do not change.
type MFADevice struct {
	Serial string // an ARN
	Seed   string // base32, without padding; "" for a security key

	account *Account
	user    *User // nil while it is not assigned
	enabled time.Time
	known   time.Time      // when STS hears of it
	used    map[int64]bool // steps whose code was accepted
	lead    int64          // steps by which the device runs ahead of the server
	drift   int64          // steps by which AWS believes, besides, that it does
	before  []past[listedDevice]
}

// listedDevice is what lists say of a device.
type listedDevice struct {
	there   bool
	user    *User
	enabled time.Time
}

// listed is what a list says of the device at a time, changes being seen late.
func (d *MFADevice) listed(now time.Time) listedDevice { return recall(d.before, d.is(), now) }

func (d *MFADevice) is() listedDevice {
	return listedDevice{d.user != nil || d.account.devices[d.Serial] == d, d.user, d.enabled}
}

// change notes what lists go on saying of the device for a while.
func (d *MFADevice) change(now time.Time) {
	d.before = keep(d.before, d.is(), now, d.account.server.lag.Devices)
	if !slices.Contains(d.account.everyDevice, d) {
		d.account.everyDevice = append(d.account.everyDevice, d)
	}
}

// allDevices are all devices of the account that a list may have to do with:
// of a user, virtual, and gone.
func (a *Account) allDevices() []*MFADevice {
	all := slices.Clone(a.everyDevice)
	add := func(devices map[string]*MFADevice) {
		for _, d := range devices {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	add(a.devices)
	add(a.root.devices)
	for _, u := range a.users {
		add(u.devices)
	}
	return all
}

// EnableMFA gives u a virtual device. Root's device has a name of its own in
// AWS; for root, name is ignored.
func (u *User) EnableMFA(name string) *MFADevice { return u.EnableMFASeed(name, newSeed()) }

// EnableMFASeed is EnableMFA with a seed that the caller chose, in base32.
func (u *User) EnableMFASeed(name, seed string) *MFADevice {
	if u.isRoot() {
		name = "root-account-mfa-device"
	}
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &MFADevice{Serial: u.account.arn("iam", "mfa/"+name), Seed: seed, account: u.account, used: map[int64]bool{}}
	u.account.devices[d.Serial] = d
	d.assign(u, s.clock.now())
	return d
}

// AddMFADevice makes a virtual device that nobody has yet.
func (a *Account) AddMFADevice(name string) *MFADevice {
	s := a.server
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &MFADevice{Serial: a.arn("iam", "mfa/"+name), Seed: newSeed(), account: a, used: map[int64]bool{}}
	a.devices[d.Serial] = d
	return d
}

// AddHardwareToken gives u a token whose serial number is no ARN. No list of
// virtual devices has it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_physical.html
func (u *User) AddHardwareToken(serial string) *MFADevice {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &MFADevice{Serial: serial, Seed: newSeed(), account: u.account, used: map[int64]bool{}}
	d.assign(u, s.clock.now())
	return d
}

// AddSecurityKey gives u a security key or passkey. It is listed like other
// devices, but has no codes and so is of no use to the API.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_fido.html
func (u *User) AddSecurityKey(name string) *MFADevice {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := "user/" + u.wireName()
	if u.isRoot() {
		owner = "root"
	}
	d := &MFADevice{Serial: u.account.arn("iam", "u2f/"+owner+"/"+name+"-"+newEntityID("")), account: u.account, used: map[int64]bool{}}
	d.assign(u, s.clock.now())
	return d
}

func (d *MFADevice) assign(u *User, now time.Time) {
	if u.devices == nil {
		u.devices = map[string]*MFADevice{}
	}
	u.devices[d.Serial] = d
	d.user, d.enabled = u, now
}

// Device finds the virtual device of a serial number, assigned or not; nil if
// there is none.
func (a *Account) Device(serial string) *MFADevice {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.devices[serial]
}

// DeviceSerials of the user's MFA devices, in the order of the alphabet.
func (u *User) DeviceSerials() []string {
	u.account.server.mu.Lock()
	defer u.account.server.mu.Unlock()
	return slices.Sorted(maps.Keys(u.devices))
}

// DeviceSerials of the account's virtual devices, assigned or not.
func (a *Account) DeviceSerials() []string {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return slices.Sorted(maps.Keys(a.devices))
}

// Disable takes the device away from its user and deletes it.
func (d *MFADevice) Disable() {
	d.server().mu.Lock()
	defer d.server().mu.Unlock()
	delete(d.account.devices, d.Serial)
	if d.user != nil {
		delete(d.user.devices, d.Serial)
		d.user = nil
	}
}

// Code is what the device shows now, by the server's clock.
func (d *MFADevice) Code() string { return d.codeInSteps(0) }

// NextCode is what the device shows in 30 seconds. It is accepted already.
func (d *MFADevice) NextCode() string { return d.codeInSteps(1) }

// CodeAt is what the device shows at t.
func (d *MFADevice) CodeAt(t time.Time) string { return d.code(t.Unix() / int64(totpStep/time.Second)) }

// FreshCode is a code that is accepted now and was not accepted before; false
// while there is none, which ends with the next step of 30 seconds.
func (d *MFADevice) FreshCode() (code string, ok bool) {
	d.server().mu.Lock()
	defer d.server().mu.Unlock()
	now := d.step(d.server().clock.now())
	for _, step := range []int64{now, now + 1, now - 1} {
		if !d.used[step] {
			return d.code(step), true
		}
	}
	return "", false
}

// RunAhead makes the device one step faster against the server's clock, and
// the server follows: a fresh code without waiting. Whoever computes codes
// from the seed and the real time no longer agrees with it.
func (d *MFADevice) RunAhead() {
	d.server().mu.Lock()
	defer d.server().mu.Unlock()
	d.lead++
}

func (d *MFADevice) server() *Server { return d.account.server }

func (d *MFADevice) codeInSteps(n int64) string {
	d.server().mu.Lock()
	defer d.server().mu.Unlock()
	return d.code(d.step(d.server().clock.now()) + n)
}

func (d *MFADevice) step(t time.Time) int64 { return t.Unix()/int64(totpStep/time.Second) + d.lead }

func (d *MFADevice) code(step int64) string {
	if d.Seed == "" {
		return ""
	}
	code, err := hotp.GenerateCode(d.Seed, uint64(step))
	if err != nil {
		return "" // a seed that is no base32 has no codes
	}
	return code
}

// accept reports whether code is right at t, one step either side allowed, and
// uses it up. RFC 6238 section 5.2: a code must not be accepted a second time.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_sync.html
func (d *MFADevice) accept(code string, t time.Time) bool {
	now := d.step(t) + d.drift
	for _, step := range []int64{now, now - 1, now + 1} {
		right := d.code(step)
		if right != "" && !d.used[step] && subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 {
			d.used[step] = true
			return true
		}
	}
	return false
}

// lateSteps is how old the codes may be with which a device is enabled.
const lateSteps = 20

// synchronise takes two consecutive codes that were not used before, and
// believes from now on what they say of the device's clock.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
func (d *MFADevice) synchronise(first, second string, t time.Time) bool {
	now := d.step(t)
	for late := int64(-1); late <= lateSteps; late++ {
		step := now - late
		if d.used[step] || d.used[step-1] || d.code(step) != second || d.code(step-1) != first {
			continue
		}
		d.used[step], d.used[step-1] = true, true
		d.drift = -late
		return true
	}
	return false
}
