package secretservice

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// Kept returns the keyring that items were put into earlier, whichever is the default
// one today. It is ErrMissing where another program is the service now, or where the
// service has no such keyring.
func (s *Service) Kept(home Home) *Keyring {
	find := func(ctx context.Context) (dbus.ObjectPath, error) {
		path, err := s.namedCollection(ctx, home.Keyring)
		if err != nil && !errors.Is(err, fault.ErrNotFound) {
			return "", err
		}
		here := s.program(ctx).name
		switch {
		case home.Program != "" && here != unknownProgram.name && here != home.Program:
			return "", &fault.Advised{
				Err:  fmt.Errorf("%w: your keys are in %s, but the Secret Service here is %s", fault.ErrMissing, home.Program, here),
				Hint: "stop " + here + " and start " + home.Program + ", or sign in to its desktop",
			}
		case err != nil:
			return "", &fault.Advised{
				Err:  fmt.Errorf("%w: your keys are in the keyring %q, but %s does not have it now", fault.ErrMissing, home.Keyring, here),
				Hint: "open that keyring, or its database, in the password manager",
			}
		}
		return path, nil
	}
	return &Keyring{service: s, where: "the keyring " + home.Keyring + " of the Secret Service", find: find, everywhere: true}
}

// Home says where the keyring is.
func (k *Keyring) Home(ctx context.Context) (Home, error) {
	path, err := k.find(ctx)
	if err != nil {
		return Home{}, err
	}
	home := Home{Program: k.service.program(ctx).name, Keyring: collectionName(path)}
	if home.Program == unknownProgram.name {
		home.Program = ""
	}
	return home, nil
}

// others returns the other keyrings that have the item, if those count. What cannot be
// seen without opening a keyring is not there.
func (k *Keyring) others(ctx context.Context, own dbus.ObjectPath, item string) (others []dbus.ObjectPath) {
	if !k.everywhere {
		return nil
	}
	all, err := k.service.collections(ctx)
	if err != nil {
		return nil
	}
	for _, path := range all {
		if path == own || !isCollection(path) {
			continue
		}
		if found, err := k.service.search(ctx, path, item); err == nil && len(found) > 0 {
			others = append(others, path)
		}
	}
	return others
}
