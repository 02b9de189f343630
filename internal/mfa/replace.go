package mfa

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// replace puts a new device in the place of an old one: made and enabled,
// proved with a session, named in the profiles, and then the old one goes.
// How far it came is told by AWS and the config file, so that the same command
// goes on from wherever it was ended; but for the end itself, which is noted.
func (w *work) replace(ctx context.Context, o EnrollOptions) (out Enrolled, err error) {
	if !w.isOwnUser() {
		return out, failure.New(failure.Usage, "only the user can replace this device, because awsbroker tests the new one with the user's own key").
			Hint("add a device to the user with: awsbroker mfa enroll --user %s", say.ShellWord(w.keys.User))
	}
	if err := w.checkNote(); err != nil {
		return out, err
	}
	old, gone, err := w.findReplaced(ctx, o.Replace)
	if failure.Is(err, failure.NotFound) {
		if out, ended := w.findReplacement(o.Replace); ended {
			w.dropNote()
			return out, nil
		}
	}
	if err != nil {
		return out, err
	}
	if out.Serial, err = w.findSuccessor(ctx, o, old); err != nil {
		return out, err
	}
	if out.Serial == "" {
		if out.Serial, err = w.enroll(ctx, o); err != nil {
			return out, err
		}
	}
	defer func() {
		if err != nil {
			err = failure.WithHint(err, "the new device was kept; to resume, run again: awsbroker mfa enroll --replace %s%s", say.ShellWord(o.Replace), o.flags())
		}
	}()
	edits := w.editsOf(old.Serial)
	if err := w.proveDevice(ctx, edits, out.Serial, old.Serial); err != nil {
		return out, err
	}
	if err := w.writeSerial(ctx, edits, out.Serial); err != nil {
		return out, err
	}
	out.Profiles = w.profilesNaming(out.Serial)
	w.warnOfSources(out.Profiles)
	if left := w.profilesNaming(old.Serial); len(left) > 0 {
		return out, failure.New(failure.Other, "profile %s still uses %s, so the device was not removed", strings.Join(left, ", "), nameOfDevice(old.Serial))
	}
	if gone {
		return out, nil
	}
	if err := w.actor.Confirm(ctx, w.describeRemoval(old), "Remove it?"); err != nil {
		return out, err
	}
	w.noteReplacement(old.Serial, out.Serial)
	if err := w.removeDevice(ctx, old); err != nil {
		return out, err
	}
	w.dropNote()
	out.Replaced = old.Serial
	return out, nil
}

// findReplaced finds the device that is to go: one of the user's; one that nobody
// has, which an earlier run took from the user; or one that only profiles know,
// which is gone.
func (w *work) findReplaced(ctx context.Context, name string) (d iam.MFADevice, gone bool, err error) {
	if d, ok := w.find(name); ok {
		return d, false, w.codesOnly(d)
	}
	unassigned, err := w.findUnassigned(ctx, name)
	if err != nil || unassigned != "" {
		return iam.MFADevice{Serial: unassigned}, false, err
	}
	for _, t := range w.keys.Targets {
		if s := t.Profile.MFASerial; s != "" && (s == name || strings.EqualFold(nameOfDevice(s), name)) {
			w.run.Report.Step(s + " is no longer in AWS")
			return iam.MFADevice{Serial: s}, true, nil
		}
	}
	return d, false, w.notFound(name)
}

// findUnassigned finds a virtual device that nobody has.
func (w *work) findUnassigned(ctx context.Context, name string) (serial string, err error) {
	err = w.keys.Do(ctx, func(ctx context.Context, c *iam.Client) error {
		all, err := c.VirtualMFADevices(ctx, true)
		for _, d := range all {
			if d.Serial == name || strings.EqualFold(nameOfDevice(d.Serial), name) {
				serial = d.Serial
			}
		}
		return err
	})
	if err != nil {
		return "", w.keys.Failure(err)
	}
	return serial, nil
}

// fresh is how long a device counts as made just now, where nobody is asked.
const fresh = time.Hour

// findSuccessor is the device that an earlier run made to take the place of old;
// empty if there is none. Only the person can tell it from one that has been
// there for a purpose of its own.
func (w *work) findSuccessor(ctx context.Context, o EnrollOptions, old iam.MFADevice) (string, error) {
	if o.Name != "" {
		d, there := w.find(o.Name)
		if !there {
			return "", nil
		}
		if d.Serial == old.Serial {
			return "", failure.New(failure.Usage, "a device cannot replace itself; choose another --name")
		}
		return d.Serial, w.codesOnly(d)
	}
	d, ok := newestOf(w.devicesWithCodes(old.Serial))
	switch {
	case !ok, d.Enabled.Before(old.Enabled):
		return "", nil
	case o.Yes && w.run.TimeOfAWS().Sub(d.Enabled) > fresh:
		return "", nil
	}
	text := say.Sprintf("Your MFA device %s was enabled %s ago, after %s.", nameOfDevice(d.Serial),
		say.Duration(max(w.run.TimeOfAWS().Sub(d.Enabled), 0)), nameOfDevice(old.Serial))
	err := w.actor.Confirm(ctx, text, "Use it in place of "+nameOfDevice(old.Serial)+"?")
	if errors.Is(err, broker.ErrDeclined) {
		return "", nil
	}
	return d.Serial, err
}

// proveDevice gets a session with a code of the new device, through the first
// profile that will name it. IAM is asked with that session from then on: what
// follows must not hang on the device that goes.
func (w *work) proveDevice(ctx context.Context, edits []serialEdit, serial, old string) error {
	t, err := w.provingTarget(edits, serial)
	if err != nil {
		return err
	}
	w.run.Report.Step("now type one more code of the new device, to test it")
	s, err := w.run.SessionOf(ctx, t, broker.Want{NewDevice: true, ByPerson: true})
	if awsapi.Is(err, awsapi.WrongDevice) {
		f := failure.New(failure.Refused, "AWS does not know the new device yet; this may take some minutes")
		f.Cause = err
		return f
	}
	if err != nil {
		return err
	}
	w.run.Report.Step("the new device works: its code got a session")
	w.keys.Access.Prefer(t, s.Credentials, old)
	return nil
}

// warnOfSources names what gives codes of the old device by itself.
func (w *work) warnOfSources(profiles []string) {
	for _, name := range profiles {
		p, err := w.keys.Files.Resolve(name)
		switch {
		case err != nil:
		case p.MFAProcess != "":
			w.run.Warn("profile %s gets its codes from awsbroker_mfa_process; set up the new device there, too", name)
		case p.MFASeed != "":
			w.run.Warn("profile %s gets its codes from a seed in the keychain; store the new seed: awsbroker mfa seed --profile %s", name, say.ShellWord(name))
		}
	}
}

// provingTarget is a profile as it will be, or, where none names the old
// device, a session of the key itself.
func (w *work) provingTarget(edits []serialEdit, serial string) (*target.Target, error) {
	files, err := w.withSerial(edits, serial)
	if err != nil {
		return nil, err
	}
	for _, e := range edits {
		if t, err := w.run.TargetOfEdit(e.profile, files); err == nil && t.Profile.KeyName == w.actor.Target.Profile.KeyName && t.Profile.MFASerial == serial {
			return t, nil
		}
	}
	for _, t := range w.keys.Targets { // switched by an earlier run
		if t.Profile.MFASerial == serial {
			return t, nil
		}
	}
	return w.keyWith(serial), nil
}

// keyWith is a session of the key itself, with a code of a device.
func (w *work) keyWith(serial string) *target.Target {
	first, is := w.keys.Targets[0], w.keys.Targets[0].Profile
	return &target.Target{Key: first.Key, Endpoint: first.Endpoint, SessionName: first.SessionName, Profile: &config.Profile{
		Name: is.Name, KeyName: is.KeyName, Partition: is.Partition, MFASerial: serial,
		STSEndpointURL: is.STSEndpointURL, IAMEndpointURL: is.IAMEndpointURL, EndpointURL: is.EndpointURL,
	}}
}

// forgetSessions that were got with an earlier device of the same serial
// number: they would pass for a proof of the new one.
func (w *work) forgetSessions(serial string) error {
	targets := []*target.Target{w.keyWith(serial)}
	for _, name := range w.keys.Files.Names() {
		if t, err := w.run.TargetIn(w.keys.Files, name); err == nil && t.Profile.KeyName == w.actor.Target.Profile.KeyName {
			targets = append(targets, t.CopyWith(func(p *config.Profile) { p.MFASerial = serial }))
		}
	}
	for _, t := range targets {
		if err := t.ForgetSessions(w.actor.Cache); err != nil {
			return failure.New(failure.Other, "an old session could not be removed: %w", err)
		}
	}
	return nil
}
