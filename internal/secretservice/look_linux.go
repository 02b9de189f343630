package secretservice

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// itemInterface is that of one secret, whose attributes can be read without opening it.
const itemInterface = "org.freedesktop.Secret.Item"

// nameAttribute is what keyring calls the attribute with an item's name.
const nameAttribute = "profile"

var errNoDisplay = fmt.Errorf("%w, and there is no display for its dialog: sign in to the desktop, or run: gnome-keyring-daemon --unlock", fault.ErrLocked)

func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// Look reports whether the keyring is open: if not, ErrAsks where it can show its
// dialog, and ErrLocked where it cannot. One with an empty password, which opens
// without a dialog, is taken for one that has a password: only opening it would tell.
func (k *Keyring) Look(ctx context.Context) error {
	path, err := k.find(ctx)
	if err != nil {
		return err
	}
	return k.service.look(ctx, path)
}

func (s *Service) look(ctx context.Context, path dbus.ObjectPath) error {
	locked, err := s.locked(ctx, path)
	switch {
	case err != nil || !locked:
		return err
	case hasDisplay():
		return fault.ErrAsks
	}
	return errNoDisplay
}

// Has is nil if the keyring has the item, and ErrNotFound if it has not. GNOME Keyring
// knows the items of a locked keyring. Not every daemon does, so one that is not
// found there may be there all the same: the error is that of [Keyring.Look].
func (k *Keyring) Has(ctx context.Context, item string) error {
	path, err := k.find(ctx)
	if err != nil {
		return err
	}
	var unlocked, locked []dbus.ObjectPath
	query := map[string]string{nameAttribute: item}
	if err := k.service.call(ctx, servicePath, serviceInterface+".SearchItems", query).store(&unlocked, &locked); err != nil {
		return err
	}
	for _, found := range append(unlocked, locked...) {
		if strings.HasPrefix(string(found), string(path)+"/") {
			return nil
		}
	}
	if err := k.service.look(ctx, path); err != nil {
		return err
	}
	return fault.ErrNotFound
}

// Items lists the names of all items, and of other programs' too, without opening
// anything. A locked keyring gives none away.
func (k *Keyring) Items(ctx context.Context) ([]string, error) {
	path, err := k.find(ctx)
	if err != nil {
		return nil, err
	}
	listed, err := k.service.property(ctx, path, collectionInterface, "Items")
	if err != nil {
		return nil, err
	}
	var items []string
	paths, _ := listed.([]dbus.ObjectPath)
	for _, found := range paths {
		v, err := k.service.property(ctx, found, itemInterface, "Attributes")
		if err != nil {
			return nil, err
		}
		attributes, _ := v.(map[string]string)
		items = append(items, attributes[nameAttribute])
	}
	return items, nil
}
