//go:build !windows

package machine

import (
	"os"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
)

// Patience is how long what should happen at once may take on a busy machine.
const Patience = 20 * time.Second

// Keys that end things.
const (
	ControlC = "\x03"
	ControlD = "\x04"
)

// Terminal is a real one, with a person's eyes and fingers on our side.
type Terminal struct {
	T      T
	Master *os.File
	Slave  *os.File // held open, so that the terminal outlasts its jobs

	mu     sync.Mutex
	seen   strings.Builder
	from   int           // what was expected up to here is done with
	closed chan struct{} // nothing will be shown any more
}

// NewTerminal opens a terminal that is gone after the test.
func NewTerminal(t T) *Terminal {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	tm := &Terminal{T: t, Master: master, Slave: slave, closed: make(chan struct{})}
	go tm.watch()
	t.Cleanup(func() {
		slave.Close()
		master.Close()
		if t.Failed() {
			t.Logf("on the screen:\n%s", tm.Screen())
		}
	})
	return tm
}

// Resize gives the terminal a size; it has none before.
func (tm *Terminal) Resize(rows, columns uint16) {
	tm.T.Helper()
	if err := pty.Setsize(tm.Master, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		tm.T.Fatal(err)
	}
}

func (tm *Terminal) watch() {
	defer close(tm.closed)
	buf := make([]byte, 4096)
	for {
		n, err := tm.Master.Read(buf)
		tm.mu.Lock()
		tm.seen.Write(buf[:n])
		tm.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Screen is all that was ever shown.
func (tm *Terminal) Screen() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.seen.String()
}

// Count is how often a text was shown.
func (tm *Terminal) Count(text string) int { return strings.Count(tm.Screen(), text) }

// Expect waits for text after what was expected before, and returns what was
// shown from there up to its end.
func (tm *Terminal) Expect(text string) string {
	tm.T.Helper()
	return tm.ExpectWithin(text, Patience)
}

// ExpectWithin is Expect with a patience of its own.
func (tm *Terminal) ExpectWithin(text string, limit time.Duration) string {
	tm.T.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		screen := tm.Screen()
		if i := strings.Index(screen[tm.from:], text); i >= 0 {
			shown := screen[tm.from : tm.from+i+len(text)]
			tm.from += i + len(text)
			return shown
		}
		if time.Now().After(end) {
			tm.T.Fatalf("%q was not shown", text)
		}
	}
}

// Send types keys.
func (tm *Terminal) Send(keys string) {
	tm.T.Helper()
	if _, err := tm.Master.WriteString(keys); err != nil {
		tm.T.Fatal(err)
	}
}

// HangUp closes the terminal, as a window does. Our own reader holds it until
// something is shown.
func (tm *Terminal) HangUp() {
	tm.Master.Close()
	_, _ = tm.Slave.WriteString(".")
	tm.Slave.Close()
}

// rest lets go of the terminal and waits for the last of what is shown. Whoever
// is left in the background may keep it open.
func (tm *Terminal) rest() {
	tm.Slave.Close()
	select {
	case <-tm.closed:
	case <-time.After(time.Second):
	}
}
