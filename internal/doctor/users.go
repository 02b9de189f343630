package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	consoleWithoutMFA = findingKind("console-without-mfa", Serious,
		"a password alone opens the console, from anywhere")
	alwaysAdmin = findingKind("always-admin", Serious,
		"a key that leaks is an administrator's at once, without a code and without an end")
	secondKey = findingKind("second-key", Warning,
		"with two active keys, one is probably forgotten somewhere")
	loginAroundRole = findingKind("login-around-role", Warning,
		"by aws login a user with a console password gets sessions without the role, which are in plaintext and can be renewed for 12 hours")
	unusedKey = findingKind("unused-key", Warning,
		"if an unused key is stolen, nobody notices")
)

// lookAtUser looks at one user's console password, access keys and rights.
func (a *account) lookAtUser(ctx context.Context, u iam.User) []finding {
	found, console := a.lookAtConsole(ctx, u)
	found = append(found, a.lookAtKeys(ctx, u)...)
	own, ok := a.policiesOf(ctx, iam.UserNamed(u.Name))
	if !ok {
		return found
	}
	a.noteAssumers("user "+u.Name, own)
	if own.admin == "" && !console {
		return found
	}
	all := a.withGroups(ctx, u, own)
	if own.admin != "" && !all.denied {
		found = append(found, finding{alwaysAdmin, a.adminFinding("user "+u.Name, own, a.bootstrapCommand(u.Name))})
	}
	if console && all.signIn != "" && !all.noLogin {
		found = append(found, a.loginFinding(u, all))
	}
	return found
}

// withGroups returns what a user may do, by own policies and those of the groups.
func (a *account) withGroups(ctx context.Context, u iam.User, own *policies) *policies {
	all := &policies{}
	all.add("", own)
	groups, err := a.iam.GroupsOf(ctx, u.Name)
	if err != nil {
		a.gap("groups", u.Name, err)
	}
	for _, g := range groups {
		if p, ok := a.policiesOf(ctx, iam.GroupNamed(g.Name)); ok {
			all.add("", p)
		}
	}
	return all
}

// loginFinding is about a user who can have sessions without a role.
func (a *account) loginFinding(u iam.User, all *policies) finding {
	f := Finding{
		Title:  fmt.Sprintf("user %s can get sessions by aws login, by policy %s", u.Name, all.signIn),
		Advice: "remove that policy or the console password, or deny the user signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token",
	}
	if all.admin != "" {
		f.Title = fmt.Sprintf("user %s can get sessions of an administrator by aws login, without the role, by policy %s", u.Name, all.signIn)
		f.Mend = a.bootstrapCommand(u.Name)
	}
	return finding{loginAroundRole, f}
}

func (a *account) adminFinding(who string, p *policies, mend string) Finding {
	return Finding{Title: fmt.Sprintf("%s is always an administrator, by policy %s", who, p.admin), Mend: mend}
}

// lookAtConsole looks whether a user has a console password, and no MFA device.
func (a *account) lookAtConsole(ctx context.Context, u iam.User) (found []finding, console bool) {
	_, err := a.iam.LoginProfile(ctx, u.Name)
	var e *awsapi.Error
	if errors.As(err, &e) && e.Reason == awsapi.NotThere {
		return nil, false
	}
	if err != nil {
		a.gap("console passwords", u.Name, err)
		return nil, false
	}
	devices, err := a.iam.MFADevices(ctx, u.Name)
	if err != nil {
		a.gap("MFA devices", u.Name, err)
		return nil, true
	}
	if len(devices) > 0 {
		return nil, true
	}
	return []finding{{consoleWithoutMFA, Finding{
		Title:  fmt.Sprintf("user %s has a console password, but no MFA device", u.Name),
		Advice: "add a device to the user (awsbroker mfa enroll), or remove the password",
		Mend:   fmt.Sprintf("aws iam delete-login-profile --user-name %s --profile %s", say.ShellWord(u.Name), say.ShellWord(a.profile)),
	}}}, true
}

// maxUnused is for how long a key may be unused.
// https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-8
const maxUnused = 90 * 24 * time.Hour

func (a *account) lookAtKeys(ctx context.Context, u iam.User) (found []finding) {
	keys, now, err := a.iam.KeysNow(ctx, u.Name)
	if err != nil {
		a.gap("access keys", u.Name, err)
		return nil
	}
	active := 0
	for _, k := range keys {
		if !k.Active {
			continue
		}
		active++
		use, err := a.iam.LastUse(ctx, k.ID)
		if err != nil {
			a.gap("last use of access keys", u.Name, err)
			continue
		}
		since, what := k.Created, "was never used in "
		if !use.At.IsZero() {
			since, what = use.At, "was not used for "
		}
		if idle := now.Sub(since); idle > maxUnused {
			found = append(found, finding{unusedKey, Finding{
				Title: fmt.Sprintf("key %s of user %s %s%s", k.ID, u.Name, what, say.Duration(idle)),
				Mend:  fmt.Sprintf("awsbroker keys deactivate %s --user %s", say.ShellWord(k.ID), say.ShellWord(u.Name)),
			}})
		} else if now.Sub(k.Created) > maxKeyAge {
			found = append(found, a.oldKey(u.Name, k.ID, now.Sub(k.Created))...)
		}
	}
	if active > 1 {
		found = append(found, finding{secondKey, Finding{
			Title:  fmt.Sprintf("user %s has %d active access keys", u.Name, active),
			Advice: "see which is in use, and delete the other",
			Mend:   "awsbroker keys list --user " + say.ShellWord(u.Name),
		}})
	}
	return found
}

// oldKey is a key in use that was made long ago, by what AWS says. What was
// said of it already, by the record of the keychain, is not said again.
func (a *account) oldKey(user, id string, age time.Duration) []finding {
	for name, info := range a.doctor.record.Keys {
		if info.AccessKeyID != id {
			continue
		}
		if tooOld(info, a.doctor.now) {
			return nil
		}
		return []finding{{keyOld, Finding{
			Title: fmt.Sprintf("key %s was made %s ago", name, say.Duration(age)), Mend: "awsbroker rotate " + say.ShellWord(name)}}}
	}
	return []finding{{keyOld, Finding{
		Title:  fmt.Sprintf("key %s of user %s was made %s ago", id, user, say.Duration(age)),
		Advice: "have its users replace it (awsbroker rotate)",
		Mend:   "awsbroker keys list --user " + say.ShellWord(user),
	}}}
}

// lookAtGroups looks at the rights that the members of each group have.
func (a *account) lookAtGroups(ctx context.Context) {
	groups, err := a.iam.Groups(ctx)
	if err != nil {
		a.gap("groups", "", err)
		return
	}
	for _, g := range groups {
		p, ok := a.policiesOf(ctx, iam.GroupNamed(g.Name))
		if ok {
			a.noteAssumers("every member of group "+g.Name, p)
		}
		if ok && p.admin != "" && !p.denied {
			a.found(alwaysAdmin, a.adminFinding("every member of group "+g.Name, p, a.bootstrapCommand(a.user, "--group "+say.ShellWord(g.Name))))
		}
	}
}
