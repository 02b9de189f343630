package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

type loginOptions struct {
	profile  string
	all      bool
	key      string
	ifNeeded bool
	minTTL   time.Duration
	life     time.Duration
}

func newLogin(a *app) *cobra.Command {
	var o loginOptions
	cmd := &cobra.Command{
		Use:   "login",
		Short: "get a session now",
		Long: `Ask for the MFA code and get a new session of a profile now, so that later commands
do not have to ask. Programs without a terminal then work for an hour. If the
profile has awsbroker_mfa_session, they work for that long, or for --for.

With --all, get a session of every profile that uses awsbroker, with one code for
each MFA device, and list them. If one profile fails, awsbroker still tries the
others; the exit code is that of the first failure. --for then applies to the
profiles with an MFA session.

With --if-needed, do and say nothing if there is a session that AWS tools can use.
That is fast enough for a shell's prompt.`,
		Example: `  awsbroker login --all --for 8h                  in the morning
  awsbroker login --if-needed && ./deploy.sh      in a script
  awsbroker login --if-needed --min-ttl 30m       before something long`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return runLogin(cmd.Context(), a, o)
		},
	}
	takesProfile(cmd, &o.profile, "profile to log in to")
	narrows(cmd, &a.narrow)
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "all profiles that use awsbroker")
	f.StringVar(&o.key, "key", "", "with --all: only profiles of this key")
	f.Var((*span)(&o.life), "for", "lifetime of the MFA session, like 8h (15m to 36h)")
	f.BoolVar(&o.ifNeeded, "if-needed", false, "only if there is no session that AWS tools can use")
	f.Var((*span)(&o.minTTL), "min-ttl", "with --if-needed: also if less than this is left, like 30m")
	return cmd
}

func (o loginOptions) check(cmd *cobra.Command) error {
	switch {
	case o.all && o.profile != "":
		return usage(errors.New("--all is for all profiles, --profile for one"))
	case o.key != "" && !o.all:
		return usage(errors.New("--key goes with --all"))
	case cmd.Flags().Changed("min-ttl") && !o.ifNeeded:
		return usage(errors.New("--min-ttl goes with --if-needed"))
	case o.minTTL < 0:
		return usage(errors.New("--min-ttl takes no negative value"))
	case cmd.Flags().Changed("for") && o.life <= 0:
		return usage(errors.New("--for takes a time like 8h"))
	}
	return nil
}

func runLogin(ctx context.Context, a *app, o loginOptions) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	profiles, err := o.profiles(a, b)
	if err != nil {
		return err
	}
	want := broker.Want{Fresh: true, Kept: true, For: o.life}
	if o.ifNeeded {
		want = broker.Want{MinLeft: o.minTTL, Strict: o.minTTL > 0, Kept: true, For: o.life, ForSome: o.all}
		profiles = withoutSession(ctx, b, profiles, want)
	}
	done := b.Logins(ctx, profiles, want)
	for i := range done {
		if l := &done[i]; l.Err == nil {
			l.Err = tooShort(b, l.Profile, l.Session, want)
		}
	}
	if !o.all {
		for _, l := range done {
			if l.Err != nil {
				return l.Err
			}
			a.Step(fmt.Sprintf("profile %s has a session, valid for %s", l.Profile, loginText(l, time.Now())))
		}
		return nil
	}
	return a.showLogins(done, time.Now())
}

func (o loginOptions) profiles(a *app, b *broker.Broker) ([]string, error) {
	if o.all {
		return b.ProfilesOf(o.key)
	}
	if o.ifNeeded { // which is for those who want to hear nothing
		b.Choose = nil
		name, _, err := b.ChooseProfile(o.profile)
		return []string{name}, err
	}
	name, err := a.choose(b, o.profile)
	return []string{name}, err
}

// withoutSession returns the profiles that have no session which would be served. What
// is wrong with a profile is told when it is logged in to.
func withoutSession(ctx context.Context, b *broker.Broker, profiles []string, want broker.Want) []string {
	var needy []string
	for _, name := range profiles {
		if ready, err := b.Ready(ctx, name, want); !ready || err != nil {
			needy = append(needy, name)
		}
	}
	return needy
}

// showLogins is a table of what was got, and then what went wrong: on stderr,
// since there is no answer that a program would read.
func (a *app) showLogins(done []broker.Login, now time.Time) error {
	var rows [][]string
	for _, l := range done {
		role, text := roleName(l.RoleARN), a.stderr.Paint(say.Bad, "failed")
		if l.RoleARN == "" && l.Err != nil {
			role = "-" // perhaps it was not found out
		}
		switch {
		case l.Err == nil:
			text = a.stderr.Paint(say.Good, loginText(l, now))
		case errors.Is(l.Err, broker.ErrNotTried):
			text = l.Err.Error()
		}
		rows = append(rows, []string{cell(l.Profile), cell(role), text})
	}
	if len(rows) > 0 {
		table := a.stderr.Table([]say.Column{say.Phrase("PROFILE"), say.ID("ROLE"), say.ID("SESSION")}, rows)
		if _, err := io.WriteString(a.stderr.Raw(), table); err != nil {
			return err
		}
	}
	return a.showLoginFailures(done)
}

// showLoginFailures says once what went wrong with several profiles. It returns the
// first of the errors.
func (a *app) showLoginFailures(done []broker.Login) (first error) {
	alike := map[string][]string{} // profiles by what went wrong
	text := func(err error) string {
		f := asFailure(err)
		return strings.Join(append([]string{f.Message}, f.Hints...), "\n")
	}
	for _, l := range done {
		if l.Err != nil {
			alike[text(l.Err)] = append(alike[text(l.Err)], l.Profile)
		}
	}
	for _, l := range done {
		if l.Err == nil || errors.Is(l.Err, broker.ErrNotTried) {
			continue
		}
		switch names := alike[text(l.Err)]; {
		case names[0] != l.Profile:
			continue
		case len(names) == 1:
			a.showFailure(asFailure(broker.OfProfile(l.Profile, l.Err)))
		default:
			f := *asFailure(l.Err)
			f.Message = say.Sprintf("profiles %s: ", strings.Join(names, ", ")) + f.Message
			a.showFailure(&f)
		}
		if first == nil {
			first = told{l.Err}
		}
	}
	return first
}

// loginText says for how long there is a session, and for how long no code is asked
// for, if that is longer.
func loginText(l broker.Login, now time.Time) string {
	text := say.Duration(l.Session.Left(now))
	if l.MFAEnds.After(l.Session.Expiration) {
		text += "; no code for " + say.Duration(l.MFAEnds.Sub(now))
	}
	return text
}

// session gets a session for a command that a person runs.
func (a *app) session(cmd *cobra.Command, profile string, want broker.Want) (session.Session, string, error) {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return session.Session{}, "", err
	}
	profile, err = a.choose(b, profile)
	if err != nil {
		return session.Session{}, "", err
	}
	s, err := b.Session(cmd.Context(), profile, want)
	return s, profile, err
}

// choose returns the profile that a command works on, and tells which it is if nobody
// named it.
func (a *app) choose(b *broker.Broker, asked string) (string, error) {
	name, guessed, err := b.ChooseProfile(asked)
	if guessed {
		a.Step("using profile " + name)
	}
	return name, err
}
