package rotate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// journal is what a rotation writes down before it asks AWS for a new key, so
// that whatever ends it, the next run knows what may have happened. It holds
// no secret. There are no steps in it: how far a rotation came is told by the
// keychain, which has the old key or the new one, and by AWS's list.
type journal struct {
	Version int       `json:"version"`
	Key     string    `json:"key"` // as the keychain names it
	ARN     string    `json:"arn"` // of the user
	Old     string    `json:"old"`
	Listed  []string  `json:"listed"`        // the user's keys just before
	Intent  time.Time `json:"intent"`        // of the list, by AWS's clock
	New     string    `json:"new,omitempty"` // once AWS has answered
	KeepOld bool      `json:"keep_old,omitempty"`
}

const journalVersion = 1

// journalFile has a name that every file system takes, whatever people call
// their keys.
func journalFile(b *broker.Broker, key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(b.Paths.State, "rotation-"+hex.EncodeToString(sum[:8])+".json")
}

// ReadJournal returns nil where no rotation of the key was cut short.
func ReadJournal(b *broker.Broker, key string) (*journal, error) {
	path := journalFile(b, key)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	}
	var j journal
	if err := json.Unmarshal(data, &j); err != nil || j.Key != key || j.Old == "" {
		return nil, failure.New(failure.Other, "the note of an unfinished rotation cannot be read: %s", path).
			Hint("look whether the user has a key in AWS that nobody knows, delete it and this file, and try again")
	}
	if j.Version > journalVersion {
		return nil, failure.New(failure.Other, "a newer awsbroker began this rotation, and has to finish it (%s)", path)
	}
	return &j, nil
}

func writeJournal(b *broker.Broker, j journal) error {
	j.Version = journalVersion
	data, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return keystore.ReplaceFile(journalFile(b, j.Key), append(data, '\n'))
}

func removeJournal(b *broker.Broker, key string) error {
	return keystore.RemoveFile(journalFile(b, key))
}

// DescribeUnfinished says, for a person who is about to remove a key, what else
// goes with it; empty if nothing does.
func DescribeUnfinished(b *broker.Broker, key string) (string, error) {
	j, err := ReadJournal(b, key)
	if err != nil || j == nil {
		return "", err
	}
	user := awsapi.NameOf(j.ARN)
	text := "\na rotation of it is not finished: its user may have one key more, which is forgotten here, too"
	if j.New != "" {
		return text + "\nto finish it, say no and run: awsbroker rotate " + say.ShellWord(key) + "\nor delete the other key: " + say.DeleteKeyWithAWS(user, j.New), nil
	}
	return text + "\nto finish it, say no and run: awsbroker rotate " + say.ShellWord(key), nil
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
