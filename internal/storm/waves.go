//go:build !windows

package main

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// wave is one crowd, and what it goes through.
type wave struct {
	name    string
	callers int
	kills   bool            // one caller in ten is killed, and the first who asks about each device
	faults  []fakeaws.Fault // of STS
	refusal bool            // AWS may refuse somebody, or be out of reach
	life    time.Duration   // of the sessions of roles; 0: as asked for
	spread  time.Duration   // from the first caller to the last
	lives   time.Duration   // at most, of a caller that is killed
}

// shortLife of a session is over in the middle of a wave.
const shortLife = 8 * time.Second

func waves(n int) []wave {
	slow := []fakeaws.Fault{{Kind: fakeaws.FaultDelay, Delay: time.Second, Times: -1}}
	throttled := append(each(3, n, "AssumeRole", fakeaws.FaultThrottle), each(2, n, "GetSessionToken", fakeaws.FaultThrottle)...)
	cut := append(each(4, n, "AssumeRole", fakeaws.FaultTruncate), each(3, n, "AssumeRole", fakeaws.FaultDropAfter)...)
	cut = append(cut, each(2, n, "GetSessionToken", fakeaws.FaultTruncate)...)
	cut = append(cut, each(5, n, "AssumeRole", fakeaws.FaultDropBefore)...)
	all := []wave{
		{name: "cold"},
		{name: "cold, killed", kills: true},
		{name: "cold, killed, STS slow", kills: true, faults: slow},
		{name: "cold, killed, STS throttles", kills: true, faults: throttled, refusal: true},
		{name: "cold, killed, STS cut off", kills: true, faults: cut, refusal: true},
		{name: "sessions end", life: shortLife},
		{name: "sessions end, killed, STS slow", kills: true, life: shortLife, faults: slow},
		{name: "sessions end, killed, STS throttles", kills: true, life: shortLife, faults: throttled, refusal: true},
		{name: "sessions end, killed, STS cut off", kills: true, life: shortLife, faults: cut, refusal: true},
	}
	for i := range all {
		w := &all[i]
		w.callers, w.spread, w.lives = n, 200*time.Millisecond, 1500*time.Millisecond
		switch {
		case w.life > 0: // they come while the sessions end, and again
			w.spread, w.lives = w.life*3/2, 50*time.Millisecond
		case w.refusal: // some come after a refusal, and ask again
			w.spread = 3 * time.Second
		}
	}
	return all
}

// each is the fault at every nth call of an action, for up to so many calls.
func each(nth, calls int, action string, kind fakeaws.FaultKind) (all []fakeaws.Fault) {
	for i := 1; i <= calls; i += nth {
		all = append(all, fakeaws.Fault{Action: action, Kind: kind, Nth: i})
	}
	return all
}
