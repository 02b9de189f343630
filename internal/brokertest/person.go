package brokertest

import (
	"context"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
)

// Person is all that a run told a person, who says yes, but for one thing.
type Person struct {
	Lines  []string
	refuse string // the person says no to texts with this in them; empty: to nothing
}

func (s *Person) Step(text string) { s.Lines = append(s.Lines, text) }

func (s *Person) Warn(text string) { s.Lines = append(s.Lines, "warning: "+text) }

func (s *Person) Debug(string) {}

func (s *Person) Waiting(what string, _ time.Duration) func() {
	s.Step("waiting " + what)
	return func() {}
}

func (s *Person) Confirm(_ context.Context, _ *broker.Asker, text, _ string) error {
	s.Lines = append(s.Lines, text)
	if s.refuse != "" && strings.Contains(text, s.refuse) {
		return broker.ErrDeclined
	}
	return nil
}

// Shown is all that the present run has told the person.
func (m *World) Shown() string { return strings.Join(m.Told.Lines, "\n") }
