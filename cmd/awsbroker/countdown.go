package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/say"
)

// Waiting implements broker.Reporter. On a terminal the time that is left counts down
// until stop; what stays is the line of a file or a pipe, which is written at once there.
func (a *app) Waiting(what string, atMost time.Duration) (stop func()) {
	if a.oneLine {
		return func() {}
	}
	line := func(left string) string { return fmt.Sprintf("awsbroker: waiting at most %s %s", left, say.Line(what)) }
	whole := line(say.Duration(atMost))
	if !a.stderr.IsTerminal() {
		fmt.Fprintln(a.stderr, whole)
		return func() {}
	}
	end, stopped, ended := time.Now().Add(atMost), make(chan struct{}), make(chan struct{})
	draw := func() { fmt.Fprint(a.stderr.Raw(), wipeLine, a.stderr.Cut(line(clock(time.Until(end))))) }
	draw()
	go func() {
		defer close(ended)
		for tick := time.NewTicker(time.Second); ; draw() {
			select {
			case <-tick.C:
			case <-stopped:
				tick.Stop()
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(stopped)
		<-ended
		fmt.Fprint(a.stderr.Raw(), wipeLine)
		fmt.Fprintln(a.stderr, whole)
	})
}

// clock writes a time that is left as a clock does: "1:58".
func clock(left time.Duration) string {
	seconds := int(max(0, left).Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// wipeLine goes to the beginning of the terminal's line and empties it.
const wipeLine = "\r\x1b[K"
