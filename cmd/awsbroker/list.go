package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
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
		return "there are no keys and no profiles yet; start with: awsbroker add NAME\n"
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

// The JSON of list is part of the interface: snake_case, RFC 3339 times in UTC,
// null for what is not there.
type listJSON struct {
	Keystore string         `json:"keystore"`
	Keys     []keyJSON      `json:"keys"`
	Profiles []profileJSON  `json:"profiles"`
	NotSetUp []notSetUpJSON `json:"not_set_up"`
	Servers  []serverJSON   `json:"servers"`
	Agents   []permitJSON   `json:"agents"`
}

// permitJSON is a coding agent that may have a session without a question.
type permitJSON struct {
	Agent   string    `json:"agent"`
	PID     int       `json:"pid"`
	Profile string    `json:"profile"`
	Expires time.Time `json:"expires"`
	Left    *int      `json:"seconds_left"`
}

// serverJSON is a server (awsbroker serve) that runs.
type serverJSON struct {
	Profile string    `json:"profile"`
	At      string    `json:"at"`
	Limits  string    `json:"limits"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
}

// notSetUpJSON is a profile that could be served. Key is empty where another profile's
// role assumes that of the profile.
type notSetUpJSON struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

type keyJSON struct {
	Name        string     `json:"name"`
	AccessKeyID string     `json:"access_key_id"`
	ARN         string     `json:"arn"`
	Added       time.Time  `json:"added"`
	Rotated     *time.Time `json:"rotated"`
	Profiles    []string   `json:"profiles"`
	Root        bool       `json:"root"`
	Expires     *time.Time `json:"expires"` // of a root key
}

type profileJSON struct {
	Name       string     `json:"name"`
	Key        string     `json:"key"`
	RoleARN    string     `json:"role_arn"`
	MFASerial  string     `json:"mfa_serial"`
	Unknown    bool       `json:"session_unknown"` // the keychain seals it, and is not opened for a list
	Expiration *time.Time `json:"session_expiration"`
	Left       *int       `json:"session_seconds_left"`
	MFAEnds    *time.Time `json:"mfa_session_expiration"` // of the session that renews it without a code
	MFALeft    *int       `json:"mfa_session_seconds_left"`
	Problem    string     `json:"problem"`
}

func writeListJSON(out io.Writer, o broker.Overview, waiting []keychain.Use, running []*socket.Running, now time.Time) error {
	l := listJSON{Keystore: string(o.Keystore), Keys: []keyJSON{}, Profiles: []profileJSON{}, NotSetUp: []notSetUpJSON{}, Servers: []serverJSON{}, Agents: []permitJSON{}}
	for _, r := range running {
		l.Servers = append(l.Servers, serverJSON{r.Profile, r.At, r.Limits, r.PID, r.Since})
	}
	for _, use := range waiting {
		l.NotSetUp = append(l.NotSetUp, notSetUpJSON{use.Profile, use.Key})
	}
	for _, k := range o.Keys {
		l.Keys = append(l.Keys, keyJSON{k.Name, k.AccessKeyID, k.ARN, k.Added, orNull(k.Rotated), append([]string{}, k.Profiles...), k.Root, orNull(k.Expires)})
	}
	for _, p := range o.Profiles {
		l.Profiles = append(l.Profiles, profileJSON{p.Name, p.Key, p.RoleARN, p.MFASerial, p.Unknown, orNull(p.Expiration), secondsLeft(p.Expiration, now), orNull(p.MFASession), secondsLeft(p.MFASession, now), p.Problem})
	}
	for _, p := range o.Permits {
		if !p.Denied && p.Job == 0 {
			l.Agents = append(l.Agents, permitJSON{p.Agent, p.Life.PID, p.Profile, p.Ends.UTC().Truncate(time.Second), secondsLeft(p.Ends, now)})
		}
	}
	return writeJSON(out, l)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// secondsLeft returns the seconds until t; nil, JSON's null, if there is no t.
func secondsLeft(t, now time.Time) *int {
	if t.IsZero() {
		return nil
	}
	left := max(0, int(t.Sub(now)/time.Second))
	return &left
}
