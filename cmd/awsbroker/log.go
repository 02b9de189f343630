package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
)

// logOptions say which grants are shown.
type logOptions struct {
	profile string
	since   since
	limit   int
	json    bool
}

// shownGrants is how many of them fit a screen.
const shownGrants = 20

func newLog(a *app) *cobra.Command {
	var o logOptions
	cmd := &cobra.Command{
		Use:   "log",
		Short: "show which programs got which sessions",
		Long: `Show which programs got which sessions: the time, the profile and role, the id of
the session's key, which CloudTrail shows for each call, how awsbroker got the
session (with a code, without one, or from the cache), the program and its directory.
A tool that runs awsbroker for each of its requests has one line, with their number.

awsbroker logs every session that it gives to a program, in
~/.local/state/awsbroker/log (XDG_STATE_HOME). Only you can read that file, and it
has no secrets and no arguments of programs. --json prints its lines unchanged.

awsbroker_log = off in a profile turns the log off for that profile,
AWSBROKER_LOG=off in the environment for every command there.`,
		Example: `  awsbroker log --since 7d
  awsbroker log --profile admin --json`,
		Args: positional(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.limit < 0 {
				return usage(errors.New("--limit takes no negative value"))
			}
			if o.json && !cmd.Flags().Changed("limit") {
				o.limit = 0
			}
			return runLog(a, o, time.Now())
		},
	}
	f := cmd.Flags()
	profileFlag(cmd, &o.profile, "only sessions of this profile")
	f.Var(&o.since, "since", "only the last such time, like 24h or 7d, or since a date, like 2026-11-20")
	f.IntVarP(&o.limit, "limit", "n", shownGrants, "at most so many lines, 0 for all (with --json the default is all)")
	f.BoolVar(&o.json, "json", false, "output JSON, one object a line")
	return cmd
}

func runLog(a *app, o logOptions, now time.Time) error {
	path := paths.FromEnv().LogFile()
	if path == "" {
		return failure.New(failure.Other, "there is no home directory: HOME is not set").Hint("set HOME, or XDG_STATE_HOME")
	}
	lines, spoiled, err := grants.Read(path)
	if err != nil {
		var where *fs.PathError
		if errors.As(err, &where) { // it may be the old log
			path = where.Path
		}
		return failure.New(failure.Other, "the log cannot be read: %w", err).Hint("look at what is there, and move it away: %s", path)
	}
	if grants.Off() {
		a.Warn("the log is off, because AWSBROKER_LOG is off")
	}
	if spoiled > 0 {
		a.Warn(fmt.Sprintf("skipped lines of the log that could not be read: %d", spoiled))
	}
	rows := o.choose(lines)
	switch {
	case o.json:
		var out bytes.Buffer
		for _, l := range rows {
			out.Write(append(printable(l.Raw), '\n'))
		}
		_, err = a.stdout.Write(out.Bytes())
	case len(rows) == 0:
		_, err = fmt.Fprintln(a.stdout, "the log shows no sessions")
	default:
		columns := []say.Column{say.ID("TIME"), say.Phrase("PROFILE"), say.Spare("ROLE"), say.ID("KEY ID"), say.ID("HOW"), say.Phrase("FOR"), say.Phrase("IN")}
		_, err = io.WriteString(a.stdout, a.screen.Table(columns, logRows(rows, now)))
	}
	return err
}

// logRow is what a line of the screen stands for.
type logRow struct {
	grants.Line     // the first of them
	times       int // how many grants there were
}

// choose returns the lines that are shown. The clock may have been set between two of
// them: their order is that of the log.
func (o logOptions) choose(lines []grants.Line) []logRow {
	var chosen []logRow
	repeated := map[grant.Grant]int{}
	for _, l := range lines {
		if o.profile != "" && l.Profile != o.profile || l.Time.Before(o.since.Time) {
			continue
		}
		same := l.Grant
		same.Time = time.Time{}
		if row, ok := repeated[same]; ok && !o.json && l.How == grant.Cached && l.Command == "credential-process" {
			chosen[row].times++
			continue
		}
		repeated[same] = len(chosen)
		chosen = append(chosen, logRow{l, 1})
	}
	if o.limit > 0 && len(chosen) > o.limit {
		chosen = chosen[len(chosen)-o.limit:]
	}
	return chosen
}

func logRows(lines []logRow, now time.Time) [][]string {
	var rows [][]string
	for _, l := range lines {
		how := howText(l.How)
		if l.times > 1 {
			how += fmt.Sprintf(", %d times", l.times)
		}
		rows = append(rows, []string{clockTime(l.Time, now), cell(l.Profile), cell(roleName(l.RoleARN)), cell(l.AccessKeyID), how, givenTo(l.Grant), cell(paths.UnderHome(l.Dir))})
	}
	return rows
}

// clockTime says when t was by the clock on the wall: without the date today.
func clockTime(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

var hows = map[grant.How]string{grant.Asked: "code", grant.Renewed: "no code", grant.Cached: "cached", grant.Permitted: "permitted", grant.Denied: "denied"}

func howText(how grant.How) string { return cell(cmp.Or(hows[how], string(how))) }

// givenTo names the program that got the session, and who ran it: "exec terraform from
// bash 2388", "aws 4711" for the command that AWS's tools run.
func givenTo(g grant.Grant) string {
	who := fmt.Sprintf("%s %d", cell(g.Caller), g.PID)
	if g.PID == 0 { // it came with the token of a server
		who = "its token"
	}
	if g.Agent != "" && g.Agent != g.Caller {
		who += ", for " + cell(g.Agent)
	}
	if g.Client != "" {
		who += " (" + cell(g.Client) + ")"
	}
	switch {
	case g.Command == "credential-process":
		return who
	case g.Program != "":
		return cell(g.Command) + " " + cell(g.Program) + " from " + who
	}
	return cell(g.Command) + " from " + who
}
