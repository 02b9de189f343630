package revoke

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

// plan is what the person agrees to.
func (v *revocation) plan() string {
	var b strings.Builder
	say.Fprintf(&b, "profile  %s\nkey      %s, %s\nuser     %s in account %s\n",
		v.profile.Profile.Name, v.rotation.Name, v.rotation.Actor.AccessKey.AccessKeyID, v.user.UserName(), v.user.Account)
	whose := "the user"
	if v.role != "" {
		_, role := awsapi.SplitARN(v.role)
		say.Fprintf(&b, "role     %s\n", role)
		whose = "the user and of the role"
	}
	if v.foreign != "" {
		say.Fprintf(&b, "role     %s\n         is in another account. Its sessions will NOT end.\n", v.foreign)
	}
	if v.o.KeepKey {
		fmt.Fprintf(&b, "steps    All existing sessions of %s\n         will be denied everything.", whose)
	} else {
		fmt.Fprintf(&b, "steps    A new access key will be created. This one will be\n         deactivated, or deleted if the user has two.\n"+
			"         All existing sessions of %s\n         will be denied everything.\n"+
			"         You can then have the old key deleted.\n"+
			"         Sessions created in the meantime will be denied, too.", whose)
	}
	if address := v.profile.ForeignAddresses(); address != "" {
		b.WriteString("\n" + address)
	}
	b.WriteString("\nends     your own sessions")
	if v.role != "" {
		b.WriteString(" and EVERYBODY ELSE'S of that role.\n         People and programs will need new ones.")
	}
	return b.String()
}

// rehearse says what would be done, with the policies, and whether AWS lets it,
// as far as nobody has to be asked.
func (v *revocation) rehearse(ctx context.Context) error {
	now, err := v.awsTime(ctx)
	if err != nil {
		return err
	}
	text := v.plan() + "\n"
	for _, h := range v.holders() {
		text += say.Sprintf("policy   %s, inline, of the %s %s:\n%s\n", policy.RevokeName, h.kind, h.name, say.Shown(indented(policy.DenyBefore(now.Add(time.Second)))))
	}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		v.report.Step(line)
	}
	v.rotation.Access.Saying = "way     "
	err = v.probe(ctx)
	switch {
	case errors.Is(err, access.ErrSilent) && v.o.KeepKey:
		v.report.Step("code     awsbroker would ask for one MFA code")
	case errors.Is(err, access.ErrSilent):
		v.report.Step("code     awsbroker would ask for two MFA codes, one after the other")
	case err != nil:
		return err
	case !v.rotation.Access.Way.Own && !v.o.KeepKey:
		v.report.Step("code     awsbroker would ask for one MFA code, after the first step")
	default:
		v.report.Step("code     no MFA code is needed")
	}
	return nil
}

// outcome returns what is known of the revocation so far.
func (v *revocation) outcome() Result {
	out := Result{Profile: v.profile.Profile.Name, Key: v.rotation.Name, User: v.user, Role: v.role, Foreign: v.foreign}
	if n := v.note; n != nil {
		out.Before, out.RoleBefore = n.LastUser, n.LastRole
		if !n.KeepKey {
			out.Old, out.New, out.OldStays, out.OldAccepted = n.Old, v.rotation.Actor.AccessKey.AccessKeyID, n.OldStays, n.OldAccepted
		}
	}
	out.Keys, out.Devices, out.Unlisted = v.strangers.keys, v.strangers.devices, v.strangers.unlisted
	for _, t := range v.rotation.Targets[1:] {
		if t.Profile.RoleARN != "" && t.Profile.RoleARN != v.profile.Profile.RoleARN {
			out.Others = append(out.Others, t.Profile.Name)
		}
	}
	return out
}
