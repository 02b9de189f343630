package wait

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errNotYet = errors.New("not yet")

// after is a look that is done the nth time.
func after(n int, looks *int) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		*looks++
		if *looks == n {
			return true, nil
		}
		return false, errNotYet
	}
}

func TestFor(t *testing.T) {
	const never = -1
	for name, c := range map[string]struct {
		up     Up
		doneAt int
		end    End
		err    error
		looks  int
		takes  time.Duration
	}{
		"done at once":                     {Up{To: time.Minute, Every: time.Second}, 1, Done, nil, 1, 0},
		"done at once, without patience":   {Up{To: -1, Every: time.Second}, 1, Done, nil, 1, 0},
		"done later":                       {Up{To: time.Minute, Every: time.Second}, 4, Done, nil, 4, 3 * time.Second},
		"over":                             {Up{To: 3500 * time.Millisecond, Every: time.Second}, never, Over, errNotYet, 5, 4 * time.Second},
		"without patience":                 {Up{To: -1, Every: time.Second}, never, Over, errNotYet, 1, 0},
		"tries":                            {Up{Tries: 3, Every: time.Second}, never, Over, errNotYet, 3, 2 * time.Second},
		"done at the last try":             {Up{Tries: 3, Every: time.Second}, 3, Done, nil, 3, 2 * time.Second},
		"no limit but the context's":       {Up{Every: time.Second}, never, Interrupted, errNotYet, 60, 60*time.Second - time.Millisecond},
		"the context's comes first":        {Up{To: time.Hour, Every: 40 * time.Second}, never, Interrupted, errNotYet, 2, 60*time.Second - time.Millisecond},
		"a time that is longer than every": {Up{To: time.Second, Every: time.Minute / 2}, never, Over, errNotYet, 2, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second-time.Millisecond)
				defer cancel()
				looks, said, began := 0, 0, time.Now()
				c.up.Say = func() { said++ }
				end, err := For(ctx, c.up, after(c.doneAt, &looks))
				if end != c.end || err != c.err || looks != c.looks || time.Since(began) != c.takes {
					t.Errorf("end %v, %v, after %d looks and %v", end, err, looks, time.Since(began))
				}
				pauses := looks - 1
				if end == Interrupted {
					pauses++
				}
				if said != pauses {
					t.Errorf("said %d times in %d pauses", said, pauses)
				}
			})
		})
	}
}

// A clock that skips makes an hour's wait take no time, and others go along.
func TestSkipping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var others time.Duration
		c := Skipping(func(d time.Duration) { others += d })
		began, by := time.Now(), c.Now()
		looks := 0
		end, err := For(t.Context(), Up{To: time.Hour, Every: time.Minute, Clock: c}, after(0, &looks))
		if end != Over || err != errNotYet || looks != 62 {
			t.Errorf("end %v, %v, after %d looks", end, err, looks)
		}
		if time.Since(began) != 0 || c.Now().Sub(by) != 61*time.Minute || others != 61*time.Minute {
			t.Errorf("it took %v; by its clock %v, by the others' %v", time.Since(began), c.Now().Sub(by), others)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if c.Pause(ctx, time.Second) || others != 61*time.Minute {
			t.Error("a context that ended lets time pass")
		}
	})
}
