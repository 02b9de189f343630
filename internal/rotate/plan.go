package rotate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// agree says what the rotation will do, and asks.
func (r *Rotation) agree(ctx context.Context) error {
	var profiles []string
	for _, t := range r.Targets {
		if t.Profile.Name != "" {
			profiles = append(profiles, t.Profile.Name)
		}
	}
	last := "deleted"
	if r.Options.KeepOld {
		last = "kept, inactive"
	}
	text := say.Sprintf("key      %s, %s, in %s\nuser     %s in account %s\nused by  %s\n"+
		"steps    A new key will be created, stored beside the old one, and tested.\n"+
		"         It will replace the old one, which will be deactivated\n         and, after another test, %s.",
		r.Name, r.Actor.Target.Key.AccessKeyID, r.chain.Kind().Words(),
		r.User.UserName(), r.User.Account, cmp.Or(strings.Join(profiles, ", "), "no profile"), last)
	if record, err := keystore.ReadRecord(r.broker.Paths.KeystoreFile()); err == nil {
		if twins := twinsOf(record, r.Name, r.Actor.Target.Key.AccessKeyID); len(twins) > 0 {
			text += say.Sprintf("\nalso     The same access key is stored as %s, too, which will get the new one.", strings.Join(twins, ", "))
		}
	}
	if address := r.Targets[0].ForeignAddresses(); address != "" {
		text += "\n" + address
	}
	if r.Options.DryRun {
		for _, line := range strings.Split(text, "\n") {
			r.report.Step(line)
		}
		return r.rehearse(ctx)
	}
	return r.Actor.Confirm(ctx, text, "Rotate this key?")
}

// rehearse says what the rotation would do, as far as nobody has to be asked.
func (r *Rotation) rehearse(ctx context.Context) error {
	r.Access.Saying = "way     "
	keys, _, err := r.ListKeys(ctx)
	if errors.Is(err, access.ErrSilent) {
		r.report.Step("code     awsbroker would ask for one MFA code")
		return nil
	}
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(keys, func(k listedKey) bool { return k.ID != r.Actor.Target.Key.AccessKeyID }); len(keys) > 1 && i >= 0 {
		r.report.Step("first    the user has a second key, which would have to be deleted: " + r.describeKey(ctx, keys[i].Key))
	}
	r.report.Step("code     no MFA code is needed")
	return nil
}
