package secretservice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/wait"
)

// kwalletDelay is longer than KWallet keeps a change in memory alone, which was
// seen to be five seconds (kwalletd5 5.103.0); SIGTERM loses the change.
const kwalletDelay = 6 * time.Second

const walletInterface = "org.kde.KWallet"

// flush returns when what was changed in the keyring is on the disk. Only KWallet
// answers before that: it is told to write, or, where it does not do as it is told,
// waited for.
func (k *opened) flush(ctx context.Context) error {
	s := k.service
	p := s.program(ctx)
	if p.wallet == "" {
		return nil
	}
	const us = "awsbroker"
	daemon := s.bus.Object(p.bus, p.wallet)
	handle := int32(-1)
	err := s.callOn(ctx, daemon, walletInterface+".open", collectionName(k.path), int64(0), us).store(&handle)
	if err == nil && handle >= 0 {
		err = s.callOn(ctx, daemon, walletInterface+".sync", handle, us).err
	}
	if err == nil && handle >= 0 {
		return nil
	}
	if !wait.Pause(ctx, kwalletDelay) {
		return fmt.Errorf("KWallet has not yet saved it to the disk: %w", ctx.Err())
	}
	return nil
}

// walletOpen reports whether a collection is an open wallet of KWallet's. To each new
// program it says that the collection is locked, and unlocks it without a dialog.
func (s *Service) walletOpen(ctx context.Context, collection dbus.ObjectPath) (open bool) {
	if p := s.program(ctx); p.wallet != "" {
		_ = s.callOn(ctx, s.bus.Object(p.bus, p.wallet), walletInterface+".isOpen", collectionName(collection)).store(&open)
	}
	return open
}

// startWallet starts KWallet where nobody is the Secret Service, and reports whether
// somebody is then. The bus starts the other daemons for whoever calls the Secret
// Service; KWallet is started by a name of its own.
func (s *Service) startWallet(ctx context.Context) bool {
	var names []string
	const bus = "org.freedesktop.DBus."
	if s.callOn(ctx, s.bus.BusObject(), bus+"ListActivatableNames").store(&names) != nil || slices.Contains(names, serviceName) {
		return false
	}
	for _, p := range programs {
		if p.wallet == "" || !slices.Contains(names, p.bus) {
			continue
		}
		var started uint32
		if s.callOn(ctx, s.bus.BusObject(), bus+"StartServiceByName", p.bus, uint32(0)).store(&started) == nil {
			return s.awaitOwner(ctx)
		}
	}
	return false
}

// awaitOwner waits until somebody is the Secret Service.
func (s *Service) awaitOwner(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	for s.ownerOf(ctx, serviceName) == "" {
		if !wait.Pause(ctx, 50*time.Millisecond) {
			return false
		}
	}
	return true
}

// started makes a call, once more if nobody is the Secret Service until KWallet is
// started.
func (s *Service) started(ctx context.Context, call func() error) error {
	err := call()
	if errors.Is(err, errNobody) && s.startWallet(ctx) {
		err = call()
	}
	return err
}
