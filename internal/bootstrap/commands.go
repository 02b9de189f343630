package bootstrap

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
)

// commandsFor returns the commands of AWS's own CLI that undo a thing, for where
// no key here can.
func (s *bootstrap) commandsFor(t notes.Thing) []string {
	on := holderFrom(t.On)
	name, holder := say.ShellWord(t.Name), say.ShellWord(on.Name)
	aws := func(format string, args ...any) []string { return []string{"aws iam " + fmt.Sprintf(format, args...)} }
	switch t.Kind {
	case notes.Group, notes.User, notes.Role:
		return aws("delete-%s --%s-name %s", t.Kind, t.Kind, name)
	case notes.Member:
		return aws("remove-user-from-group --group-name %s --user-name %s", holder, name)
	case notes.MemberOut:
		return aws("add-user-to-group --group-name %s --user-name %s", holder, name)
	case notes.Policy:
		return aws("delete-policy --policy-arn %s", say.ShellWord(cmp.Or(t.ID, s.arn("policy/"+t.Name))))
	case notes.Attached:
		return aws("detach-%s-policy --%s-name %s --policy-arn %s", on.Kind, on.Kind, holder, say.ShellWord(t.ID))
	case notes.Detached:
		return aws("attach-%s-policy --%s-name %s --policy-arn %s", on.Kind, on.Kind, holder, say.ShellWord(t.ID))
	case notes.Inline:
		return aws("put-%s-policy --%s-name %s --policy-name %s --policy-document %s", on.Kind, on.Kind, holder, name, say.ShellWord(oneLine(t.Before)))
	case notes.Trust:
		return aws("update-assume-role-policy --role-name %s --policy-document %s", holder, say.ShellWord(oneLine(t.Before)))
	case notes.MaxTime:
		return aws("update-role --role-name %s --max-session-duration %d", holder, seconds(t.Before))
	case notes.PolicyText:
		if t.InUse != "" && len(t.Made) > 0 {
			all := aws("set-default-policy-version --policy-arn %s --version-id %s", say.ShellWord(t.ID), say.ShellWord(t.InUse))
			for _, v := range t.Made {
				all = append(all, aws("delete-policy-version --policy-arn %s --version-id %s", say.ShellWord(t.ID), say.ShellWord(v))...)
			}
			return all
		}
		return aws("create-policy-version --policy-arn %s --set-as-default --policy-document %s", say.ShellWord(t.ID), say.ShellWord(oneLine(t.Before)))
	case notes.Password:
		return aws("delete-login-profile --user-name %s", holder)
	case notes.MFADevice:
		serial := say.ShellWord(cmp.Or(t.ID, s.arn("mfa/"+t.Name)))
		return append(aws("deactivate-mfa-device --user-name %s --serial-number %s", holder, serial), aws("delete-virtual-mfa-device --serial-number %s", serial)...)
	case notes.AccessKey:
		if t.ID == "" {
			return aws("list-access-keys --user-name %s", holder)
		}
		return append(aws("delete-access-key --user-name %s --access-key-id %s", holder, say.ShellWord(t.ID)), "awsbroker remove "+name)
	case notes.Stored:
		return []string{"awsbroker remove " + name}
	}
	return []string{"# and take [profile " + name + "] out of " + say.ShellWord(paths.UnderHome(s.run.Paths.Config))}
}

// oneLine is a document without the line ends between its values.
func oneLine(document string) string { return strings.Join(strings.Fields(document), " ") }

// seconds returns a duration of the journal in seconds.
func seconds(text string) int {
	d, _ := time.ParseDuration(text)
	return int(d / time.Second)
}
