package secretservice

import (
	"context"

	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// nameAttribute is what keyring calls the attribute with an item's name.
const nameAttribute = "profile"

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
	locked, err := s.locked(ctx, path, collectionInterface)
	switch {
	case err != nil || !locked:
		return err
	case s.walletOpen(ctx, path):
		return nil
	case hasDisplay():
		return fault.ErrAsks
	}
	return s.program(ctx).lockedError(path, noDisplay)
}

// Has is nil if the keyring has the item, and ErrNotFound if it has not. GNOME Keyring
// knows the items of a locked keyring. Not every daemon does, so one that is not
// found there may be there all the same: the error is that of [Keyring.Look].
func (k *Keyring) Has(ctx context.Context, item string) error {
	path, err := k.find(ctx)
	if err != nil {
		return err
	}
	found, err := k.service.search(ctx, path, item)
	if err != nil || len(found) > 0 || len(k.others(ctx, path, item)) > 0 {
		return err
	}
	if err := k.service.look(ctx, path); err != nil {
		return err
	}
	return fault.ErrNotFound
}

// search returns the items of a collection that have this name. The whole service
// could be searched as well, but for that KeePassXC has its databases unlocked.
func (s *Service) search(ctx context.Context, collection dbus.ObjectPath, item string) (found []dbus.ObjectPath, err error) {
	query := map[string]string{nameAttribute: item}
	err = s.call(ctx, collection, collectionInterface+".SearchItems", query).store(&found)
	return found, err
}

// Items lists the names of all items, and of other programs' too, without opening
// anything. A locked keyring gives none away.
func (k *Keyring) Items(ctx context.Context) ([]string, error) {
	path, err := k.find(ctx)
	if err != nil {
		return nil, err
	}
	items, err := k.service.items(ctx, path)
	if err != nil || !k.everywhere {
		return items, err
	}
	all, err := k.service.collections(ctx)
	for _, other := range all {
		if other == path || !isCollection(other) {
			continue
		}
		if more, err := k.service.items(ctx, other); err == nil {
			items = append(items, more...)
		}
	}
	return items, err
}

func (s *Service) items(ctx context.Context, collection dbus.ObjectPath) (items []string, err error) {
	listed, err := s.property(ctx, collection, collectionInterface, "Items")
	if err != nil {
		return nil, err
	}
	paths, _ := listed.([]dbus.ObjectPath)
	for _, found := range paths {
		v, err := s.property(ctx, found, itemInterface, "Attributes")
		if err != nil {
			return nil, err
		}
		attributes, _ := v.(map[string]string)
		items = append(items, attributes[nameAttribute])
	}
	return items, nil
}
