package secretservice

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// ask makes a call of keyring's in which the daemon may ask a person: KeePassXC
// answers each change with a prompt, which keyring shows and waits for. As long as
// the daemon answers other calls meanwhile, the person has the time of a dialog; a
// daemon that answers nothing has the time of a call. A no is ErrDismissed.
func (k *opened) ask(ctx context.Context, call func() error) error {
	s := k.service
	signals := make(chan *dbus.Signal, 64) // godbus delivers into it while it holds its lock
	s.bus.Signal(signals)
	defer s.bus.RemoveSignal(signals)
	p := s.program(ctx)
	late := p.lateError(k.path)
	asking, cancel := context.WithTimeoutCause(ctx, s.dialog, late)
	defer cancel()
	watched, end := context.WithCancelCause(asking)
	defer end(nil)
	go func() { end(s.watch(watched)) }()
	err := fault.BoundDo(watched, s.dialog+s.limit, serviceName, call)
	if watched.Err() != nil && ctx.Err() == nil {
		return context.Cause(watched)
	}
	if err != nil && saidNo(signals) {
		return fmt.Errorf("%w: %s asked for permission, and you did not allow it", fault.ErrDismissed, p.name)
	}
	return err
}

// watch returns when the daemon no longer answers, with an error, or ctx ended.
func (s *Service) watch(ctx context.Context) error {
	probe := *s
	probe.limit = s.limit / 2
	for wait.Pause(ctx, s.limit/2) {
		if _, err := probe.collections(ctx); err != nil {
			return err
		}
	}
	return nil
}

// saidNo reports whether a prompt that was dismissed is among the signals.
func saidNo(signals <-chan *dbus.Signal) bool {
	for {
		select {
		case signal, ok := <-signals:
			if !ok {
				return false
			}
			if _, err := promptEnded(signal, signal.Path); errors.Is(err, fault.ErrDismissed) {
				return true
			}
		default:
			return false
		}
	}
}
