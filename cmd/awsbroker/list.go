package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/socket"
	"github.com/awsbroker/awsbroker/internal/target"
)

func newList(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "show keys, profiles and sessions",
		Long: `Show the keys in the keychain, the profiles that use awsbroker with the remaining
lifetime of their sessions, and profiles that could use a key in the keychain but
are not set up yet, with the command that sets them up.`,
		Args: positional(0, 0, "no arguments"),
		RunE: func(_ *cobra.Command, _ []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			o, err := b.Overview()
			if err != nil {
				return err
			}
			waiting := keychain.NotSetUp(o)
			if asJSON {
				return writeListJSON(a.stdout, o, waiting, socket.List(b.Paths), time.Now())
			}
			text := listText(a.screen, o, time.Now()) + a.screen.Fit(notSetUpText(waiting)) + a.screen.Fit(serversText(socket.List(b.Paths)))
			_, err = io.WriteString(a.stdout, text) // one write, not one a line
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "output JSON")
	return cmd
}

func listText(screen *say.Screen, o broker.Overview, now time.Time) string {
	if len(o.Keys)+len(o.Profiles) == 0 {
		return screen.Fit(startText(o.Config))
	}
	var parts []string
	var keys, profiles [][]string
	for _, k := range o.Keys {
		keys = append(keys, []string{cell(k.Name), cell(k.AccessKeyID), cell(userOf(k.ARN)), ago(k.Added, now), ago(k.Rotated, now)})
	}
	for _, p := range o.Profiles {
		profiles = append(profiles, []string{cell(p.Name), cell(p.Key), cell(roleName(p.RoleARN)), sessionText(screen, p, now)})
	}
	if len(keys) > 0 {
		parts = append(parts, screen.Table([]say.Column{say.Phrase("KEY"), say.ID("ACCESS KEY ID"), say.ID("USER"), say.Spare("ADDED"), say.Spare("ROTATED")}, keys))
	}
	for _, k := range o.Keys {
		if k.Root {
			parts = append(parts, screen.Fit(say.Sprintf("%s: %s\n    awsbroker keys delete %s\n", k.Name, target.Countdown(k.Expires, now), cell(k.AccessKeyID))))
		}
	}
	if len(profiles) > 0 {
		parts = append(parts, screen.Table([]say.Column{say.Phrase("PROFILE"), say.Phrase("KEY"), say.ID("ROLE"), say.ID("SESSION")}, profiles))
	}
	for _, p := range o.Profiles {
		if p.Problem != "" { // too long for a table
			parts = append(parts, screen.Fit(say.Sprintf("%s is unusable: %s\n", cell(p.Name), p.Problem)))
		}
	}
	for _, line := range append(mfaSessions(o.Profiles, now), permits(o.Permits, now)...) {
		parts = append(parts, screen.Fit(line))
	}
	return strings.Join(parts, "\n")
}

// startText tells somebody who has nothing yet what to begin with: to move a key that a
// profile has in plaintext, if there is one.
func startText(cfg *config.Config) string {
	for _, name := range cfg.Names() {
		if keys, err := cfg.ClearKeys(name); err == nil && len(keys) > 0 && !keys[0].Token {
			return say.Sprintf("there are no keys and no profiles yet; profile %s has a key in plaintext, which moves to the keychain with:\n    awsbroker add --from-profile %s\n", cell(name), say.ShellWord(name))
		}
	}
	return "there are no keys and no profiles yet; start with: awsbroker add NAME\n"
}

// notSetUpText tells which profiles could be served, with the command for each.
func notSetUpText(waiting []keychain.Use) string {
	if len(waiting) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nnot set up yet, although the keychain has a key for them:\n")
	for _, use := range waiting {
		say.Fprintf(&b, "    awsbroker setup %s\n", failure.SetupWord(use.Profile))
	}
	if len(waiting) > 1 {
		b.WriteString("all at once:\n    awsbroker setup --all\n")
	}
	return b.String()
}

// serversText tells which servers give sessions to other places.
func serversText(running []*socket.Running) string {
	if len(running) == 0 {
		return ""
	}
	text := "\nservers, which give sessions to other places:\n"
	for _, r := range running {
		text += "    " + say.Line(r.String()) + "\n"
	}
	return text
}

// mfaSessions tells until when the sessions are renewed without a code: one line for
// all profiles that have the same.
func mfaSessions(profiles []broker.ProfileView, now time.Time) (lines []string) {
	with := map[string][]string{}
	var heads []string
	for _, p := range profiles {
		if p.MFASession.IsZero() {
			continue
		}
		head := fmt.Sprintf("MFA session of key %s: %s left", cell(p.Key), say.Duration(p.MFASession.Sub(now)))
		if with[head] == nil {
			heads = append(heads, head)
		}
		with[head] = append(with[head], cell(p.Name))
	}
	for _, head := range heads {
		lines = append(lines, fmt.Sprintf("%s; until then no code is asked for %s\n", head, strings.Join(with[head], ", ")))
	}
	return lines
}

// permits tells which coding agents a person lets have a session without a question.
func permits(all []session.Permit, now time.Time) (lines []string) {
	for _, p := range all {
		if !p.Denied && p.Job == 0 {
			lines = append(lines, fmt.Sprintf("%s (process %d) may get sessions of profile %s: %s left; to end this:\n    awsbroker logout --profile %s\n",
				cell(p.Agent), p.Life.PID, cell(p.Profile), say.Duration(p.Ends.Sub(now)), say.ShellWord(p.Profile)))
		}
	}
	return lines
}

func sessionText(screen *say.Screen, p broker.ProfileView, now time.Time) string {
	switch {
	case p.Problem != "":
		return screen.Paint(say.Bad, "unusable")
	case p.Unknown:
		return screen.Paint(say.Wary, "unknown: needs the keychain")
	}
	return screen.Paint(toneOf(p.Expiration, now), leftOrNone(p.Expiration, now))
}

// soonOver is the life from which on a session is painted as one that ends soon.
const soonOver = 10 * time.Minute

// toneOf returns the tone of a session by how much of it is left.
func toneOf(ends, now time.Time) say.Tone {
	switch left := ends.Sub(now); {
	case ends.IsZero():
		return say.Faint
	case left < soonOver:
		return say.Wary
	}
	return say.Good
}

// cell is text of a table: clean, and never empty.
func cell(s string) string {
	if s == "" {
		return "-"
	}
	return say.Clean(s)
}

func ago(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "never"
	case now.Sub(t) < 2*time.Second:
		return "just now"
	}
	return say.Duration(now.Sub(t)) + " ago"
}

func roleName(arn string) string {
	if arn == "" {
		return "none (the user itself)"
	}
	account, role := awsapi.SplitARN(arn)
	return role + " in " + account
}

// userOf returns the user of an ARN in words: "phoebe in 123456789012".
func userOf(arn string) string {
	if arn == "" {
		return ""
	}
	account, user := awsapi.SplitARN(arn)
	return strings.TrimPrefix(user, "user/") + " in " + account
}
