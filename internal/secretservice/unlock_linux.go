package secretservice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// unlock unlocks a collection or an item that is locked. The daemon may do that in a
// dialog of its own; for a keyring with an empty password it needs none.
func (s *Service) unlock(ctx context.Context, path dbus.ObjectPath, iface string) error {
	locked, err := s.locked(ctx, path, iface)
	if err != nil || !locked {
		return err
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := s.call(ctx, servicePath, serviceInterface+".Unlock", []dbus.ObjectPath{path}).store(&unlocked, &prompt); err != nil {
		return err
	}
	if prompt != "/" {
		err = s.prompt(ctx, prompt, path)
	}
	// Whoever was asked, another call may have unlocked it: KWallet then has no
	// prompt any more.
	locked, unseen := s.locked(ctx, path, iface)
	switch {
	case unseen == nil && !locked:
		return nil
	case err != nil:
		return err
	case unseen != nil:
		return unseen
	case iface == itemInterface: // KeePassXC's own form of a no
		return fmt.Errorf("%w: KeePassXC did not allow this program to read the key", fault.ErrDismissed)
	}
	return s.program(ctx).lockedError(path, "the dialog did not unlock it")
}

func (s *Service) locked(ctx context.Context, path dbus.ObjectPath, iface string) (bool, error) {
	v, err := s.property(ctx, path, iface, "Locked")
	locked, ok := v.(bool)
	if err == nil && !ok {
		err = fmt.Errorf("%w: the Secret Service did not report whether its keyring is locked", fault.ErrMissing)
	}
	return locked, err
}

// silentLimit is longer than KWallet takes to end a prompt for which it shows no
// dialog.
const silentLimit = 2 * time.Second

// prompt shows the daemon's dialog that unlocks path. Where there is no display for
// it, only KWallet is tried, which ends the prompt by itself for a wallet that is
// open or has an empty password.
func (s *Service) prompt(ctx context.Context, prompt, path dbus.ObjectPath) error {
	p := s.program(ctx)
	locked := p.lockedError(path, noDisplay)
	switch {
	case hasDisplay():
		return s.await(ctx, prompt, s.dialog, p.lateError(path))
	case p.wallet != "":
		return s.await(ctx, prompt, min(silentLimit, s.limit), locked)
	}
	s.dismiss(prompt)
	return locked
}

// noDisplay is why no dialog can be shown.
const noDisplay = "there is no display for its dialog"

func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// await shows a prompt and waits for its end: answered, dismissed, the daemon gone,
// or time up, when the dialog is taken away again and late is the error.
func (s *Service) await(ctx context.Context, prompt dbus.ObjectPath, limit time.Duration, late error) error {
	waiting, cancel := context.WithTimeoutCause(ctx, limit, late)
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
		if err := s.callOn(waiting, s.bus.BusObject(), "org.freedesktop.DBus.AddMatch", rule).store(); err != nil {
			return err
		}
	}
	if err := s.call(waiting, prompt, promptInterface+".Prompt", "").store(); err != nil {
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
		case <-waiting.Done():
			s.dismiss(prompt)
			if cause := context.Cause(waiting); cause == late {
				return late
			}
			return fault.Ended(waiting.Err(), "you did not answer the unlock dialog")
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
			return true, fmt.Errorf("%w: the Secret Service stopped during its dialog", fault.ErrMissing)
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
