package brokertest

import (
	"errors"
	"fmt"
)

// ErrKilled is what a run that was killed came to.
var ErrKilled = errors.New("killed")

// killed is what [Kill] panics with.
type killed struct{}

// CatchKill makes errKilled of a panic with killed, after which nothing of the
// run happens. It is to be deferred.
func CatchKill(err *error) {
	if e := recover(); e == (killed{}) {
		*err = ErrKilled
	} else if e != nil {
		panic(e)
	}
}

// StopAt makes the hook do something at one boundary.
func StopAt(boundary string, do func() error) func(when, step string) error {
	n := map[string]int{}
	return func(when, step string) error {
		place := when + " " + step
		n[place]++
		if fmt.Sprintf("%s %d", place, n[place]) == boundary {
			return do()
		}
		return nil
	}
}

// Kill ends a run as a kill does, if [CatchKill] was deferred.
func Kill() error { panic(killed{}) }
