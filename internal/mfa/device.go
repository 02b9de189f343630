package mfa

import (
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
	"github.com/awsbroker/awsbroker/internal/pattern"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/totp"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// NewDevice is a virtual MFA device that is to be made, and whose it will be.
type NewDevice struct {
	User    string // the IAM user
	Name    string // of the device
	Account string // alias or id: authenticator apps show USER@ACCOUNT
	QRFile  string // a file for the QR code, while this lasts; empty: none
	undo    iamDo  // deletes the device if nothing comes of it, asking nobody for a code; nil: as it was made
}

// iamDo makes a call to IAM as somebody who may make it, as [access.Access.Do] does.
type iamDo func(ctx context.Context, call func(context.Context, *iam.Client) error) error

// deviceName is what AWS takes as one, up to so many characters.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
var deviceName = pattern.Of(`^[\w+=,.@-]+$`)

const maxDeviceName = 226

// cleanupLimit is how long a device that was given up may take to go away.
const cleanupLimit = 15 * time.Second

// MakeDevice makes a virtual MFA device, shows its seed and QR code to the
// person whom a asks, and enables it with two codes from them, which are noted
// as used. If it comes to nothing, neither does the device: it is deleted,
// by this run or, after a kill, by the next one that wants the name.
func MakeDevice(ctx context.Context, b *broker.Broker, do iamDo, a *broker.Asker, e NewDevice) (serial string, err error) {
	if len(e.Name) > maxDeviceName || !deviceName().MatchString(e.Name) {
		return "", failure.New(failure.Usage, "%q cannot be the name of an MFA device: at most 226 letters, digits and _+=,.@- only", e.Name)
	}
	ask, err := a.Open(ctx)
	if err != nil {
		return "", codesFailure(err, e.Name)
	}
	picture, err := newPicture(e.QRFile)
	if err != nil {
		return "", err
	}
	defer picture.remove(b.Report)
	unlock, err := lockName(ctx, b, e)
	if err != nil {
		return "", err
	}
	defer unlock()
	device, err := createDevice(ctx, b, do, e)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			if e.undo != nil {
				do = e.undo
			}
			giveUp(ctx, b, do, device.Serial)
		}
	}()
	key, err := totp.Parse(device.Seed)
	if err != nil {
		return "", failure.New(failure.Other, "AWS sent a seed that is not valid")
	}
	back, err := showDevice(ask, a, picture, e, device.Seed)
	if err != nil {
		return "", err
	}
	defer back() // first of all that is deferred: what is told then stays
	p := &codePair{broker: b, ask: ask, serial: device.Serial, key: &key}
	p.cache = b.OpenCache(ctx)
	return device.Serial, enableDevice(ctx, do, p, e)
}

// lockName waits until no other run makes a device of the name: each of two would
// take the other's for one that was given up.
func lockName(ctx context.Context, b *broker.Broker, e NewDevice) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, b.Limits.Question)
	defer cancel()
	lock := session.NewLock(b.SessionDir(), "enrol:"+e.Account+":"+e.Name)
	_, err = lock.Await(ctx, b.TellWaiting(func() string {
		return fmt.Sprintf("waiting for another awsbroker (process %d), which is creating the same device", lock.Holder())
	}))
	if errors.Is(err, session.ErrLockWait) {
		return nil, failure.New(failure.NeedPerson, "gave up waiting for another awsbroker (process %d), which is creating the MFA device %s", lock.Holder(), e.Name)
	}
	return func() { _ = lock.Unlock() }, nil
}

// enableDevice gives AWS two codes of the device, asked of a person through p.
func enableDevice(ctx context.Context, do iamDo, p *codePair, e NewDevice) error {
	return p.useTwo(ctx, func(ctx context.Context, two [2]code) error {
		err := sendOnce(ctx, do, func(ctx context.Context, c *iam.Client) error {
			return c.EnableMFADevice(ctx, e.User, p.serial, two[0], two[1])
		})
		switch {
		case (awsapi.AnswerLost(err) || awsapi.Is(err, awsapi.Exists)) && hasDevice(ctx, do, e.User, p.serial):
			return nil
		case awsapi.Is(err, awsapi.Quota):
			return failure.New(failure.Other, "user %s already has eight MFA devices, and AWS allows no more", e.User).
				Hint("remove one with: awsbroker mfa remove NAME").
				Hint("list them with: awsbroker mfa list")
		}
		return err
	})
}

// hasDevice reports whether a user has a device, which a list may not show at
// once.
func hasDevice(ctx context.Context, do iamDo, user, serial string) (has bool) {
	_, _ = wait.For(ctx, wait.Up{Tries: 3, Every: time.Second}, func(ctx context.Context) (bool, error) {
		err := do(ctx, func(ctx context.Context, c *iam.Client) error {
			all, err := c.MFADevices(ctx, user)
			has = slices.ContainsFunc(all, func(d iam.MFADevice) bool { return d.Serial == serial })
			return err
		})
		return has, err
	})
	return has
}

// makeTries is how often a device is asked for, with what stands in its way
// taken out of it in between.
const makeTries = 8

// listedWithin is how long IAM may take to list a device that was created.
const listedWithin = 2 * time.Minute

// createDevice creates the device. One of the same name that nobody has was left
// by a run that was killed, or by an answer that was lost: its seed is known
// to nobody, and it goes.
func createDevice(ctx context.Context, b *broker.Broker, do iamDo, e NewDevice) (device iam.NewDevice, err error) {
	tries, lost := 0, false
	limit := b.Clock.Now().Add(listedWithin)
	end, err := wait.For(ctx, wait.Up{Every: time.Second, Clock: b.Clock}, func(ctx context.Context) (done bool, err error) {
		err = do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
			device, err = c.CreateVirtualMFADevice(ctx, e.Name)
			return err
		})
		tries++
		lost = lost || awsapi.AnswerLost(err)
		switch {
		case err == nil, tries == makeTries, ctx.Err() != nil:
			return true, err
		case awsapi.Is(err, awsapi.Exists), awsapi.AnswerLost(err):
			listed, dropped, dropErr := dropUnfinished(ctx, b, do, e.Name)
			if dropErr != nil {
				return true, dropErr
			}
			if !dropped && !lost && (listed || b.Clock.Now().After(limit)) {
				return true, nameTaken(e.User, e.Name)
			}
			if !listed && !lost {
				tries = min(tries, makeTries-2) // there is one, and no list shows it yet
			}
			return false, err
		case awsapi.Is(err, awsapi.Quota):
			return true, failure.New(failure.Other, "the account has as many virtual MFA devices as AWS allows").
				Hint("list the devices that belong to no user: aws iam list-virtual-mfa-devices --assignment-status Unassigned")
		}
		return !awsapi.Is(err, awsapi.Throttled, awsapi.Busy), err
	})
	if end == wait.Interrupted {
		err = ctx.Err()
	}
	return device, failure.OfIAM(err, failure.IAMCall{})
}

// nameTaken says that a new device of user needs another name: the account's names are one
// for all its users.
func nameTaken(user, name string) *failure.Error {
	return failure.New(failure.Other, "there is already an MFA device named %q", name).
		Hint("choose another name: awsbroker mfa enroll --user %s --name %s", say.ShellWord(user), say.ShellWord(name+"-2"))
}

// dropUnfinished deletes a device of the name that nobody has; AWS refuses to
// delete one that somebody has got meanwhile. listed reports whether there is
// one of the name, as far as AWS shows it already.
func dropUnfinished(ctx context.Context, b *broker.Broker, do iamDo, name string) (listed, dropped bool, err error) {
	var found iam.MFADevice
	err = do(ctx, func(ctx context.Context, c *iam.Client) error {
		all, err := c.VirtualMFADevices(ctx, false)
		for _, d := range all {
			if strings.EqualFold(nameOfDevice(d.Serial), name) {
				found = d
			}
		}
		return err
	})
	if err != nil || found.Serial == "" {
		return false, false, failure.OfIAM(err, failure.IAMCall{})
	}
	if found.User != "" {
		return true, false, nil
	}
	err = do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVirtualMFADevice(ctx, found.Serial) })
	switch {
	case awsapi.Is(err, awsapi.InUse):
		return true, false, nil
	case err != nil && !awsapi.Is(err, awsapi.NotThere):
		return true, false, failure.OfIAM(err, failure.IAMCall{})
	}
	b.Report.Step(fmt.Sprintf("an unfinished MFA device %s, which belonged to no user, was deleted", name))
	return true, true, nil
}

// giveUp deletes a device that was not enabled, however the run ends.
func giveUp(ctx context.Context, b *broker.Broker, do iamDo, serial string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupLimit)
	defer cancel()
	err := do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVirtualMFADevice(ctx, serial) })
	switch {
	case err == nil, awsapi.Is(err, awsapi.NotThere):
		b.Report.Step("the device was not enabled and was deleted; delete the new entry in the app, too")
	case awsapi.Is(err, awsapi.InUse):
		b.Warn("AWS says that the MFA device %s now belongs to a user; check: awsbroker mfa list", serial)
	default:
		b.Debug("iam: %s", err.Error())
		b.Warn("the unfinished MFA device %s is still in AWS; the next enrolment with that name will delete it", serial)
	}
}

// nameOfDevice is the last part of an ARN, or the serial number of hardware.
func nameOfDevice(serial string) string {
	return serial[strings.LastIndexAny(serial, "/:")+1:]
}
