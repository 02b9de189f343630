package broker

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/session"
)

// SessionsOf returns a session for each profile, in their order.
func (b *Broker) SessionsOf(ctx context.Context, profiles []string, want Want) ([]session.Session, error) {
	var all []session.Session
	for _, name := range profiles {
		s, err := b.Session(ctx, name, want)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
