package keystore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"
)

// https://specifications.freedesktop.org/secret-service/latest/
const (
	secretsName      = "org.freedesktop.secrets"
	secretsPath      = dbus.ObjectPath("/org/freedesktop/secrets")
	collectionPrefix = string(secretsPath) + "/collection/"
	secretsService   = "org.freedesktop.Secret.Service"
	secretCollection = "org.freedesktop.Secret.Collection"
	secretPrompt     = "org.freedesktop.Secret.Prompt"
)

// secretService keeps secrets in the collection behind the alias "default",
// which the login unlocks. Finding it, and unlocking it, is done here over
// D-Bus; keyring, which never learns of aliases and waits without end for an
// unlock dialog, then meets an unlocked collection that exists.
type secretService struct {
	bus           *dbus.Conn
	limit, dialog time.Duration
}

func newSecretService(o Options) (backend, error) {
	// keyring knows this backend only if a bus answered when the program
	// started (package start decides whether it may try). Asking godbus again
	// would run dbus-launch where there is none.
	if !slices.Contains(keyring.AvailableBackends(), keyring.SecretServiceBackend) {
		return nil, fmt.Errorf("%w: no D-Bus session bus answered, which the Secret Service needs: sign in to a desktop session", ErrMissing)
	}
	bus, err := dbus.SessionBus() // the connection that keyring made
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	s := &secretService{bus: bus, limit: o.CallTimeout, dialog: o.DialogTimeout}
	// KeePassXC answers each change with a prompt and broadcasts its end, for
	// which keyring waits on this connection without asking for the signal.
	rule := fmt.Sprintf("type='signal',interface='%s',member='Completed'", secretPrompt)
	if err := s.callOn(context.Background(), bus.BusObject(), "org.freedesktop.DBus.AddMatch", rule).store(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *secretService) where() string { return "the default keyring of the Secret Service" }

func (s *secretService) reach(ctx context.Context) error {
	_, err := s.collection(ctx)
	return err
}

func (s *secretService) unlock(ctx context.Context, _ intent) error {
	_, err := s.open(ctx)
	return err
}

func (s *secretService) get(ctx context.Context, item string) ([]byte, error) {
	ring, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return bounded(ctx, s.limit, secretsName, func() ([]byte, error) { return readItem(ring, item) })
}

func (s *secretService) set(ctx context.Context, item string, data []byte) error {
	ring, err := s.open(ctx)
	if err != nil {
		return err
	}
	err = boundedDo(ctx, s.limit, secretsName, func() error {
		return busError(ring.Set(keyring.Item{Key: item, Data: data}))
	})
	if err != nil {
		return err
	}
	return s.flush(ctx)
}

// remove deletes until nothing is left: keyring deletes one item, and another
// program may have made copies.
func (s *secretService) remove(ctx context.Context, item string) error {
	ring, err := s.open(ctx)
	if err != nil {
		return err
	}
	return boundedDo(ctx, s.limit, secretsName, func() error {
		const copies = 8
		_, err := readItem(ring, item)
		for range copies {
			if err != nil && !errors.Is(err, ErrCorrupt) {
				return err
			}
			if err := busError(ring.Remove(item)); err != nil {
				return err
			}
			if _, err = readItem(ring, item); errors.Is(err, ErrNotFound) {
				return nil
			}
		}
		return errors.New("it came back after it was removed")
	})
}

// open finds the default collection, unlocks it, and hands it to keyring.
func (s *secretService) open(ctx context.Context) (keyring.Keyring, error) {
	path, err := s.collection(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.unlockCollection(ctx, path); err != nil {
		return nil, err
	}
	return bounded(ctx, s.limit, secretsName, func() (keyring.Keyring, error) {
		ring, err := keyring.Open(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.SecretServiceBackend},
			// keyring compares decoded paths, so the name is wanted decoded.
			LibSecretCollectionName: strings.TrimPrefix(decodePath(path), collectionPrefix),
		})
		if err != nil { // keyring swallows why it could not open
			return nil, fmt.Errorf("%w: the Secret Service refused a session", ErrMissing)
		}
		return ring, nil
	})
}

// collection is the path of the collection behind the alias "default". It has
// to be one that keyring will find in the service's list: keyring makes a new
// collection when it finds none, and no login would unlock that.
func (s *secretService) collection(ctx context.Context) (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	if err := s.call(ctx, secretsPath, secretsService+".ReadAlias", "default").store(&path); err != nil {
		return "", err
	}
	if path == "/" {
		return "", fmt.Errorf("%w: the Secret Service has no default keyring: sign in to the desktop once, or make one in its password manager", ErrMissing)
	}
	listed, err := s.property(ctx, secretsPath, secretsService, "Collections")
	if err != nil {
		return "", err
	}
	paths, _ := listed.([]dbus.ObjectPath)
	same := slices.DeleteFunc(slices.Clone(paths), func(p dbus.ObjectPath) bool { return decodePath(p) != decodePath(path) })
	if !strings.HasPrefix(string(path), collectionPrefix) || len(same) != 1 || same[0] != path {
		return "", fmt.Errorf("%w: the Secret Service's default keyring %q is not one of its keyrings", ErrMissing, path)
	}
	return path, nil
}

// readItem maps keyring's errors. What is not D-Bus's error is the decoder's,
// whose text may quote the secret.
func readItem(ring keyring.Keyring, item string) ([]byte, error) {
	found, err := ring.Get(item)
	if err == nil && found.Key != item {
		err = errors.New("another item")
	}
	if err == nil {
		return found.Data, nil
	}
	if err = busError(err); errors.Is(err, ErrNotFound) || errors.Is(err, ErrMissing) || errors.Is(err, ErrLocked) {
		return nil, err
	}
	var refused dbus.Error
	if errors.As(err, &refused) {
		return nil, err
	}
	return nil, fmt.Errorf("%w: the item is not one that awsbroker wrote", ErrCorrupt)
}

// decodePath undoes the service's escapes ("_5f" for "_") the way keyring does.
func decodePath(path dbus.ObjectPath) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '_' {
			b.WriteByte(path[i])
			continue
		}
		if i+3 > len(path) {
			return string(path)
		}
		c, err := hex.DecodeString(string(path[i+1 : i+3]))
		if err != nil {
			return string(path)
		}
		b.Write(c)
		i += 2
	}
	return b.String()
}
