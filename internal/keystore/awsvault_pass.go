//go:build !windows

package keystore

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// vaultPass are aws-vault's entries in pass. Without a prefix they stand among
// everything else that the person keeps there.
type vaultPass struct {
	pass   *passStore
	prefix string
}

func newVaultPass(place AWSVaultPlace, o Options) (vaultItems, error) {
	opened, err := newPass(o)
	if err != nil {
		return nil, err
	}
	p, ok := opened.(*passStore)
	if !ok {
		return nil, fmt.Errorf("%w: this is not the program pass", ErrMissing)
	}
	if place.PassDir != "" {
		if p.dir, err = keyring.ExpandTilde(place.PassDir); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMissing, err)
		}
		p.helper = p.helper.with("PASSWORD_STORE_DIR", p.dir)
	}
	return &vaultPass{p, filepath.Clean("/" + place.PassPrefix)[1:]}, nil
}

func (v *vaultPass) where() string { return filepath.Join(v.pass.dir, v.prefix) }

func (v *vaultPass) list(ctx context.Context) ([]string, error) {
	return fault.Bound(ctx, v.pass.limit, v.pass.dir, func() ([]string, error) {
		var names []string
		err := filepath.WalkDir(v.where(), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return absent(err)
			}
			if e.IsDir() && strings.HasPrefix(e.Name(), ".") && path != v.where() {
				return filepath.SkipDir // .git
			}
			if name, ok := strings.CutSuffix(path, ".gpg"); ok && !e.IsDir() {
				relative, err := filepath.Rel(v.where(), name)
				if err != nil {
					return err
				}
				names = append(names, relative)
			}
			return nil
		})
		return names, err
	})
}

// entry is what pass calls the item. A name may not lead out of the folder.
func (v *vaultPass) entry(name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", ErrNotFound
	}
	return filepath.Join(v.prefix, name), nil
}

func (v *vaultPass) read(ctx context.Context, name string) ([]byte, error) {
	entry, err := v.entry(name)
	if err != nil {
		return nil, err
	}
	if err := v.pass.has(ctx, entry); err != nil {
		return nil, err
	}
	text, err := v.pass.decrypt(ctx, v.pass.path(entry))
	if err != nil {
		return nil, err
	}
	return unpack(text, name)
}

func (v *vaultPass) remove(ctx context.Context, name string) error {
	entry, err := v.entry(name)
	if err != nil {
		return err
	}
	return v.pass.remove(ctx, entry)
}
