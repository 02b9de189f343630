package broker

import "time"

// Limits say how long a run waits, counted from its start.
type Limits struct {
	Question time.Duration // a person can answer until then
	Run      time.Duration // nothing goes on after that
}

// Callers of a credential_process give up after 60 seconds (the Go SDK). A
// person at a terminal command of ours may look for their phone.
var (
	CallerLimits = Limits{Question: 40 * time.Second, Run: 50 * time.Second}
	PersonLimits = Limits{Question: 5 * time.Minute, Run: 5*time.Minute + 30*time.Second}
)
