//go:build !windows

package machine

import (
	"strings"
	"syscall"
	"time"
)

// Person sits at a terminal and answers what a job asks.
type Person struct {
	// Answer is what to type to the question that stands there, keys and all.
	Answer func(question string) string
	// Leaves is looked at all the while, with the question that was not there
	// before, if one is: true kills the job at that moment. It may be nil.
	Leaves func(question string) bool
	// Patience is how long it may be from one question to the next; zero is
	// [Patience].
	Patience time.Duration
}

// SitAt answers until the job has ended, or was killed. What was expected before
// is done with.
func (p Person) SitAt(tm *Terminal, j *Job) (r Result, killed bool) {
	tm.T.Helper()
	patience := max(p.Patience, Patience)
	answered := tm.from
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		select {
		case <-j.Ended:
			tm.rest()
			return j.Result, false
		default:
		}
		screen := tm.Screen()
		question := asked(screen[answered:])
		if question != "" {
			answered = len(screen)
		}
		if p.Leaves != nil && p.Leaves(question) {
			_ = syscall.Kill(-j.Cmd.Process.Pid, syscall.SIGKILL)
			<-j.Ended
			return j.Result, true
		}
		if question != "" {
			tm.Send(p.Answer(question))
			end = time.Now().Add(patience)
		}
		if time.Now().After(end) {
			tm.T.Fatalf("it does not end, and asks nothing; the screen shows:\n%s", tm.Screen())
		}
	}
}

// asked is the question that a text ends with; "" for none.
func asked(text string) string {
	if !strings.HasSuffix(text, ": ") && !strings.HasSuffix(text, "[y/N] ") {
		return ""
	}
	return text[strings.LastIndex(text, "\n")+1:]
}
