package secretservice

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

const (
	serviceName         = "org.freedesktop.secrets"
	servicePath         = dbus.ObjectPath("/org/freedesktop/secrets")
	collectionPrefix    = string(servicePath) + "/collection/"
	serviceInterface    = "org.freedesktop.Secret.Service"
	collectionInterface = "org.freedesktop.Secret.Collection"
	itemInterface       = "org.freedesktop.Secret.Item"
	promptInterface     = "org.freedesktop.Secret.Prompt"
)

// Service is a connection to the Secret Service of the session bus. It is safe
// for concurrent use, and needs no closing.
type Service struct {
	bus           *dbus.Conn
	limit, dialog time.Duration
}

// Connect connects to the session bus, and does not look whether a Secret Service
// is on it. limit is for what needs no person, dialog for a dialog. It fails with
// ErrMissing where there is no bus.
func Connect(limit, dialog time.Duration) (*Service, error) {
	// keyring knows this backend only if a bus answered when the program
	// started (package start decides whether it may try). Asking godbus again
	// would run dbus-launch where there is none.
	if !slices.Contains(keyring.AvailableBackends(), keyring.SecretServiceBackend) {
		return nil, fmt.Errorf("%w: the Secret Service needs a D-Bus session bus, and none answered; sign in to a desktop session", fault.ErrMissing)
	}
	bus, err := dbus.SessionBus() // the connection that keyring made
	if err != nil {
		return nil, fmt.Errorf("%w: %w", fault.ErrMissing, err)
	}
	s := &Service{bus: bus, limit: limit, dialog: dialog}
	// KeePassXC answers each change with a prompt and broadcasts its end, for
	// which keyring waits on this connection without asking for the signal.
	rule := fmt.Sprintf("type='signal',interface='%s',member='Completed'", promptInterface)
	if err := s.callOn(context.Background(), bus.BusObject(), "org.freedesktop.DBus.AddMatch", rule).store(); err != nil {
		return nil, err
	}
	return s, nil
}

// collections lists the keyrings that the service has.
func (s *Service) collections(ctx context.Context) ([]dbus.ObjectPath, error) {
	var listed any
	err := s.started(ctx, func() (err error) {
		listed, err = s.property(ctx, servicePath, serviceInterface, "Collections")
		return err
	})
	if err != nil {
		return nil, err
	}
	paths, _ := listed.([]dbus.ObjectPath)
	return paths, nil
}

// defaultCollection is the path of the collection behind the alias "default",
// which the login unlocks. It has to be one that keyring will find in the
// service's list: keyring makes a new collection when it finds none, and no login
// would unlock that.
func (s *Service) defaultCollection(ctx context.Context) (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	err := s.started(ctx, func() error {
		return s.call(ctx, servicePath, serviceInterface+".ReadAlias", "default").store(&path)
	})
	if err != nil {
		return "", err
	}
	if path == "/" {
		p := s.program(ctx)
		return "", p.missingError(p.name + " has no default keyring")
	}
	paths, err := s.collections(ctx)
	if err != nil {
		return "", err
	}
	same := slices.DeleteFunc(paths, func(p dbus.ObjectPath) bool { return decodePath(p) != decodePath(path) })
	if !isCollection(path) || len(same) != 1 || same[0] != path {
		return "", fmt.Errorf("%w: the Secret Service's default keyring %q is not one of its keyrings", fault.ErrMissing, path)
	}
	return path, nil
}

// namedCollection is the path of the collection that was made with this name. It
// is ErrNotFound where there is none.
func (s *Service) namedCollection(ctx context.Context, name string) (dbus.ObjectPath, error) {
	paths, err := s.collections(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(paths, func(p dbus.ObjectPath) bool { return decodePath(p) == collectionPrefix+name })
	if i < 0 {
		return "", fmt.Errorf("%w: there is no keyring %q", fault.ErrNotFound, name)
	}
	return paths[i], nil
}
