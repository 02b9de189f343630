package credserver

import (
	"net"
	"slices"
	"sync"
	"time"
)

// limited is a listener with so many connections at once and no more. Anybody
// on this machine can make them, so that a new one does not wait for those that
// do nothing: the oldest goes.
type limited struct {
	net.Listener
	closed <-chan struct{}

	mu   sync.Mutex
	open []*counted // the oldest first
}

// promptly is how long a client may take with its request while others want
// its place. It is on this machine, and has it ready.
const promptly = 100 * time.Millisecond

func (l *limited) Accept() (net.Conn, error) {
	for !l.hasRoom() {
		select {
		case <-time.After(time.Millisecond):
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one := &counted{c, l, time.Now()}
	l.open = append(l.open, one)
	return one, nil
}

// hasRoom makes some, if it can.
func (l *limited) hasRoom() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) < maxConnections {
		return true
	}
	oldest := l.open[0]
	if time.Since(oldest.since) < promptly {
		return false
	}
	l.open = l.open[1:]
	_ = oldest.Conn.Close() // whoever serves it will notice
	return true
}

type counted struct {
	net.Conn
	of    *limited
	since time.Time
}

func (c *counted) Close() error {
	c.of.mu.Lock()
	c.of.open = slices.DeleteFunc(c.of.open, func(o *counted) bool { return o == c })
	c.of.mu.Unlock()
	return c.Conn.Close()
}
