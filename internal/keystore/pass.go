//go:build !windows

package keystore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// passStore keeps secrets in the standard unix password manager
// (https://www.passwordstore.org), in the folder awsbroker of its store. What
// is in an entry is what keyring's backend for pass would write.
//
// That backend itself is not used: it runs pass without a deadline or a
// process group of its own, with our standard error, and writes over the old
// secret. Here pass writes, since it knows recipients and git; gpg reads, since
// pass hides why gpg failed.
type passStore struct {
	dir, gpg      string
	helper        helper
	terminal      func() string // terminalName, but in tests
	lock          string
	limit, dialog time.Duration
}

func newPass(o Options) (backend, error) {
	h := helper{environ: o.Environ}
	if h.environ == nil {
		h.environ = os.Environ()
	}
	if _, err := programs.Find("pass"); err != nil {
		return nil, fmt.Errorf("%w: the program pass is not installed (https://www.passwordstore.org)", ErrMissing)
	}
	gpg, err := programs.Find("gpg2") // as pass chooses
	if err != nil {
		gpg, err = programs.Find("gpg")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: pass needs gpg, which is not installed", ErrMissing)
	}
	dir := h.variable("PASSWORD_STORE_DIR")
	if dir == "" && h.variable("HOME") != "" {
		dir = filepath.Join(h.variable("HOME"), ".password-store")
	}
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("%w: there is no directory for pass: set HOME or PASSWORD_STORE_DIR", ErrMissing)
	}
	return &passStore{
		dir: dir, gpg: gpg, helper: h, terminal: terminalName,
		lock:  filepath.Join(filepath.Dir(o.RecordPath), "pass.lock"),
		limit: o.CallTimeout, dialog: o.DialogTimeout,
	}, nil
}

func (p *passStore) where() string { return filepath.Join(p.dir, "awsbroker") }

func (p *passStore) home(context.Context) (*secretservice.Home, error) { return nil, nil }

// reach looks for the file that "pass init" makes. A store in a tomb or on a
// disk that is not mounted has none.
func (p *passStore) reach(ctx context.Context) error {
	return fault.BoundDo(ctx, p.limit, p.dir, func() error {
		if err := paths.CheckWay(p.dir); err != nil {
			return err
		}
		if p.helper.variable("PASSWORD_STORE_KEY") != "" {
			_, err := os.Stat(p.dir)
			return unusable(err)
		}
		for _, folder := range []string{"", "awsbroker"} {
			_, err := os.Stat(filepath.Join(p.dir, folder, ".gpg-id"))
			if err == nil || !errors.Is(err, fs.ErrNotExist) {
				return unusable(err)
			}
		}
		return p.noStore()
	})
}

func (p *passStore) items(ctx context.Context) ([]string, error) {
	return fault.Bound(ctx, p.limit, p.dir, func() (items []string, err error) {
		entries, err := filepath.Glob(filepath.Join(p.where(), "*", "*.gpg"))
		for _, entry := range entries {
			item, _ := filepath.Rel(p.dir, strings.TrimSuffix(entry, ".gpg"))
			items = append(items, item)
		}
		return items, err
	})
}

// unlock reads some entry of ours, so that gpg-agent has the passphrase when
// the reading back of a set needs it. Before the first entry there is none:
// that set may show gpg's dialog itself.
func (p *passStore) unlock(ctx context.Context, i intent) error {
	if err := p.reach(ctx); err != nil || i != writing {
		return err
	}
	entries, err := p.items(ctx)
	if err != nil || len(entries) == 0 {
		return err
	}
	_, err = p.decrypt(ctx, p.path(entries[0]))
	if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrMissing) { // that entry's own trouble
		return nil
	}
	return err
}

func (p *passStore) get(ctx context.Context, item string) ([]byte, error) {
	if err := p.has(ctx, item); err != nil {
		return nil, err
	}
	plain, err := p.decrypt(ctx, p.path(item))
	if err != nil {
		return nil, err
	}
	var found keyring.Item
	// The decoder's own error may quote the secret, so it is dropped.
	if json.Unmarshal(plain, &found) != nil || found.Key != item {
		return nil, fmt.Errorf("%w: awsbroker did not write the entry %q of pass", ErrCorrupt, item)
	}
	return found.Data, nil
}

// set writes a new entry beside the old one, proves that it can be read, and
// renames it: gpg empties the file that it is told to write before it has
// anything to write, so a kill or a full disk would cost the old secret.
func (p *passStore) set(ctx context.Context, item string, data []byte) error {
	text, err := json.Marshal(keyring.Item{Key: item, Data: data})
	if err != nil {
		return err
	}
	return p.locked(ctx, func() error {
		// Those of writers that were killed. The one that is made has a name of
		// its own, since the pass of such a writer may not have ended yet.
		stale, _ := filepath.Glob(filepath.Join(p.dir, filepath.Dir(item), scratchEntry+"*.gpg"))
		for _, s := range stale {
			p.discard(ctx, filepath.Dir(item)+"/"+strings.TrimSuffix(filepath.Base(s), ".gpg"))
		}
		scratch := filepath.Dir(item) + "/" + scratchEntry + rand.Text()
		err := p.stage(ctx, scratch, text)
		if err == nil {
			err = p.pass(ctx, nil, "mv", "-f", scratch, item)
		}
		if _, left := os.Lstat(p.path(scratch)); left == nil {
			p.discard(ctx, scratch)
			if err == nil { // pass ends with 0 whatever git or mv said
				err = fmt.Errorf("%w: pass did not rename %q", ErrMissing, scratch)
			}
		}
		if err != nil {
			return err
		}
		return paths.SyncDir(filepath.Dir(p.path(item)))
	})
}

// scratchEntry begins names that itemName does not make.
const scratchEntry = "=new-"

// stage writes an entry that nothing depends on yet, down to the disk.
func (p *passStore) stage(ctx context.Context, scratch string, text []byte) error {
	if err := p.pass(ctx, text, "insert", "-m", "-f", scratch); err != nil {
		return err
	}
	back, err := p.decrypt(ctx, p.path(scratch))
	if err != nil {
		return fmt.Errorf("gpg encrypted it, but cannot decrypt it: %w", err)
	}
	// gopass, installed as pass, ends every entry with a line break.
	if !bytes.Equal(bytes.TrimSuffix(back, []byte("\n")), text) {
		return fmt.Errorf("%w: gpg returned something other than what it encrypted", ErrCorrupt)
	}
	return syncFile(p.path(scratch))
}

// discard removes an entry that is not wanted, whatever became of ctx.
func (p *passStore) discard(ctx context.Context, item string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.limit)
	defer cancel()
	if p.pass(ctx, nil, "rm", "-f", item) != nil {
		_ = os.Remove(p.path(item))
	}
}

func (p *passStore) remove(ctx context.Context, item string) error {
	return p.locked(ctx, func() error {
		if err := p.has(ctx, item); err != nil {
			return err
		}
		if err := p.pass(ctx, nil, "rm", "-f", item); err != nil {
			return err
		}
		if _, err := os.Lstat(p.path(item)); err == nil {
			return fmt.Errorf("%w: pass did not remove %q", ErrMissing, item)
		}
		// The folder may have gone with its last entry.
		if err := paths.SyncDir(filepath.Dir(p.path(item))); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// locked runs do alone among awsbroker's writers: pass removes folders that
// have become empty, under the hands of another that is about to write there.
func (p *passStore) locked(ctx context.Context, do func() error) error {
	return withLock(ctx, p.lock, recordLockTimeout, do)
}

// has is ErrNotFound for an entry that is not there, and ErrMissing where
// there is no store at all. For root, another user's entry is ErrForeign: gpg
// writes into that user's home even when it reads.
func (p *passStore) has(ctx context.Context, item string) error {
	err := fault.BoundDo(ctx, p.limit, p.dir, func() error {
		if err := paths.CheckWay(p.dir); err != nil {
			return err
		}
		_, err := os.Stat(p.path(item))
		return absent(err)
	})
	if errors.Is(err, ErrNotFound) {
		if gone := p.reach(ctx); gone != nil {
			return gone
		}
	}
	return err
}

func (p *passStore) path(item string) string { return filepath.Join(p.dir, item+".gpg") }
