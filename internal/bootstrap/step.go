package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// step is one thing that an account is to have. Looking changes nothing, and
// may be done at any time.
type step struct {
	what  string        // "user phoebe"
	how   string        // what making it comes to, for the plan
	thing notes.Thing   // as the journal knows it, if it is made
	id    func() string // its ARN, where that is known before
	look  func(context.Context) (state, error)
	make  func(context.Context, *notes.Thing) error

	mend    func(context.Context, *notes.Thing) error // makes what differs as it should be
	changed notes.Thing                               // as the journal knows that

	is state // when the plan was made
}

// condition of a thing in AWS or on this machine.
type condition int

const (
	missing condition = iota
	there             // as it should be
	differs
	implied // comes with something that is made before it
)

// state is what looking found.
type state struct {
	is     condition
	id     string // ARN, serial number or access key id
	before string // what it says, if it differs
	diff   string // to what it should say, for people

	grows bool // what differs is ours, and only gets more: that takes no --reconcile

	versions []iam.Version // of a policy that differs, the oldest first
}

// carryOut carries out one step: it makes the thing if it is not there, and waits
// until AWS shows it.
func (s *bootstrap) carryOut(ctx context.Context, st *step) error {
	found, err := whileMissing(ctx, s, st.look)
	if err == nil && st.make == nil && found.is != differs {
		return nil // a part of another step's
	}
	s.o.Show.Begin(say.Clean(st.what))
	outcome := "exists"
	if err == nil {
		switch found.is {
		case missing:
			outcome, err = s.create(ctx, st)
		case differs:
			outcome = "changed"
			err = s.change(ctx, st, found)
		case there:
			err = s.adopt(st, found)
		}
	}
	if err != nil {
		return s.failureAt(st, err)
	}
	s.o.Show.End(outcome)
	return nil
}

// adopt notes that a thing which an earlier run was about to make is there.
func (s *bootstrap) adopt(st *step, found state) error {
	t := s.journal.Find(st.thing)
	if t == nil || t.Done {
		return nil
	}
	t.ID, t.Done = cmp.Or(found.id, t.ID), true
	s.out.Changed = true
	return s.note("found "+st.what, *t)
}

// create makes a thing. A call is sent once: where the answer is lost, or says
// that there is one already, looking tells.
func (s *bootstrap) create(ctx context.Context, st *step) (outcome string, err error) {
	t := st.thing
	have := s.journal.Find(t)
	begun := have != nil && !have.Done // by an earlier run, which may have made it
	t.At = time.Now().UTC().Truncate(time.Second)
	if begun {
		t.Listed, t.At = have.Listed, have.At
	}
	if st.id != nil {
		t.ID = st.id()
	}
	if err := s.note("intend "+st.what, t); err != nil {
		return "", err
	}
	taken, err := s.makeThing(ctx, st, &t, begun)
	if err != nil {
		return "", err
	}
	if taken {
		s.forget(t, false)
		return "exists", nil
	}
	t.Done = true
	s.out.Changed = true
	if err := s.note("made "+st.what, t); err != nil {
		return "", err
	}
	return "created", s.waitUntilShown(ctx, st)
}

// makeThing makes t, and tries again where AWS says neither that it is there nor
// that it is not. taken reports whether somebody else made it meanwhile.
func (s *bootstrap) makeThing(ctx context.Context, st *step, t *notes.Thing, begun bool) (taken bool, err error) {
	tries, lost := 0, false
	_, err = wait.For(ctx, s.up(s.waits.settle, ""), func(ctx context.Context) (done bool, err error) {
		tries++
		err = s.step("make "+st.what, func() error { return st.make(ctx, t) })
		if err == nil {
			return true, nil
		}
		lost = lost || access.MayBeDone(err)
		exists := awsapi.Is(err, awsapi.Exists)
		found, lookErr := whileMissing(ctx, s, st.look)
		switch {
		case lookErr == nil && found.is == there:
			t.ID = cmp.Or(t.ID, found.id)
			taken = exists && !lost && !begun
			return true, nil
		case exists: // and is not shown yet
			s.o.Show.Waiting("until AWS shows it")
			return false, err
		case !lost:
			s.forget(*t, begun)
			return true, err
		}
		return tries == 3, err
	})
	return taken, err
}

// waitUntilShown waits until AWS shows what was made.
func (s *bootstrap) waitUntilShown(ctx context.Context, st *step) error {
	end, err := wait.For(ctx, s.up(s.waits.settle, "until AWS shows it"), func(ctx context.Context) (done bool, err error) {
		found, err := st.look(ctx)
		if awsapi.Is(err, awsapi.NotThere) { // a list has it already
			return false, nil
		}
		return err != nil || found.is != missing, err
	})
	switch end {
	case wait.Over:
		return failure.New(failure.Unreachable, "AWS does not show the new things yet: %s", st.what).Hint("this may take some more minutes")
	case wait.Interrupted:
		return failure.Interrupted("for AWS to show %s", st.what)
	}
	return err
}

// change makes a thing that differs as it should be, as --reconcile allows, or as it grows.
func (s *bootstrap) change(ctx context.Context, st *step, found state) error {
	if !s.o.Reconcile && !found.grows || st.mend == nil {
		return failure.New(failure.Other, "another program changed %s while bootstrap ran", st.what)
	}
	t := st.changed
	t.Before, t.ID, t.At = found.before, found.id, time.Now().UTC().Truncate(time.Second)
	if have := s.journal.Find(t); have != nil {
		// It was changed before: what it was at first counts.
		t.Before, t.Listed, t.InUse, t.Made, t.Lost = have.Before, have.Listed, have.InUse, have.Made, have.Lost
	} else {
		t.Listed, t.InUse = versionsIn(found.versions)
	}
	if v := found.makesRoom(); v != "" {
		t.Lost = append(t.Lost, v)
	}
	if err := s.note("intend "+st.what, t); err != nil {
		return err
	}
	_, err := wait.For(ctx, wait.Up{Tries: 3, Every: s.waits.again, Clock: s.run.Clock}, func(ctx context.Context) (done bool, err error) {
		err = s.step("change "+st.what, func() error { return st.mend(ctx, &t) })
		if err == nil || !access.MayBeDone(err) {
			return true, err
		}
		if now, lookErr := whileMissing(ctx, s, st.look); lookErr == nil && now.is == there {
			return true, nil
		}
		return false, err
	})
	if err != nil {
		return err
	}
	t.Done = true
	s.out.Changed = true
	return s.note("changed "+st.what, t)
}

// note writes a thing into the journal. What was proved before does not count any
// more then.
func (s *bootstrap) note(step string, t notes.Thing) error {
	s.journal.Set(t)
	s.journal.Proved = nil
	if err := s.step(step, func() error { return writeJournal(s.run, s.journal) }); err != nil {
		return failure.New(failure.Other, "the note of what bootstrap creates could not be written: %w", err)
	}
	return nil
}

// forget takes a thing that was not made out of the journal, unless an earlier
// run may have made it.
func (s *bootstrap) forget(t notes.Thing, begun bool) {
	if begun {
		return
	}
	s.journal.Drop(t)
	if err := writeJournal(s.run, s.journal); err != nil {
		s.run.Debug("journal: %v", err) // it says that there may be a thing; looking tells
	}
}

// failureAt returns a failure that says at which step bootstrap stopped, and why.
func (s *bootstrap) failureAt(st *step, err error) error {
	s.o.Show.End("failed")
	if failure.Is(err) {
		return err
	}
	err = failure.OfIAM(err, failure.IAMCall{})
	var f *failure.Error
	if errors.As(err, &f) {
		f.Message = say.Clean(st.what) + ": " + f.Message
		if awsapi.Is(err, awsapi.Denied) && len(f.Hints) == 0 {
			f.Hints = []string{"this key lacks the rights for it: use the root user's key or an administrator's"}
		}
	}
	return s.explainSession(err)
}
