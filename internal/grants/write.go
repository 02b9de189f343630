// Package grants keeps the log, of which a line is a [grant.Grant].
package grants

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/awsbroker/awsbroker/internal/busy"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// Off reports whether the environment switches the log off: AWSBROKER_LOG=off.
func Off() bool { return strings.EqualFold(os.Getenv("AWSBROKER_LOG"), "off") }

// Write adds a grant of this moment to this process's caller to the log at
// path, unless the log is off.
func Write(path string, g grant.Grant) error {
	if Off() {
		return nil
	}
	who := caller.Find()
	g.Time, g.Caller, g.PID, g.Agent, g.Dir = time.Now(), who.Name, who.PID, who.Agent.Name, who.Dir
	g.Client = who.Client.String()
	return write(path, g)
}

// write makes the file, 0600 in a directory 0700, if it is not there.
func write(path string, g grant.Grant) error {
	if path == "" {
		return fs.ErrNotExist
	}
	if err := paths.CheckOwn(filepath.Dir(path)); err != nil {
		return err
	}
	line := g.AppendLine(make([]byte, 0, 1024))
	err := grant.Append(path, line)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		err = grant.Create(path, line)
	}
	return err
}

// maxSize of the log in bytes, some ten thousand lines, after which it becomes
// the old one.
const maxSize = 4 << 20

// Rotate makes a log that has grown large the old one, of which one is kept.
// Lines that are written meanwhile go to the one or the other.
func Rotate(path string) error { return rotate(path, maxSize) }

func rotate(path string, size int64) error {
	large := func() bool {
		info, err := os.Lstat(path)
		return err == nil && info.Mode().IsRegular() && info.Size() > size
	}
	if path == "" || !large() {
		return nil
	}
	if err := paths.CheckOwn(filepath.Dir(path)); err != nil {
		return err
	}
	// Of two processes that found it large, the second would put away what
	// was written since the first did, and with it the old log.
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return err
	}
	defer func() { _ = lock.Close() }()
	if !large() {
		return nil
	}
	return busy.Rename(path, old(path))
}

// old is where the log before this one is.
func old(path string) string { return path + ".1" }
