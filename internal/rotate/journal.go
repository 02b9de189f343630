package rotate

import (
	"context"
	"errors"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
)

// ReadJournal returns nil where no rotation of the key was cut short.
func ReadJournal(b *broker.Broker, key string) (*notes.Rotation, error) {
	path := notes.RotationFile(b.Paths.State, key)
	j, found, err := notes.Read[notes.Rotation](path)
	switch {
	case errors.Is(err, notes.ErrUnreadable), err == nil && found && j.Key != key:
		return nil, failure.New(failure.Other, "the note of an unfinished rotation cannot be read: %s", path).
			Hint("check whether the user has an unknown key in AWS, delete that key and this file, and try again")
	case err != nil:
		return nil, failure.New(failure.Other, "%w", err)
	case !found:
		return nil, nil
	}
	return &j, nil
}

func writeJournal(b *broker.Broker, j notes.Rotation) error {
	return notes.Write(notes.RotationFile(b.Paths.State, j.Key), j)
}

func removeJournal(b *broker.Broker, key string) error {
	return notes.Remove(notes.RotationFile(b.Paths.State, key))
}

// DescribeUnfinished says, for a person who is about to remove a key, what else
// goes with it; empty if nothing does.
func DescribeUnfinished(b *broker.Broker, key string) (string, error) {
	j, err := ReadJournal(b, key)
	if err != nil || j == nil {
		return "", err
	}
	user := awsapi.NameOf(j.ARN)
	text := "\nA rotation of it is not finished: its user may have another key, which this would remove here, too."
	if j.New != "" {
		return text + "\nTo finish the rotation, say no and run: awsbroker rotate " + say.ShellWord(key) + "\nOr delete the other key: " + say.DeleteKeyWithAWS(user, j.New), nil
	}
	return text + "\nTo finish the rotation, say no and run: awsbroker rotate " + say.ShellWord(key), nil
}

// Abandon forgets a rotation whose key is removed.
func Abandon(ctx context.Context, b *broker.Broker, store *keystore.Store, key string) error {
	if err := store.RemoveItem(ctx, pendingItem(key)); err != nil && !errors.Is(err, keystore.ErrNotFound) {
		return failure.OfKeystore(err, key)
	}
	if err := removeJournal(b, key); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	return nil
}
