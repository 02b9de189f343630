package secretservice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/wait"
)

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
		return fmt.Errorf("%w: the Secret Service gave an answer of the wrong type", fault.ErrMissing)
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
		return fmt.Errorf("%w: the D-Bus session bus went away", fault.ErrMissing)
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
		return fmt.Errorf("%w: no Secret Service daemon (GNOME Keyring, KWallet, KeePassXC) answers on the session bus: %w", fault.ErrMissing, refused)
	}
	return fmt.Errorf("%s: %w", refused.Name, refused)
}

// kwallets are the daemons of KDE's wallet that are a Secret Service too: their
// names on the bus, and their objects.
var kwallets = map[string]dbus.ObjectPath{
	"org.kde.kwalletd5": "/modules/kwalletd5",
	"org.kde.kwalletd6": "/modules/kwalletd6",
}

// kwalletDelay is longer than KWallet keeps a change in memory alone, which was
// seen to be five seconds (kwalletd5 5.103.0); SIGTERM loses the change.
const kwalletDelay = 6 * time.Second

// flush returns when what was set is on the disk. Only KWallet answers before
// that: it is told to write, or, where it does not do as it is told, waited for.
func (s *Service) flush(ctx context.Context) error {
	object := s.kwallet(ctx)
	if object == nil {
		return nil
	}
	const iface, us = "org.kde.KWallet.", "awsbroker"
	var wallet string
	var handle int32
	err := s.callOn(ctx, object, iface+"networkWallet").store(&wallet)
	if err == nil {
		err = s.callOn(ctx, object, iface+"open", wallet, int64(0), us).store(&handle)
	}
	if err == nil && handle >= 0 {
		err = s.callOn(ctx, object, iface+"sync", handle, us).err
	}
	if err == nil && handle >= 0 {
		return nil
	}
	if !wait.Pause(ctx, kwalletDelay) {
		return fmt.Errorf("KWallet has not written it to the disk: %w", ctx.Err())
	}
	return nil
}

// kwallet is the wallet daemon that is the Secret Service here; nil if it is
// another program.
func (s *Service) kwallet(ctx context.Context) dbus.BusObject {
	owner := s.ownerOf(ctx, serviceName)
	for name, path := range kwallets {
		if owner != "" && s.ownerOf(ctx, name) == owner {
			return s.bus.Object(name, path)
		}
	}
	return nil
}

// ownerOf is the connection that has a name on the bus; empty if none has.
func (s *Service) ownerOf(ctx context.Context, name string) (owner string) {
	_ = s.callOn(ctx, s.bus.BusObject(), "org.freedesktop.DBus.GetNameOwner", name).store(&owner)
	return owner
}
