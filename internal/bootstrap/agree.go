package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// agree stops where the plan cannot be, makes sure that what it takes is
// there (a keychain, somebody to ask), shows the plan and asks for a yes.
func (s *bootstrap) agree(ctx context.Context) error {
	if err := s.refuseDifferences(); err != nil {
		return err
	}
	if err := s.refuseBoundary(); err != nil {
		return err
	}
	if err := s.refuseLockout(); err != nil {
		return err
	}
	if !s.hasWork() {
		return nil
	}
	if err := s.getReady(ctx); err != nil {
		return err
	}
	s.journal.Partition, s.journal.Key, s.journal.KeyID, s.journal.Region = s.out.Partition, s.name, s.actor.AccessKey.AccessKeyID, s.run.Region
	return s.actor.Confirm(ctx, s.out.Text(), "Carry this out?")
}

// hasWork reports whether there is anything to be done or proved.
func (s *bootstrap) hasWork() bool {
	return slices.ContainsFunc(s.out.Plan, func(p Planned) bool { return p.Sign != "=" })
}

// refuseDifferences: what somebody made otherwise is not changed unasked.
func (s *bootstrap) refuseDifferences() error {
	var differing []string
	for _, st := range s.plan {
		if st.is.is == differs && !st.is.grows {
			differing = append(differing, st.what)
		}
	}
	if len(differing) == 0 || s.o.Reconcile {
		return nil
	}
	s.showPlan()
	return failure.New(failure.Other, "nothing was changed, because these existing things differ: %s", strings.Join(differing, ", ")).
		Hint("to change them, add --reconcile; to keep them, choose other names (--role, --policy, --profile)")
}

// showPlan shows the plan where nobody is asked about it.
func (s *bootstrap) showPlan() {
	for line := range strings.SplitSeq(s.out.Text(), "\n") {
		s.run.Report.Step(line)
	}
}

// getReady opens the keychain, and finds somebody to ask, before anything is
// changed that would be left half done without them.
func (s *bootstrap) getReady(ctx context.Context) error {
	if s.asksPerson() {
		if _, err := s.actor.Asker.Open(ctx); errors.Is(err, prompt.ErrNoTerminal) {
			return failure.Unasked(err, "awsbroker needs MFA codes, and there is no terminal to ask for them at").
				Hint("run this command in a terminal, or look at what it would do with --dry-run")
		} else if err != nil {
			return failure.New(failure.NeedPerson, "%w", err)
		}
	}
	if s.isMissing(notes.AccessKey) || s.isMissing(notes.Stored) {
		adder, err := keychain.NewAdder(s.run, keychain.AddOptions{Name: s.o.KeyName})
		if err != nil {
			return err
		}
		adder.Asker = s.actor.Asker
		if err := adder.Open(ctx); err != nil {
			return err
		}
		if err := adder.RefuseUnlisted(ctx, s.o.KeyName); err != nil {
			return err
		}
		s.adder = adder
	}
	return nil
}

func (s *bootstrap) isMissing(k notes.ThingKind) bool {
	return slices.ContainsFunc(s.plan, func(st *step) bool { return st.thing.Kind == k && st.is.is == missing })
}

// asksPerson reports whether codes or a password have to be typed: a device or
// a password is new, or a session has to be bought that nothing else pays for.
func (s *bootstrap) asksPerson() bool {
	if s.isMissing(notes.MFADevice) || s.isMissing(notes.Password) {
		return true
	}
	if !s.needsProof() || !s.run.Code.IsEmpty() {
		return false
	}
	profiles := []string{s.o.Profile}
	if s.agent != nil {
		profiles = append(profiles, agentProfile)
	}
	return s.isMissing(notes.Profile) || slices.ContainsFunc(profiles, s.asksFor)
}

// asksFor reports whether a session of a profile takes a code that a person types.
func (s *bootstrap) asksFor(profile string) bool {
	t, err := s.run.Target(profile)
	if err != nil {
		return true
	}
	_, inHand := t.Cached(s.actor.Cache, time.Now())
	return !inHand && t.Profile.MFAProcess == "" && t.Profile.MFASeed == ""
}

// Text is the plan for a person.
func (o Result) Text() string {
	var b strings.Builder
	say.Fprintf(&b, "account   %s (%s)\nasked by  %s\n", o.Account, o.Partition, o.By)
	if o.With != "" {
		b.WriteString(say.Wrap(o.With, "with      ", "          ", 78) + "\n")
	}
	if o.Address != "" {
		say.Fprintf(&b, "address   %s\n", say.Shown(strings.ReplaceAll(o.Address, "\n", "\n ")))
	}
	b.WriteString("\n")
	wide := 0
	for _, p := range o.Plan {
		if p.How != "" {
			wide = max(wide, min(len(p.What), 36))
		}
	}
	signs := map[string]bool{}
	for _, p := range o.Plan {
		signs[p.Sign] = true
		line := fmt.Sprintf("  %s %-*s  %s", p.Sign, wide, p.What, p.How)
		if len(line) > 79 && p.How != "" {
			line = fmt.Sprintf("  %s %s\n      %s", p.Sign, p.What, p.How)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		if p.Diff != "" {
			b.WriteString(indentedBy("      ", p.Diff) + "\n")
		}
	}
	var legend []string
	for _, l := range []struct{ sign, means string }{{"+", "create"}, {"=", "exists"}, {"~", "change"}, {"?", "test"}, {"-", "remove"}} {
		if signs[l.sign] {
			legend = append(legend, l.sign+" "+l.means)
		}
	}
	b.WriteString("\n  " + strings.Join(legend, ", "))
	for _, w := range o.Warnings {
		b.WriteString("\n\n" + say.Wrap(w, "  ! ", "    ", 78))
	}
	return b.String()
}
