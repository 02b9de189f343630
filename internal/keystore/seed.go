package keystore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Seed reads the seed of a virtual MFA device. ErrNotFound when there is none.
func (s *Store) Seed(ctx context.Context, device string) (credential.Secret, error) {
	return s.GetItem(ctx, seedItem(device))
}

// SetSeed stores the seed of a device, replacing what is there. The record
// names the device from before the seed is there, so that a move takes it along.
func (s *Store) SetSeed(ctx context.Context, device string, seed credential.Secret) error {
	err := s.indexSeeds(ctx, func(devices []string) []string {
		if slices.Contains(devices, device) {
			return devices
		}
		return append(devices, device)
	})
	if err != nil {
		return err
	}
	return s.SetItem(ctx, seedItem(device), seed)
}

// RemoveSeed forgets the seed of a device. ErrNotFound when there is none.
func (s *Store) RemoveSeed(ctx context.Context, device string) error {
	err := s.RemoveItem(ctx, seedItem(device))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return errors.Join(err, s.indexSeeds(ctx, func(devices []string) []string {
		return slices.DeleteFunc(devices, func(d string) bool { return d == device })
	}))
}

func (s *Store) indexSeeds(ctx context.Context, change func([]string) []string) error {
	if _, err := s.writable(false, ""); err != nil {
		return err
	}
	return withRecordLock(ctx, s.recordPath, func() error {
		return amend(s.recordPath, func(r *Record) { r.Seeds = change(r.Seeds) })
	})
}

const seedPrefix = "mfa-seed/"

// seedItem is the item with the seed of a device. A long serial is hashed, for
// names of items end at 128 bytes.
func seedItem(device string) string {
	if item := seedPrefix + device; CheckName(item) == nil {
		return item
	}
	sum := sha256.Sum256([]byte(device))
	return seedPrefix + hex.EncodeToString(sum[:])
}
