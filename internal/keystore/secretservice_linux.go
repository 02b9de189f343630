package keystore

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// secretService is the keyring of the Secret Service that the keys are in, and the
// default one as long as there are none.
type secretService struct{ ring *secretservice.Keyring }

func newSecretService(o Options) (backend, error) {
	s, err := secretservice.Connect(o.CallTimeout, o.DialogTimeout)
	if err != nil {
		return nil, err
	}
	if home := keptHome(o); home != nil {
		return &secretService{s.Kept(*home)}, nil
	}
	return &secretService{s.Default()}, nil
}

// keptHome returns where in the Secret Service the keys are; nil if none depends on
// it, or the only one is to be replaced.
func keptHome(o Options) *secretservice.Home {
	rec, err := ReadRecord(o.RecordPath)
	if err != nil || rec.Keystore != SecretService || !rec.bound() {
		return nil
	}
	if _, listed := rec.Keys[o.Name]; listed && o.Replace && len(rec.Keys) == 1 {
		return nil
	}
	return rec.Home
}

func (s *secretService) home(ctx context.Context) (*secretservice.Home, error) {
	home, err := s.ring.Home(ctx)
	return &home, err
}

func (s *secretService) where() string { return s.ring.Where() }

func (s *secretService) reach(ctx context.Context) error { return s.ring.Reach(ctx) }

func (s *secretService) unlock(ctx context.Context, i intent) error {
	if i == looking {
		return s.ring.Look(ctx)
	}
	return s.ring.Unlock(ctx)
}

func (s *secretService) has(ctx context.Context, item string) error { return s.ring.Has(ctx, item) }

func (s *secretService) items(ctx context.Context) ([]string, error) { return s.ring.Items(ctx) }

func (s *secretService) get(ctx context.Context, item string) ([]byte, error) {
	return s.ring.Get(ctx, item)
}

func (s *secretService) set(ctx context.Context, item string, data []byte) error {
	return s.ring.Set(ctx, item, data)
}

func (s *secretService) remove(ctx context.Context, item string) error {
	return s.ring.Remove(ctx, item)
}
