//go:build !windows

package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/machine"
)

const (
	profiles = 20
	devices  = 3
)

// sky is what a wave goes over: a machine with profiles of several people, each
// with an MFA device, and the callers that live.
type sky struct {
	*machine.Machine
	codes *codes
	seen  sync.Map // answers that AWS was asked about, by their text
	late  *lateness
}

func newSky(t machine.T, bin string) *sky {
	s := &sky{Machine: machine.New(t, bin, -1), late: watchLateness(t)}
	people := []fakeaws.Person{s.AWS.Person}
	for i := 1; i < devices; i++ {
		people = append(people, s.AWS.AddPerson(fmt.Sprint("person", i)))
	}
	s.codes = newCodes(t, people)
	for i, p := range people {
		s.AddKey(key(i), p.Key)
	}
	for i := range profiles {
		role, err := s.AWS.AddRole(profile(i), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		s.Profile(profile(i), key(i), role.ARN(), people[i%devices].Device.Serial,
			"awsbroker_mfa_session = 8h", "awsbroker_mfa_process = "+s.codes.command(i%devices))
	}
	return s
}

// profile is the name of a profile, and of its role.
func profile(i int) string { return fmt.Sprintf("role-%02d", i%profiles) }

// key is the name of the key of a profile.
func key(i int) string { return fmt.Sprintf("key-%d", i%devices) }

// raise lets a wave go over, and returns what it left.
func (s *sky) raise(w wave) figures {
	if w.life > 0 {
		s.logIn(w.life)
	}
	for _, f := range w.faults {
		if err := s.AWS.Server.AddFault(f); err != nil {
			s.T.Fatal(err)
		}
	}
	before := s.logged()
	s.AWS.Server.ResetCalls()
	s.codes.reset(w.kills)
	f := s.crowd(w)
	s.AWS.Server.ClearFaults()
	f.questions, f.askers = s.codes.count()
	f.assumed, f.mfa = len(s.AWS.Server.Calls("AssumeRole")), len(s.AWS.Server.Calls("GetSessionToken"))
	f.logged = s.logged() - before
	f.twice = len(s.AWS.Server.RepeatedCodes())
	f.locks, f.scraps = s.leftOver()
	f.after = s.callAfter()
	return f
}

// logIn gets the MFA sessions, of 8 hours, and then sessions of the roles that end
// in the wave.
func (s *sky) logIn(life time.Duration) {
	log := func(i int) {
		if r := s.Run("credential-process", "--profile", profile(i)); r.Code != 0 {
			s.T.Fatalf("%s: %v", profile(i), r)
		}
	}
	for i := range devices {
		log(i)
	}
	s.AWS.Server.SetSessionLife(life)
	for i := devices; i < profiles; i++ {
		log(i)
	}
}

// callAfter makes a plain call of each profile when all is over, and counts those
// that do not get what they ask for.
func (s *sky) callAfter() (wrong int) {
	for i := range profiles {
		if c := s.call(i, 0, asHelper); c.outcome != answered {
			wrong++
		}
	}
	return wrong
}

// logged counts the lines of awsbroker's log, by their beginnings: who is killed in
// the middle of one leaves its half.
func (s *sky) logged() int {
	text, _ := os.ReadFile(s.Path("home/.local/state/awsbroker/log"))
	return strings.Count(string(text), grant.LineStart)
}
