package fakeaws

import "time"

// clock is the server's own notion of time. The zero clock is the real one.
type clock struct {
	offset time.Duration
	frozen time.Time
}

func (c *clock) now() time.Time {
	if !c.frozen.IsZero() {
		return c.frozen
	}
	return time.Now().Add(c.offset).UTC()
}

func (c *clock) advance(d time.Duration) {
	if !c.frozen.IsZero() {
		c.frozen = c.frozen.Add(d)
		return
	}
	c.offset += d
}

func (c *clock) set(t time.Time) {
	c.frozen = time.Time{}
	c.offset = time.Until(t)
}

// Now is the time by the server's clock, UTC.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.now()
}

// Advance moves the server's clock by d, which may be negative. Real clients
// sign with the real time and are refused once it differs by 15 minutes.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.advance(d)
}

// SetClock sets the server's clock to t; it runs on from there.
func (s *Server) SetClock(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.set(t)
}

// Freeze stops the server's clock at t until Unfreeze or SetClock.
func (s *Server) Freeze(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.frozen = t.UTC()
}

// Unfreeze lets a frozen clock run on from where it stands.
func (s *Server) Unfreeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.clock.frozen.IsZero() {
		s.clock.set(s.clock.frozen)
	}
}
