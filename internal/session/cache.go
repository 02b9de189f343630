package session

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/busy"
)

// kind is a sort of sealed file.
type kind string

const (
	kindSession  kind = "session"  // a session, by the cache key of its inputs
	kindLookup   kind = "lookup"   // which session answers a call, by the call's inputs
	kindFailure  kind = "failure"  // how the last question ended, by the cache key
	kindDeclined kind = "declined" // an early renewal that failed, by the cache key
	kindCodes    kind = "codes"    // codes that were used, by MFA device
	kindPermits  kind = "permits"  // what persons answered about agents, in one list
)

// Cache is one person's sealed files in one directory. A nil Cache, or one
// without a key, holds nothing: every read is a miss and every write is lost,
// which costs questions but never an answer.
type Cache struct {
	dir  string
	seal *sealer
}

// New returns the cache in dir that key opens.
func New(dir string, key []byte) (*Cache, error) {
	s, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	return &Cache{dir: dir, seal: s}, nil
}

// Get returns the session stored under the cache key, if it is there, whole,
// and not over at now.
func (c *Cache) Get(key string, now time.Time) (Session, bool) {
	data, ok := c.read(kindSession, key)
	if !ok {
		return Session{}, false
	}
	s, err := unmarshal(data)
	if s = s.At(now); err != nil || s.HasEnded(now) {
		return Session{}, false
	}
	return s, true
}

// Put stores a session until it ends. The one before it is replaced in one
// step: a reader sees either of them whole. A failed question for it is forgotten.
func (c *Cache) Put(key string, s Session) error {
	if err := c.write(kindSession, key, s.marshal(), s.Expiration); err != nil {
		return err
	}
	return errors.Join(c.remove(kindFailure, key), c.remove(kindDeclined, key))
}

// Forget removes the session stored under the cache key.
func (c *Cache) Forget(key string) error {
	return errors.Join(c.remove(kindSession, key), c.remove(kindFailure, key), c.remove(kindDeclined, key))
}

// ForgetSubject removes every session of a subject, wherever it was asked for,
// and reports how many there were.
func (c *Cache) ForgetSubject(subject string) (int, error) {
	if c == nil {
		return 0, nil
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return 0, err
	}
	gone := 0
	var problems []error
	for _, e := range entries {
		name, sealed := strings.CutSuffix(e.Name(), sealedSuffix)
		if !sealed {
			continue
		}
		data, ok := c.readNamed(kindSession, name)
		if !ok {
			continue
		}
		if s, err := unmarshal(data); err != nil || s.Subject != subject {
			continue
		}
		if err := busy.Remove(filepath.Join(c.dir, e.Name())); err != nil {
			problems = append(problems, err)
			continue
		}
		gone++
	}
	return gone, errors.Join(problems...)
}

// remove of a file that is not there is no error.
func (c *Cache) remove(k kind, id string) error {
	if c == nil {
		return nil
	}
	err := busy.Remove(filepath.Join(c.dir, c.seal.name(k, id)+sealedSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

const sealedSuffix = ".sealed"

func (c *Cache) read(k kind, id string) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	return c.readNamed(k, c.seal.name(k, id))
}

func (c *Cache) readNamed(k kind, name string) ([]byte, bool) {
	sealed, err := os.ReadFile(filepath.Join(c.dir, name+sealedSuffix))
	if err != nil {
		return nil, false
	}
	plain, err := c.seal.open(k, name, sealed)
	return plain, err == nil
}

// write puts a sealed file in place in one step. Its modification time is
// the time it ends, so that sweeping need not open it. There is no fsync: a
// file that a power cut spoils does not open, and is a miss.
func (c *Cache) write(k kind, id string, plain []byte, ends time.Time) error {
	if c == nil {
		return errNoDir
	}
	name := c.seal.name(k, id)
	sealed, err := c.seal.seal(k, name, plain)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(c.dir, tempPrefix)
	if err != nil {
		return err
	}
	_, err = f.Write(sealed)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Chtimes(f.Name(), ends, ends)
	}
	if err == nil {
		err = busy.Rename(f.Name(), filepath.Join(c.dir, name+sealedSuffix))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func (c *Cache) writeJSON(k kind, id string, v any, ends time.Time) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.write(k, id, data, ends)
}

func (c *Cache) readJSON(k kind, id string, v any) bool {
	data, ok := c.read(k, id)
	return ok && json.Unmarshal(data, v) == nil
}

const tempPrefix = ".writing-"

// Sweep removes files that ended, and what a killed writer left behind.
func (c *Cache) Sweep(now time.Time) {
	if c == nil {
		return
	}
	sweep(c.dir, func(name string, ends time.Time) bool {
		if strings.HasPrefix(name, tempPrefix) {
			return now.Sub(ends) > time.Hour
		}
		return strings.HasSuffix(name, sealedSuffix) && now.After(ends)
	})
}

// Clear removes every sealed file in dir, whichever key it was sealed with.
func Clear(dir string) {
	sweep(dir, func(name string, _ time.Time) bool {
		return strings.HasPrefix(name, tempPrefix) || strings.HasSuffix(name, sealedSuffix)
	})
}

func sweep(dir string, over func(name string, modified time.Time) bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() && over(e.Name(), info.ModTime()) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
