package secretservice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// unlockCollection unlocks a locked collection, which the daemon does in a
// dialog of its own.
func (s *Service) unlockCollection(ctx context.Context, path dbus.ObjectPath) error {
	locked, err := s.locked(ctx, path)
	if err != nil || !locked {
		return err
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := s.call(ctx, servicePath, serviceInterface+".Unlock", []dbus.ObjectPath{path}).store(&unlocked, &prompt); err != nil {
		return err
	}
	if prompt != "/" { // a keyring with an empty password needs none
		if !hasDisplay() {
			s.dismiss(prompt)
			return errNoDisplay
		}
		if err := s.prompt(ctx, prompt); err != nil {
			return err
		}
	}
	if locked, err = s.locked(ctx, path); err == nil && locked {
		err = fmt.Errorf("%w: its dialog ended and it still is", fault.ErrLocked)
	}
	return err
}

func (s *Service) locked(ctx context.Context, path dbus.ObjectPath) (bool, error) {
	v, err := s.property(ctx, path, collectionInterface, "Locked")
	locked, ok := v.(bool)
	if err == nil && !ok {
		err = fmt.Errorf("%w: the Secret Service does not say whether its keyring is locked", fault.ErrMissing)
	}
	return locked, err
}

// prompt shows the daemon's dialog and waits for its end: answered, dismissed,
// the daemon gone, or time up, when the dialog is taken away again.
func (s *Service) prompt(ctx context.Context, prompt dbus.ObjectPath) error {
	ctx, cancel := context.WithTimeout(ctx, s.dialog)
	defer cancel()
	signals := make(chan *dbus.Signal, 64) // godbus delivers into it while it holds its lock
	s.bus.Signal(signals)
	defer s.bus.RemoveSignal(signals)
	// The rules stay for the life of the connection: it is a short one, and
	// taking them back would be one more call that could hang.
	for _, rule := range []string{
		fmt.Sprintf("type='signal',interface='%s',member='Completed',path='%s'", promptInterface, prompt),
		fmt.Sprintf("type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%s'", serviceName),
	} {
		if err := s.callOn(ctx, s.bus.BusObject(), "org.freedesktop.DBus.AddMatch", rule).store(); err != nil {
			return err
		}
	}
	if err := s.call(ctx, prompt, promptInterface+".Prompt", "").store(); err != nil {
		return err
	}
	for {
		select {
		case signal, ok := <-signals:
			if !ok {
				return busError(dbus.ErrClosed)
			}
			if done, err := promptEnded(signal, prompt); done {
				return err
			}
		case <-ctx.Done():
			s.dismiss(prompt)
			return fault.Ended(ctx.Err(), "nobody answered the unlock dialog")
		}
	}
}

// promptEnded reports whether the signal is the end of the dialog. Completed
// carries (dismissed, result).
func promptEnded(signal *dbus.Signal, prompt dbus.ObjectPath) (bool, error) {
	switch signal.Name {
	case promptInterface + ".Completed":
		if signal.Path != prompt {
			return false, nil
		}
		if len(signal.Body) == 0 {
			return true, errors.New("the unlock dialog ended without a result")
		}
		if dismissed, ok := signal.Body[0].(bool); !ok || dismissed {
			return true, fmt.Errorf("%w, or could not be shown", fault.ErrDismissed)
		}
		return true, nil
	case "org.freedesktop.DBus.NameOwnerChanged":
		if len(signal.Body) == 3 && signal.Body[0] == serviceName && signal.Body[2] == "" {
			return true, fmt.Errorf("%w: the Secret Service daemon ended during its dialog", fault.ErrMissing)
		}
	}
	return false, nil
}

// dismiss takes the dialog away, without waiting long for thanks.
func (s *Service) dismiss(prompt dbus.ObjectPath) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.call(ctx, prompt, promptInterface+".Dismiss").store()
}
