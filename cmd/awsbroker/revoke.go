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
		Short: "after a leak: end all sessions, replace the key",
		Long: `Use this in the minute after a leak. awsbroker first makes the leaked key useless: it
creates and stores a new key and deactivates the old one. If the user has two keys,
AWS allows no third, and awsbroker deletes the leaked one at once. Then it denies
everything to all existing sessions of the profile's user and role, with the inline
policy that AWS's own console uses. If you agree, it deletes the old key. At the end
it denies the sessions that were created in the meantime.

It lists the user's other access keys and all MFA devices with their age, and offers
to remove those that nothing on this machine uses: anyone who has a key may have
created them.

This ends your own sessions, and everybody else's of the role. It takes one MFA code
if you have a session, otherwise two, one after the other.

If it is interrupted, run it again to finish it. If the leaked key may still work at
that point, the last line says so and has a command.

The user, or a role that a profile of the key assumes, needs the rights to change
the keys of the user and the policies of both. awsbroker says which are missing.`,
		Example: "  awsbroker revoke --dry-run\n  awsbroker revoke admin\n  awsbroker revoke --keep-key",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Yes = a.yes
			return runRevoke(cmd, a, o)
		},
	}
	takesProfile(cmd, &o.Profile, "profile whose key and role to revoke")
	f := cmd.Flags()
	f.BoolVar(&o.KeepKey, "keep-key", false, "only a session leaked: do not replace the key")
	f.BoolVar(&o.DryRun, "dry-run", false, "show the plan, and change nothing")
	f.BoolVarP(&a.yes, "yes", "y", false, "do not ask, and delete the old key")
	return cmd
}

func runRevoke(cmd *cobra.Command, a *app, o revoke.Options) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if o.DryRun {
		b.Report = rehearsal{a}
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
	item("sessions of user %s created before %s are refused", user, moment(r.Before))
	if r.Role != "" {
		item("sessions of role %s created before %s are refused,\nfor all its users", role, moment(r.RoleBefore))
	}
	switch {
	case r.New == "":
	case r.OldAccepted:
		item("key %s is now %s; the old one,\n%s, is inactive or deleted, but AWS still accepted it", r.Key, r.New, r.Old)
	case r.OldStays:
		item("key %s is now %s; the old one,\n%s, is inactive", r.Key, r.New, r.Old)
	default:
		item("key %s is now %s; the old one,\n%s, was deleted", r.Key, r.New, r.Old)
	}
	b.WriteString("\nleft for you to do:\n")
	item("find out what the leaked key or session was used for, and undo it: new users,\nkeys, roles, policies. CloudTrail shows it, for each region:\n%s", say.Shown(cloudTrail(r, user)))
	if r.OldStays {
		item("delete the old key: awsbroker keys delete %s", r.Old)
	}
	for _, profile := range r.Others {
		item("the key can also assume other roles, whose sessions are still valid:\nawsbroker revoke --keep-key --profile %s", profile)
	}
	if r.Foreign != "" {
		item("sessions of %s are still valid:\nit is in another account. There, in the IAM console: the role,\n\"Revoke sessions\"", r.Foreign)
	}
	if r.New == "" {
		item("the access key was not changed; if it may have leaked: awsbroker revoke %s", say.ShellWord(r.Profile))
	}
	if r.Role != "" {
		item("tell the other users of role %s that they need new sessions", role)
	}
	others(r, item)
	item("the console password of %s was not changed", user)
	item("you can delete the policies AWSRevokeOlderSessions in 36 hours, when the\nlongest old session is over")
	return b.String()
}

// others says what else of the user there is that an intruder may have made.
func others(r revoke.Result, item func(string, ...any)) {
	for _, k := range r.Keys {
		state := "inactive"
		if k.Active {
			state = "ACTIVE"
		}
		item("the user has another access key, %s, %s,\ncreated %s ago; if it is not yours: awsbroker keys delete %s", k.ID, state, say.Duration(time.Since(k.Created)), k.ID)
	}
	for _, d := range r.Devices {
		item("MFA device %s\nwas enabled %s ago; if it is not yours: awsbroker mfa remove %s", d.Serial, say.Duration(time.Since(d.Enabled)), d.Serial)
	}
	if r.Unlisted != nil {
		item("not all access keys and MFA devices of the user could be listed; check that\nall of them are yours: awsbroker keys list; awsbroker mfa list")
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
