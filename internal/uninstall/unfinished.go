package uninstall

import (
	"cmp"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
)

// refuseUnfinished refuses while there is work of which only a note here knows what it
// has made in AWS, or while there are old copies of keys.
func refuseUnfinished(b *broker.Broker) error {
	const finish = "finish it first with: %s"
	for _, u := range notes.FindUnfinished(b.Paths.State) {
		key := say.ShellWord(cmp.Or(u.Key, "KEY")) // of a note that cannot be read
		switch u.Work {
		case notes.RotationWork:
			return failure.New(failure.Other, "a rotation of the key %s is not finished", key).Hint(finish, "awsbroker rotate "+key)
		case notes.RevocationWork:
			return failure.New(failure.Other, "a revocation of the key %s is not finished", key).
				Hint(finish, "awsbroker revoke "+say.ShellWord(cmp.Or(u.Profile, "PROFILE")))
		case notes.GitPasswordWork:
			return failure.New(failure.Other, "a new Git password beside the key %s is not finished", key).
				Hint(finish, "awsbroker codecommit create "+key) // which names rotate where that is to be run
		case notes.BootstrapWork:
			command := "awsbroker bootstrap"
			if u.User != "" {
				command += " --user " + say.ShellWord(u.User)
			}
			return failure.New(failure.Other, "a bootstrap of account %s is not finished", cmp.Or(u.Account, "ACCOUNT")).
				Hint(finish, command).
				Hint("or undo it with: awsbroker bootstrap --undo")
		}
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return failure.OfRecord(err)
	}
	if record.Leaving != nil {
		return failure.New(failure.Other, "a move of the keys is not finished: old copies are still in %s", record.Leaving.Keystore.Words()).
			Hint(finish, "awsbroker keystore move "+string(record.Keystore))
	}
	return nil
}
