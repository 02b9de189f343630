//go:build linux

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// operation is a run of awsbroker during which the power may fail.
type operation struct {
	name    string
	prepare func(*scene)
	args    []string // "CODE" stands for an MFA code
	env     func(*scene) []string
	keep    bool                    // the key answers before and after, so it has to at every moment
	gone    bool                    // no key answers once the operation has ended
	ended   []int                   // exit codes of the same run once more, besides 0, where the first had done its work
	hint    []string                // what the message says to run where the keychain kept half a key
	also    func(s *scene) string   // says what else is wrong before the run once more
	after   func(s *scene) string   // and at the end
	aws     func(*scene, time.Time) // makes AWS what it was at a moment
	ignores string                  // a part of paths that stay as they were
}

// scene is a machine on which an operation runs.
type scene struct {
	*machine.Machine
	desktop      *desktop           // that its keys are on
	before, done map[string]string  // files of AWS that awsbroker edits, before and after
	other        *fakeaws.AccessKey // that replaces the first
	history      []fakeaws.Call     // of the recorded run
}

// edited are files that are whole at every moment: as before or as after.
var edited = []string{"home/.aws/config", "home/.aws/credentials"}

func newScene(t machine.T, bin string) *scene { return newSceneOf(t, bin, -1) }

func newSceneOf(t machine.T, bin string, uid int) *scene {
	m := machine.New(t, bin, uid)
	return &scene{Machine: m.With("AWS_ENDPOINT_URL_IAM=" + m.URL)}
}

func (s *scene) edits() map[string]string {
	texts := map[string]string{}
	for _, f := range edited {
		texts[f] = read(s.Path(f))
	}
	return texts
}

// cut is what the power cuts of an operation came to.
type cut struct {
	name            string
	calls, moments  int
	states          int
	tried, answered int // of the states; those in which a key answers before the run once more
	wrong           []string
}

// cutPower runs the operation once, and then again on all that a power cut at any moment
// of it may have left. most bounds how many of these are tried: they are spread evenly.
func cutPower(t machine.T, bin string, o operation, most int) cut {
	s := newScene(t, bin)
	o.prepare(s)
	s.Run("logout", "--all")
	d, err := readDisk(s.Home)
	if err != nil {
		t.Fatal(err)
	}
	s.before = s.edits()
	with := s.with(o)
	calls, r := record(with.Machine, s.arguments(o.args)...)
	if r.Code != 0 {
		t.Fatalf("%s: %v", o.name, r)
	}
	with.before, with.done = s.before, s.edits()
	c := cut{name: o.name}
	cases := c.collect(o, d, calls)
	c.states = len(cases)
	for _, i := range spread(len(cases), most) {
		c.try(with, o, cases[i])
	}
	return c
}

// spread are most of n numbers from 0 on, or all for 0, the last among them.
func spread(n, most int) (chosen []int) {
	if most == 0 || most > n {
		most = n
	}
	for i := range most {
		chosen = append(chosen, n-1-i*n/most)
	}
	return chosen
}

// moment is a state after a power cut, and when it was.
type moment struct {
	state
	at   time.Time
	step string
	last bool // the run had ended
}

// collect makes the changes on the disk, one after the other, and returns the states
// that differ.
func (c *cut) collect(o operation, d *disk, calls []call) (all []moment) {
	r := &replay{disk: d, offsets: map[int]int{}, ignores: o.ignores}
	seen := map[uint64]bool{}
	add := func(m moment) {
		for _, s := range d.states() {
			if sum := s.sum(); !seen[sum] || m.last {
				seen[sum] = true
				m.state = s
				all = append(all, m)
			}
		}
	}
	for i, call := range calls {
		if !r.do(call) {
			continue
		}
		c.moments++
		last := true
		for _, later := range calls[i+1:] {
			last = last && later.name == "close"
		}
		add(moment{at: call.at, step: fmt.Sprintf("after %s %v", call.name, shorten(call.args)), last: last})
	}
	c.calls = len(calls)
	return all
}

// shorten leaves paths of a call and drops bytes.
func shorten(args []string) (paths []string) {
	for _, a := range args {
		if strings.HasPrefix(a, "/") && len(a) < 200 {
			paths = append(paths, a[strings.LastIndexByte(a, '/')+1:])
		}
	}
	return paths
}

// with is the scene with what the operation needs in its environment.
func (s *scene) with(o operation) *scene {
	more := *s
	if o.env != nil {
		more.Machine = s.With(o.env(s)...)
	}
	return &more
}

func (s *scene) arguments(args []string) (all []string) {
	for _, a := range args {
		if a == "CODE" {
			a = s.Code()
		}
		all = append(all, a)
	}
	return all
}

// try makes the machine what it was after a power cut, and holds it to what has to be.
func (c *cut) try(s *scene, o operation, m moment) {
	deny := func(is bool, format string, args ...any) bool {
		if is {
			c.wrong = append(c.wrong, fmt.Sprintf("%s, %s (%s): ", o.name, m.step, m.how)+fmt.Sprintf(format, args...)+m.String())
		}
		return is
	}
	s.Run("logout", "--all") // the kernel's keys are gone with the power
	if err := m.put(s.Home); err != nil {
		s.T.Fatal(err)
	}
	if o.aws != nil {
		o.aws(s, m.at)
	}
	for file, text := range s.edits() {
		deny(text != s.before[file] && text != s.done[file], "%s is neither the old one nor the new: %d bytes", file, len(text))
		deny(m.last && text != s.done[file], "%s is the old one, though the run had ended", file)
	}
	first := s.answer()
	deny(o.keep && first.Code != 0, "the key is lost: %s", told(first))
	deny(!o.keep && first.Code != 0 && first.Code != 3, "no clean answer: %s", told(first))
	deny(first.Code != 0 && first.Stdout != "", "something on stdout")
	deny(m.last && (first.Code == 0) == o.gone, "the run had ended, and: %s", told(first))
	if o.also != nil {
		why := o.also(s)
		deny(why != "", "%s", why)
	}
	again := s.Run(s.arguments(o.args)...)
	ended := again.Code == 0
	for _, code := range o.ended {
		ended = ended || again.Code == code
	}
	deny(!ended, "run once more: %s", told(again))
	second := s.answer()
	deny((second.Code == 0) == o.gone, "after the run once more: %s", told(second))
	if o.after != nil {
		why := o.after(s)
		deny(why != "", "after the run once more: %s", why)
	}
	for file, text := range s.edits() {
		deny(text != s.done[file], "after the run once more %s is not the new one", file)
	}
	c.tried++
	if first.Code == 0 {
		c.answered++
	}
}

// answer is what a tool gets that asks for the session of admin.
func (s *scene) answer() machine.Result {
	s.T.Helper()
	s.Run("logout", "--all")
	return s.Run("--mfa-code", s.Code(), "credential-process", "--profile", "admin")
}

// told is how a run ended, without what it gave out.
func told(r machine.Result) string {
	return fmt.Sprintf("exit %d, %.300q", r.Code, strings.TrimSpace(r.Stderr))
}
