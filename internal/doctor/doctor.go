// Package doctor looks for what is wrong with this machine, its profiles and its
// account, and mends what can be mended here (awsbroker doctor).
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Severity of a finding, the worst first.
type Severity int

// The severities.
const (
	Serious Severity = iota + 1 // a key or an account is in danger, or nothing works
	Warning                     // something does not work, or will not
	Note                        // good to know
)

func (s Severity) String() string { return [...]string{"", "serious", "warning", "note"}[s] }

// FindingKind is a sort of finding. Its ID is part of the interface.
type FindingKind struct {
	ID       string
	Severity Severity
	Why      string // one sentence
}

// findingKind declares a kind, beside the check that finds it.
func findingKind(id string, severity Severity, why string) *FindingKind {
	return &FindingKind{id, severity, why}
}

// Finding is something that is wrong. Its texts are clean.
type Finding struct {
	Kind   *FindingKind
	Title  string // what, in one line
	Advice string // what to do, in words; empty if Mend says it all
	Mend   string // the very command; empty if there is none
	File   string // where; empty if in no file
	Line   int    // 0: the whole file

	fix func(context.Context) error // nil: only the person can mend it
}

// Fixable reports whether [MendFindings] can do something about the finding.
func (f Finding) Fixable() bool { return f.fix != nil }

// Unchecked is a check that could not be made.
type Unchecked struct{ What, Problem string }

// Diagnosis is what [Run] found.
type Diagnosis struct {
	Findings  []Finding
	Unchecked []Unchecked
	Checked   []string // what was looked at, for people
}

// Worst is the severity of the worst finding, 0 if there is none.
func (d Diagnosis) Worst() Severity {
	var worst Severity
	for _, f := range d.Findings {
		if worst == 0 || f.Kind.Severity < worst {
			worst = f.Kind.Severity
		}
	}
	return worst
}

// Fixable counts the findings that [MendFindings] can do something about.
func (d Diagnosis) Fixable() int {
	n := 0
	for _, f := range d.Findings {
		if f.Fixable() {
			n++
		}
	}
	return n
}

// Options say what is looked at.
type Options struct {
	Program string // how callers should start this program; empty: they cannot
	Version string // of this program
	Account bool   // the AWS account, too, which takes a session
	Profile string // through which; empty: as for other commands
}

// doctor is one examination.
type doctor struct {
	broker    *broker.Broker
	options   Options
	diagnosis Diagnosis
	now       time.Time
	cfg       *config.Config // of the files that can be read
	files     bool           // both can
	record    keystore.Record
	known     bool             // record can be read
	targets   []*target.Target // of the profiles that awsbroker serves

	programs []string // that they run
}

// Run looks at this machine, its files, the environment and, if that is
// asked for, the account. It changes nothing. What cannot be looked at is said,
// and is no failure.
func Run(ctx context.Context, b *broker.Broker, o Options) Diagnosis {
	d := &doctor{broker: b, options: o, now: time.Now()}
	if err := b.CheckHome(); err != nil {
		d.found(noHome, Finding{Title: "there is no home directory, so there are no profiles and no keys", Mend: "export HOME=/the/directory"})
		d.check("environment", d.lookAtEnvironment)
		return d.diagnosis
	}
	d.check("files", d.lookAtFiles)
	d.check("keychain record", d.lookAtRecord)
	d.check("profiles", d.lookAtProfiles)
	clock := d.askTheTime(ctx)
	d.check("programs", func() (string, error) { return d.lookAtPrograms(ctx) })
	d.check("keys in plaintext", d.lookAtClearKeys)
	d.check("sessions of aws login", d.lookAtLogins)
	d.check("file modes", d.lookAtModes)
	d.check("keychain", func() (string, error) { return d.lookAtKeychain(ctx) })
	d.check("sessions", d.lookAtSessions)
	d.check("log", d.lookAtLog)
	d.check("questions", func() (string, error) { return d.lookAtPrompts(ctx) })
	d.check("environment", d.lookAtEnvironment)
	d.check("git", func() (string, error) { return d.lookAtGit(ctx) })
	d.check("clock", clock)
	if o.Account {
		d.lookAtAccount(ctx)
	}
	return d.diagnosis
}

var noHome = findingKind("no-home", Serious, "profiles, keys and sessions rest below the home directory")

// check makes one check. What it says it looked at is for people; an error
// means that it could not.
func (d *doctor) check(what string, look func() (string, error)) {
	said, err := look()
	switch {
	case err != nil:
		d.unchecked(what, err)
	case said != "":
		d.diagnosis.Checked = append(d.diagnosis.Checked, said)
	}
}

func (d *doctor) unchecked(what string, err error) {
	problem := err.Error()
	var f *failure.Error
	if errors.As(err, &f) && len(f.Hints) > 0 {
		problem += "; " + f.Hints[0]
	}
	d.diagnosis.Unchecked = append(d.diagnosis.Unchecked, Unchecked{what, say.Clean(problem)})
}

func (d *doctor) found(k *FindingKind, f Finding) {
	f.Kind, f.Title, f.Advice, f.Mend = k, say.Clean(f.Title), say.Clean(f.Advice), say.Clean(f.Mend)
	d.diagnosis.Findings = append(d.diagnosis.Findings, f)
}

// at returns the finding with the place of a setting.
func (f Finding) at(o config.Origin) Finding {
	f.File, f.Line = o.File, o.Line
	return f
}

// fewOf names a few of many.
func fewOf(names []string) string {
	const most = 3
	text := ""
	for i, name := range names[:min(len(names), most)] {
		if i > 0 {
			text += ", "
		}
		text += name
	}
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
