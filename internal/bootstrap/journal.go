package bootstrap

import (
	"errors"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/notes"
)

// readJournal returns what bootstrap made in an account; an empty journal where
// there is none.
func readJournal(b *broker.Broker, account string) (*notes.Bootstrap, error) {
	path := notes.BootstrapFile(b.Paths.State, account)
	j, found, err := notes.Read[notes.Bootstrap](path)
	switch {
	case errors.Is(err, notes.ErrUnreadable), err == nil && found && j.Account != account:
		return nil, failure.New(failure.Other, "the record of what bootstrap made cannot be read: %s", path).
			Hint("move it away; then bootstrap uses the existing things, but --undo will not remove them")
	case err != nil:
		return nil, failure.New(failure.Other, "%w", err)
	case !found:
		j.Account = account
	}
	return &j, nil
}

func writeJournal(b *broker.Broker, j *notes.Bootstrap) error {
	return notes.Write(notes.BootstrapFile(b.Paths.State, j.Account), *j)
}
