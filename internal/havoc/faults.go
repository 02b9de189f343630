//go:build linux

package main

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// fault is something that fails around awsbroker, by degrees: at each step it is a bit
// better, until all works.
type fault struct {
	name  string
	steps int
	scene func(t machine.T, bin string) *scene // nil: the usual one
	// run lets the operation run while the fault lasts, and ends the fault.
	run func(s *scene, o operation, step int) (during, answer machine.Result)
	// works: no step may fail.
	works bool
	disk  bool // a file is refused, and a hint says what to do
	tries bool // all steps are tried, also after one in which all worked
	ends  bool // a session may be over as soon as it is there: a person is asked again, or the answer is refused
}

// outcome is a line of the table: an operation under a fault.
type outcome struct {
	fault, operation string
	steps            int            // at which it was tried
	failed           map[int]int    // how often by exit code
	says             map[string]int // by first error
	wrong            []string
}

// suffer lets an operation run under a fault, at every step of it, and then once more
// where all is well.
func suffer(t machine.T, bin string, f fault, o operation) outcome {
	out := outcome{fault: f.name, operation: o.name, failed: map[int]int{}, says: map[string]int{}}
	open := f.scene
	if open == nil {
		open = newScene
	}
	s := open(t, bin)
	o.prepare(s)
	s = s.with(o)
	base, err := readDisk(s.Home)
	if err != nil {
		t.Fatal(err)
	}
	s.before = s.edits()
	for step := range f.steps {
		s.Run("logout", "--all")
		if err := (state{names: base.names}).put(s.Home); err != nil {
			t.Fatal(err)
		}
		if s.UID >= 0 {
			_ = exec.Command("chown", "-R", fmt.Sprintf("%d:%d", s.UID, s.UID), s.Home).Run()
		}
		if s.desktop != nil {
			s.desktop.kill()
			s.desktop.start()
		}
		onlyKey(s)
		during, answer := f.run(s, o, step)
		out.steps++
		out.failed[during.Code]++
		if during.Code != 0 {
			out.says[strings.ReplaceAll(firstError(during.Stderr), s.Home, "~")]++
		}
		for _, why := range out.check(s, f, o, during, answer) {
			out.wrong = append(out.wrong, fmt.Sprintf("%s, step %d, %s: %s", f.name, step, o.name, why))
		}
		if during.Code == 0 && !f.works && !f.tries {
			break
		}
	}
	return out
}

// check says what may not be.
func (out *outcome) check(s *scene, f fault, o operation, during, answer machine.Result) (wrong []string) {
	deny := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	deny(f.works && during.Code != 0 && !(f.ends && (during.Code == 4 || during.Code == 6)), "%s", told(during))
	deny(during.Code != 0 && during.Stdout != "" && !strings.HasPrefix(o.name, "rotate"), "it failed with something on stdout")
	deny(during.Code < 0 || during.Code > 7 || during.Code == 2, "no exit code of ours: %s", told(during))
	deny(during.Code != 0 && strings.Count(during.Stderr, "awsbroker: error: ") != 1, "not one error: %s", told(during))
	deny(f.disk && during.Code != 0 && !strings.Contains(during.Stderr, "awsbroker: hint: "), "no hint: %s", told(during))
	deny(o.keep && answer.Code != 0 && answer.Code != 98, "while it lasted there was no answer: %s", told(answer))
	later := s.answer()
	deny(o.keep && later.Code != 0, "the key is lost: %s", told(later))
	now := s.edits()
	if during.Code == 0 {
		s.done = now
	} else {
		for file, text := range now {
			deny(text != s.before[file] && s.done != nil && text != s.done[file], "%s is neither the old one nor the new", file)
		}
		again := s.Run(s.arguments(o.args)...)
		if o.hint != nil && again.Code == 7 && strings.Contains(again.Stderr, "--replace") {
			again = s.Run(o.hint...)
		}
		deny(again.Code != 0 && !slices.Contains(o.ended, again.Code), "run once more: %s", told(again))
	}
	last := s.answer()
	deny((last.Code == 0) == o.gone, "at the end: %s", told(last))
	if o.after != nil {
		why := o.after(s)
		deny(why != "", "at the end: %s", why)
	}
	return wrong
}

// onlyKey takes back what an earlier step did in AWS.
func onlyKey(s *scene) {
	for _, k := range s.AWS.User.AccessKeys() {
		if s.other == nil || k.ID != s.other.ID {
			s.AWS.Server.Key(k.ID).Delete()
		}
	}
	s.AWS.User.ImportAccessKey(s.AWS.Key.ID, s.AWS.Key.Secret)
}

func firstError(stderr string) string {
	for line := range strings.Lines(stderr) {
		if text, ok := strings.CutPrefix(line, "awsbroker: error: "); ok {
			return strings.TrimSpace(text)
		}
	}
	return "nothing"
}

// codes are the exit codes, with how often each came.
func (out *outcome) codes() string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(out.failed)) {
		all = append(all, fmt.Sprintf("%d×%d", out.failed[code], code))
	}
	return strings.Join(all, " ")
}

// told is the error that came most often.
func (out *outcome) told() (text string) {
	for _, says := range slices.Sorted(maps.Keys(out.says)) {
		if out.says[says] > out.says[text] {
			text = says
		}
	}
	if len(text) > 70 {
		text = text[:70] + "…"
	}
	return text
}
