package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/doctor"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/start"
)

type doctorOptions struct {
	doctor.Options
	fix, json bool
}

func newDoctor(a *app) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "find problems of this machine, the profiles and the account",
		Long: `Find problems of this machine, the profiles and, with --account, the AWS account.
Each finding says why it matters and which command fixes it. docs/doctor.md lists
all findings. Without --fix the command changes nothing; --fix shows each change
and asks.

--account checks the root user, users, groups, access keys and the profile's role.
It uses a session of the profile, which may need an MFA code.

The exit code is 1 if a finding is serious.`,
		Example: "  awsbroker doctor\n  awsbroker doctor --fix\n  awsbroker doctor --account --profile admin",
		Args:    positional(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, a, o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.Account, "account", false, "also check the AWS account")
	profileFlag(cmd, &o.Profile, "profile used to check the account")
	f.BoolVar(&o.fix, "fix", false, "fix problems on this machine, asking before each change")
	f.BoolVarP(&a.yes, "yes", "y", false, "with --fix, do not ask")
	f.BoolVar(&o.json, "json", false, "output JSON")
	return cmd
}

func runDoctor(cmd *cobra.Command, a *app, o doctorOptions) error {
	o.Program, _ = program() // without it, profiles are not mended
	o.Version = start.Version()
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if o.fix {
		local := o.Options
		local.Account = false // nothing there is mended from here
		if err := doctor.MendFindings(cmd.Context(), b, doctor.Run(cmd.Context(), b, local).Findings); err != nil {
			return err
		}
	}
	d := doctor.Run(cmd.Context(), b, o.Options)
	if cmd.Context().Err() != nil {
		return failure.New(failure.NeedPerson, "cancelled: not everything was checked")
	}
	if o.json {
		err = writeDoctorJSON(a.stdout, d)
	} else {
		err = a.writeDoctor(d, o)
	}
	if err == nil && d.Worst() == doctor.Serious {
		err = childExit(1) // what there is to say is said
	}
	return err
}

// tones of the severities.
var tones = map[doctor.Severity]say.Tone{doctor.Serious: say.Bad, doctor.Warning: say.Wary, doctor.Note: say.Hint}

func (a *app) writeDoctor(d doctor.Diagnosis, o doctorOptions) error {
	var b strings.Builder
	for _, severity := range []doctor.Severity{doctor.Serious, doctor.Warning, doctor.Note} {
		for _, f := range d.Findings {
			if f.Kind.Severity == severity {
				writeFinding(&b, f, a.screen)
			}
		}
	}
	for i, u := range d.Unchecked {
		if i == 0 {
			b.WriteString("not checked\n")
		}
		b.WriteString(a.screen.Wrap("  ", "    ", u.What+": "+u.Problem))
	}
	if len(d.Unchecked) > 0 {
		b.WriteString("\n")
	}
	b.WriteString(a.screen.Wrap("", "", summary(d, o)))
	_, err := io.WriteString(a.screen.Raw(), b.String())
	return err
}

func writeFinding(b *strings.Builder, f doctor.Finding, screen *say.Screen) {
	severity := f.Kind.Severity
	fmt.Fprintf(b, "%s: %s\n", screen.Paint(tones[severity], severity.String()), f.Kind.ID)
	b.WriteString(screen.Wrap("  ", "  ", f.Title))
	if f.File != "" {
		where := inHome(f.File)
		if f.Line > 0 {
			where = fmt.Sprintf("%s:%d", where, f.Line)
		}
		fmt.Fprintf(b, "  where  %s\n", where)
	}
	row := func(name, text string) {
		b.WriteString(screen.Wrap(fmt.Sprintf("  %-5s  ", name), strings.Repeat(" ", 9), text))
	}
	row("why", f.Kind.Why)
	name := "fix"
	if f.Advice != "" {
		row(name, f.Advice)
		name = ""
	}
	if f.Mend != "" {
		fmt.Fprintf(b, "  %-5s  %s\n", name, f.Mend) // in one line, to be copied
	}
	b.WriteString("\n")
}

// summary returns the last line of what doctor says.
func summary(d doctor.Diagnosis, o doctorOptions) string {
	looked := "checked: " + strings.Join(d.Checked, ", ")
	if len(d.Findings) == 0 {
		text := "nothing found; " + looked
		if !o.Account {
			text += "; to check the account: awsbroker doctor --account"
		}
		return text
	}
	count := map[doctor.Severity]int{}
	for _, f := range d.Findings {
		count[f.Kind.Severity]++
	}
	var parts []string
	for _, s := range []struct {
		severity  doctor.Severity
		one, many string
	}{{doctor.Serious, "serious finding", "serious findings"}, {doctor.Warning, "warning", "warnings"}, {doctor.Note, "note", "notes"}} {
		if n := count[s.severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, plural(n, s.one, s.many)))
		}
	}
	text := strings.Join(parts, ", ")
	if n := d.Fixable(); n > 0 && !o.fix {
		which := plural(n, "it", "them")
		if n < len(d.Findings) {
			which = plural(n, "one", fmt.Sprint(n)) + " of them"
		}
		text += fmt.Sprintf("; to fix %s here: awsbroker doctor --fix", which)
	}
	return text
}

// The JSON of doctor is part of the interface, as that of list is.
type doctorJSON struct {
	Findings  []findingJSON   `json:"findings"`
	Unchecked []uncheckedJSON `json:"unchecked"`
	Checked   []string        `json:"checked"`
}

type findingJSON struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Why      string `json:"why"`
	Advice   string `json:"advice"` // in words
	Mend     string `json:"fix"`    // a command
	File     string `json:"file"`   // empty: in no file
	Line     int    `json:"line"`   // 0: the whole file
	Fixable  bool   `json:"fixable"`
}

type uncheckedJSON struct {
	Check   string `json:"check"`
	Problem string `json:"problem"`
}

func writeDoctorJSON(out io.Writer, d doctor.Diagnosis) error {
	j := doctorJSON{Findings: []findingJSON{}, Unchecked: []uncheckedJSON{}, Checked: append([]string{}, d.Checked...)}
	for _, f := range d.Findings {
		j.Findings = append(j.Findings, findingJSON{f.Kind.ID, f.Kind.Severity.String(), f.Title, f.Kind.Why, f.Advice, f.Mend, f.File, f.Line, f.Fixable()})
	}
	for _, u := range d.Unchecked {
		j.Unchecked = append(j.Unchecked, uncheckedJSON{u.What, u.Problem})
	}
	return writeJSON(out, j)
}
