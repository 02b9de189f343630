package rotate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// twinsOf returns the other names under which the keychain keeps an access key. A swap of
// one that was cut short may have left a blank id on record.
func twinsOf(record keystore.Record, name, id string) (names []string) {
	for _, other := range record.Names() {
		if info := record.Keys[other]; other != name && (info.AccessKeyID == id || info.AccessKeyID == "" && info.Before == id) {
			names = append(names, other)
		}
	}
	return names
}

// swapTwins gives the new key to the other names of the old one: AWS is about to refuse
// that, and what uses these names would stop working.
func (r *Rotation) swapTwins(ctx context.Context, record keystore.Record, next credential.Credentials) error {
	ctx = context.WithoutCancel(ctx)
	for _, name := range twinsOf(record, r.Name, r.journal.Old) {
		stored, err := r.chain.Get(ctx, name)
		if errors.Is(err, keystore.ErrNotFound) || err == nil && stored.AccessKeyID != r.journal.Old && stored.AccessKeyID != next.AccessKeyID {
			continue
		}
		info := record.Keys[name]
		info.Rotated, info.Before = time.Now(), r.journal.Old
		if err == nil {
			err = r.DoStep("swap twin", func() error { return r.chain.Set(ctx, name, next, info) })
		}
		if err != nil {
			return failure.OfKeystore(err, name)
		}
		r.report.Step(fmt.Sprintf("key %s, which was the same access key, is now %s", name, next.AccessKeyID))
	}
	return nil
}
