package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Running is a server that runs, as it is noted for list and logout. The note is a file
// whose lock the server holds, so that the note of a killed one is known as such. A server
// whose note is taken away ends.
type Running struct {
	Version int       `json:"version"`
	Profile string    `json:"profile"`
	At      string    `json:"at"`     // socket or address
	Limits  string    `json:"limits"` // in flags; empty: none
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`

	path string
	lock *session.Lock
}

const (
	notePrefix = "server-"
	noteSuffix = ".json"
	// mostServers of one person: more have no note.
	mostServers = 64
	watching    = 500 * time.Millisecond // for the end of the note
	toEnd       = 3 * time.Second
)

func slot(state string, n int) *Running {
	name := notePrefix + strconv.Itoa(n)
	return &Running{path: filepath.Join(state, name+noteSuffix), lock: session.NewLock(state, name)}
}

// Note writes down that this process serves, until Remove. Where nothing can be written,
// for want of a home directory, it returns nil.
func Note(p paths.Paths, profile, at, limits string) *Running {
	if p.State == "" || paths.MakeOwn(p.State) != nil {
		return nil
	}
	for n := 1; n <= mostServers; n++ {
		r := slot(p.State, n)
		if ok, err := r.lock.Try(); err != nil || !ok {
			continue
		}
		r.Version, r.Profile, r.At, r.Limits, r.PID, r.Since = version, profile, at, limits, os.Getpid(), time.Now().UTC().Truncate(time.Second)
		data, err := json.Marshal(r)
		if err == nil {
			err = os.WriteFile(r.path, append(data, '\n'), 0o600)
		}
		if err != nil {
			_ = r.lock.Unlock()
			return nil
		}
		return r
	}
	return nil
}

// Remove takes the note away: the server ends.
func (r *Running) Remove() {
	if r == nil {
		return
	}
	_ = os.Remove(r.path)
	_ = r.lock.Unlock()
}

// Gone returns a context that ends with ctx, or when somebody takes the note away; then its
// cause is ErrLoggedOut.
func (r *Running) Gone(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if r != nil {
		go func() {
			for wait.Pause(ctx, watching) {
				if _, err := os.Lstat(r.path); errors.Is(err, fs.ErrNotExist) {
					cancel(ErrLoggedOut)
				}
			}
		}()
	}
	return ctx, func() { cancel(nil) }
}

// ErrLoggedOut: a logout ended the server.
var ErrLoggedOut = errors.New("logged out")

// List returns the servers that run.
func List(p paths.Paths) (all []*Running) {
	if p.State == "" {
		return nil
	}
	notes, _ := filepath.Glob(filepath.Join(p.State, notePrefix+"*"+noteSuffix))
	for _, path := range notes {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), notePrefix), noteSuffix))
		if err != nil {
			continue
		}
		r := slot(p.State, n)
		if ok, err := r.lock.Try(); ok || err != nil { // its server was killed
			_ = r.lock.Unlock()
			continue
		}
		data, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(data, r) == nil && r.Version == version {
			all = append(all, r)
		}
	}
	return all
}

// End ends the servers of a profile, or all if profile is empty, and returns how many there
// were. It waits for them for a moment.
func End(ctx context.Context, p paths.Paths, profile string) (ended int) {
	ctx, cancel := context.WithTimeout(ctx, toEnd)
	defer cancel()
	var ending []*Running
	for _, r := range List(p) {
		if (profile == "" || r.Profile == profile) && os.Remove(r.path) == nil {
			ending = append(ending, r)
		}
	}
	for _, r := range ending {
		if r.lock.Wait(ctx) == nil {
			_ = r.lock.Unlock()
		}
	}
	return len(ending)
}

// String returns "profile admin at /run/user/1000/shop/aws (process 4711, --read-only)".
func (r *Running) String() string {
	text := fmt.Sprintf("profile %s at %s (process %d", r.Profile, r.At, r.PID)
	if r.Limits != "" {
		text += ", " + r.Limits
	}
	return text + ")"
}
