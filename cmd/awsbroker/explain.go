package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/say"
)

func newExplain(a *app) *cobra.Command {
	var profile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "show how a profile resolves, and why",
		Long: `Show how a profile resolves: what awsbroker will request from AWS, with which key
from which keychain, how it would ask for a code, whether the next call will ask
and why, and where each setting is written.

The command changes nothing. It opens no key in the keychain, and asks neither
AWS nor you.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := a.broker(broker.PersonLimits)
			if err != nil {
				return err
			}
			name, err := a.choose(b, profile)
			if err != nil {
				return err
			}
			e, err := b.Explain(cmd.Context(), name)
			if err != nil {
				return err
			}
			if asJSON {
				return writeExplanationJSON(a.stdout, e)
			}
			return writeExplanation(a.screen, e, time.Now())
		},
	}
	takesProfile(cmd, &profile, "profile to explain")
	cmd.Flags().BoolVar(&asJSON, "json", false, "output JSON")
	return cmd
}

func writeExplanation(screen *say.Screen, e broker.Explanation, now time.Time) error {
	var b strings.Builder
	painted := func(name string, tone say.Tone, text, more string) {
		fmt.Fprintf(&b, "%-10s %s%s\n", name, screen.Paint(tone, say.Line(text)), say.Line(more))
	}
	line := func(name, text string) { painted(name, say.Plain, text, "") }
	line("profile", e.Profile)
	for i, step := range e.Steps {
		name := "gets"
		if i > 0 {
			name = "then"
		}
		line(name, step)
	}
	line("key", keyText(e))
	line("keychain", fmt.Sprintf("%s (%s)", orUnknown(e.Keystore.Words(), "none yet"), e.KeystoreFrom))
	if e.MFASerial != "" {
		line("device", e.MFASerial)
	}
	line("codes", codesText(e.Codes))
	line("region", e.Region)
	line("endpoint", orUnknown(e.Endpoint, "AWS's own"))
	line("log", orUnknown(inHome(e.LogFile), "off"))
	painted("session", toneOf(e.Expiration, now), leftOrNone(e.Expiration, now), "")
	if len(e.SharedWith) > 0 {
		line("", "the same session as of "+sharedText(e.SharedWith))
	}
	if !e.MFAEnds.IsZero() {
		line("", "its MFA session: "+leftOrNone(e.MFAEnds, now))
	}
	painted("next call", outcomeTones[e.Next.Outcome], outcomeText(e.Next.Outcome), ": "+e.Next.Why)
	b.WriteString("\n")
	writeSettings(&b, e)
	for i, p := range e.Problems {
		if i == 0 {
			b.WriteString("\n")
		}
		painted("problem", say.Bad, place(p.Origin), ": "+p.Text)
	}
	_, err := io.WriteString(screen, b.String())
	return err
}

// sharedText names the profiles that a session is shared with, in one line.
func sharedText(profiles []string) string {
	const most = 5
	if n := len(profiles); n > most {
		return fmt.Sprintf("%s and %d more", strings.Join(profiles[:most], ", "), n-most)
	}
	return strings.Join(profiles, ", ")
}

func keyText(e broker.Explanation) string {
	switch {
	case e.AccessKeyID == "":
		return cell(e.Key)
	case e.KeyARN == "":
		return fmt.Sprintf("%s (%s)", cell(e.Key), cell(e.AccessKeyID))
	}
	return fmt.Sprintf("%s (%s of %s)", cell(e.Key), cell(e.AccessKeyID), cell(userOf(e.KeyARN)))
}

// writeSettings aligns the places only: values may be long, and have to be whole.
func writeSettings(b *strings.Builder, e broker.Explanation) {
	widest := 0
	places := make([]string, len(e.Settings))
	for i, o := range e.Settings {
		places[i] = place(o)
		if o.File != "" && o.Section != e.Profile && !strings.HasPrefix(o.Section, "services ") && o.Section != "profile "+e.Profile {
			places[i] += " [" + o.Section + "]" // of its source, or of all profiles
		}
		widest = max(widest, utf8.RuneCountInString(places[i]))
	}
	for i, o := range e.Settings {
		say.Fprintf(b, "%-*s  %s = %s\n", widest, places[i], o.Key, o.Value)
	}
}

// place says where a setting is written.
func place(o config.Origin) string {
	switch {
	case o.File != "":
		return fmt.Sprintf("%s:%d", inHome(o.File), o.Line)
	case strings.HasPrefix(o.Key, "--"):
		return "command line"
	case strings.HasPrefix(o.Key, "AWS"):
		return "environment"
	}
	return "default"
}

// inHome returns a path with ~ for the home directory.
func inHome(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home+string(os.PathSeparator)); err == nil && ok && home != "/" {
		return "~" + string(os.PathSeparator) + rest
	}
	return path
}

func orUnknown(text, otherwise string) string {
	if text == "" || text == "-" {
		return otherwise
	}
	return text
}

func leftOrNone(ends, now time.Time) string {
	if ends.IsZero() {
		return "none"
	}
	return say.Duration(ends.Sub(now)) + " left"
}

func codesText(c broker.CodeSource) string {
	switch {
	case c.Ways == nil:
		return "not needed"
	case c.Setting != "":
		return "from " + c.Setting
	case c.Way != "":
		return "from you; way of asking: " + string(c.Way)
	}
	return "there is no way to ask you from here"
}

// outcomeTones are those of what the next call will do.
var outcomeTones = map[broker.Outcome]say.Tone{broker.FromCache: say.Good, broker.NotAsking: say.Good,
	broker.AsksCode: say.Wary, broker.AsksYes: say.Wary, broker.Unlocks: say.Wary, broker.Fails: say.Bad}

func outcomeText(o broker.Outcome) string {
	switch o {
	case broker.FromCache:
		return "answers at once"
	case broker.NotAsking:
		return "gets a session without asking"
	case broker.AsksCode:
		return "asks for a code"
	case broker.AsksYes:
		return "asks for a yes"
	case broker.Unlocks:
		return "asks to open the keychain"
	case broker.Fails:
		return "fails"
	}
	return "not known"
}

// The JSON of explain is part of the interface, as list's is.
type explainJSON struct {
	Profile      string        `json:"profile"`
	RoleARN      string        `json:"role_arn"`
	MFASerial    string        `json:"mfa_serial"`
	Key          string        `json:"key"`
	AccessKeyID  string        `json:"access_key_id"`
	KeyARN       string        `json:"key_arn"`
	Keystore     string        `json:"keystore"`
	KeystoreFrom string        `json:"keystore_from"`
	Region       string        `json:"region"`
	EndpointURL  string        `json:"endpoint_url"` // empty: AWS's own
	CodeSetting  string        `json:"code_setting"` // that brings codes along
	CodeWay      string        `json:"code_way"`     // of asking a person
	LogFile      string        `json:"log"`
	SharedWith   []string      `json:"shared_with"` // profiles that get the same session
	Expiration   *time.Time    `json:"session_expiration"`
	MFAEnds      *time.Time    `json:"mfa_session_expiration"`
	Next         string        `json:"next_call"` // cached, renewed, asks, confirms, unlocks, fails, unknown
	Why          string        `json:"why"`
	Settings     []settingJSON `json:"settings"`
	Problems     []problemJSON `json:"problems"`
}

type settingJSON struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Section string `json:"section"`
}

type problemJSON struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

func writeExplanationJSON(out io.Writer, e broker.Explanation) error {
	j := explainJSON{
		e.Profile, e.RoleARN, e.MFASerial, e.Key, e.AccessKeyID, e.KeyARN, string(e.Keystore), e.KeystoreFrom, e.Region, e.Endpoint,
		e.Codes.Setting, string(e.Codes.Way), e.LogFile, append([]string{}, e.SharedWith...), orNull(e.Expiration), orNull(e.MFAEnds), string(e.Next.Outcome), e.Next.Why, []settingJSON{}, []problemJSON{},
	}
	for _, o := range e.Settings {
		j.Settings = append(j.Settings, settingJSON{o.Key, o.Value, o.File, o.Line, o.Section})
	}
	for _, p := range e.Problems {
		j.Problems = append(j.Problems, problemJSON{p.Origin.File, p.Origin.Line, p.Text})
	}
	return writeJSON(out, j)
}
