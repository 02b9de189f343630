package secretservice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// errNobody is the error of every call where no daemon is the Secret Service.
var errNobody = fmt.Errorf("%w: no Secret Service daemon (GNOME Keyring, KWallet, KeePassXC) answers on the session bus", fault.ErrMissing)

// reply is the answer to a D-Bus call, or why there is none.
type reply struct {
	call *dbus.Call
	err  error
}

// store reads the answer into targets.
func (r reply) store(targets ...any) error {
	if r.err != nil {
		return r.err
	}
	if err := r.call.Store(targets...); err != nil {
		return fmt.Errorf("%w: the Secret Service returned the wrong type of answer", fault.ErrMissing)
	}
	return nil
}

// call calls a method of the Secret Service.
func (s *Service) call(ctx context.Context, path dbus.ObjectPath, method string, args ...any) reply {
	return s.callOn(ctx, s.bus.Object(serviceName, path), method, args...)
}

func (s *Service) callOn(ctx context.Context, object dbus.BusObject, method string, args ...any) reply {
	c, err := fault.Bound(ctx, s.limit, object.Destination(), func() (*dbus.Call, error) {
		c := object.Call(method, 0, args...)
		return c, busError(c.Err)
	})
	return reply{c, err}
}

func (s *Service) property(ctx context.Context, path dbus.ObjectPath, iface, name string) (any, error) {
	var v dbus.Variant
	if err := s.call(ctx, path, "org.freedesktop.DBus.Properties.Get", iface, name).store(&v); err != nil {
		return nil, err
	}
	return v.Value(), nil
}

// busError tells what a D-Bus error means to us. The names are those of
// https://dbus.freedesktop.org/doc/api/html/group__DBusProtocol.html and of
// the Secret Service API, chapter "Errors".
func busError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return fault.ErrNotFound
	}
	if errors.Is(err, dbus.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("%w: the D-Bus session bus stopped", fault.ErrMissing)
	}
	var refused dbus.Error
	if !errors.As(err, &refused) {
		return err
	}
	short := strings.TrimPrefix(refused.Name, "org.freedesktop.DBus.Error.")
	switch {
	case refused.Name == "org.freedesktop.Secret.Error.IsLocked":
		return fmt.Errorf("%w: %w", fault.ErrLocked, refused)
	case short == "ServiceUnknown", short == "NameHasNoOwner", short == "NoReply", short == "Disconnected",
		short == "NoServer", short == "Timeout", short == "TimedOut", strings.HasPrefix(short, "Spawn."):
		return fmt.Errorf("%w: %w", errNobody, refused)
	}
	return fmt.Errorf("%s: %w", refused.Name, refused)
}
