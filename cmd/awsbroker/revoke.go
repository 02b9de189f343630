package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/revoke"
	"github.com/awsbroker/awsbroker/internal/say"
)

func newRevoke(a *app) *cobra.Command {
	var o revoke.Options
	cmd := &cobra.Command{
		Use:   "revoke",
		Short: "something leaked: end all sessions, replace the key",
		Long: `For the minute after a leak. First the leaked key is made useless: a new one is
made and stored, and the old one deactivated; with two keys in AWS, where there
is no room for a third, the leaked one is deleted at once. Then every session of
the profile's user and role that was made until now is denied everything, with
the inline policy that AWS's own console uses; the old key is deleted, when you
say so; and what was made meanwhile is denied, too.

The user's other access keys and all MFA devices are listed with their age, and
those that nothing on this machine knows are offered for removal: who has a key
can make both.

This ends your own sessions, and everybody else's of the role. It takes one MFA
code where a session is in hand, else two, one after the other.

A revoke that is cut short is finished by the next one: run it again. If the
leaked key may still work then, the last line says so, with a command.

The user, or a role that a profile of the key assumes, has to be allowed to
change the keys of the user and the policies of both; awsbroker finds out which,
and says what is missing.`,
		Example: "  awsbroker revoke --dry-run\n  awsbroker revoke admin\n  awsbroker revoke --keep-key",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Yes = a.yes
			return runRevoke(cmd, a, o)
		},
	}
	takesProfile(cmd, &o.Profile, "profile whose key and role it is")
	f := cmd.Flags()
	f.BoolVar(&o.KeepKey, "keep-key", false, "only a session leaked: do not replace the key")
	f.BoolVar(&o.DryRun, "dry-run", false, "say what would be done, and change nothing")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask; the old key is deleted")
	return cmd
}

func runRevoke(cmd *cobra.Command, a *app, o revoke.Options) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	done, err := revoke.Run(cmd.Context(), b, o)
	if err != nil {
		return err
	}
	if o.DryRun {
		a.Step("nothing was changed")
		return nil
	}
	_, err = fmt.Fprint(a.stderr, revokeSummary(done))
	return err
}

// revokeSummary says what is safe now, and what is not.
func revokeSummary(r revoke.Result) string {
	user := r.User.UserName()
	_, role := awsapi.SplitARN(r.Role)
	var b strings.Builder
	item := func(format string, args ...any) {
		fmt.Fprintf(&b, "- %s\n", strings.ReplaceAll(say.Sprintf(format, args...), "\n", "\n  "))
	}
	b.WriteString("\nsafe now:\n")
	item("sessions of user %s made before %s are refused", user, moment(r.Before))
	if r.Role != "" {
		item("sessions of role %s made before %s are refused,\nwhoever they belong to", role, moment(r.RoleBefore))
	}
	switch {
	case r.New == "":
	case r.OldAccepted:
		item("key %s is %s; the old one,\n%s, is inactive or deleted, though AWS still accepted it", r.Key, r.New, r.Old)
	case r.OldStays:
		item("key %s is %s; the old one,\n%s, is inactive", r.Key, r.New, r.Old)
	default:
		item("key %s is %s; the old one,\n%s, is deleted", r.Key, r.New, r.Old)
	}
	b.WriteString("\nleft for you to do:\n")
	item("look at what was done with what leaked, and undo it: new users, keys,\nroles, policies. CloudTrail knows, for each region:\n%s", say.Shown(cloudTrail(r, user)))
	if r.OldStays {
		item("delete the old key: awsbroker keys delete %s", r.Old)
	}
	for _, profile := range r.Others {
		item("the key may assume other roles, too, whose sessions go on:\nawsbroker revoke --keep-key --profile %s", profile)
	}
	if r.Foreign != "" {
		item("sessions of %s go on:\nit is in another account. There, in the IAM console: the role,\n\"Revoke sessions\"", r.Foreign)
	}
	if r.New == "" {
		item("the access key is as it was; if it may have leaked: awsbroker revoke")
	}
	if r.Role != "" {
		item("tell the others who use role %s that they need new sessions", role)
	}
	others(r, item)
	item("the console password of %s is as it was", user)
	item("the policies AWSRevokeOlderSessions may go when the longest session from\nbefore is over: in 36 hours")
	return b.String()
}

// others says what else of the user there is that an intruder may have made.
func others(r revoke.Result, item func(string, ...any)) {
	for _, k := range r.Keys {
		state := "inactive"
		if k.Active {
			state = "ACTIVE"
		}
		item("the user has another access key, %s, %s,\nmade %s ago; unless it is yours: awsbroker keys delete %s", k.ID, state, say.Duration(time.Since(k.Created)), k.ID)
	}
	for _, d := range r.Devices {
		item("MFA device %s\nwas enabled %s ago; unless it is yours: awsbroker mfa remove %s", d.Serial, say.Duration(time.Since(d.Enabled)), d.Serial)
	}
	if r.Unlisted != nil {
		item("access keys and MFA devices of the user could not all be listed; look for\nsome that are not yours: awsbroker keys list; awsbroker mfa list")
	}
}

func cloudTrail(r revoke.Result, user string) string {
	by := "Username,AttributeValue=" + say.Line(user)
	if r.Old != "" {
		by = "AccessKeyId,AttributeValue=" + say.Line(r.Old)
	}
	return "aws cloudtrail lookup-events --lookup-attributes \\\n  AttributeKey=" + by
}

func moment(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }
