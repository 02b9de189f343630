package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Lock is held by one process of this user at a time. The operating system
// frees it when its holder ends, however it ends. Lock files are not removed:
// a lock on a file that was unlinked would exclude nobody.
type Lock struct {
	path string
	file *flock.Flock
}

// The pause between two tries grows, so that hundreds who wait leave the machine
// to the one who works.
const (
	lockPoll    = 25 * time.Millisecond
	maxLockPoll = 200 * time.Millisecond
)

// longer returns the pause after this one.
func longer(pause time.Duration) time.Duration { return min(pause*3/2, maxLockPoll) }

// NewLock returns the lock called name among those of dir. With an empty dir
// it is a lock that nobody else holds.
func NewLock(dir, name string) *Lock {
	if dir == "" {
		return &Lock{}
	}
	sum := sha256.Sum256([]byte(name))
	path := filepath.Join(dir, hex.EncodeToString(sum[:8])+".lock")
	return &Lock{path: path, file: flock.New(path, flock.SetPermissions(0o600))}
}

// Try takes the lock if nobody holds it. It makes no file for another user.
func (l *Lock) Try() (bool, error) {
	if l.file == nil {
		return true, nil
	}
	if err := paths.CheckOwn(filepath.Dir(l.path)); err != nil {
		return false, err
	}
	ok, err := l.file.TryLock()
	if err != nil || !ok {
		return false, err
	}
	// For people who wonder whom they wait for. Not for the lock itself.
	_ = os.WriteFile(l.path, []byte(strconv.Itoa(os.Getpid())), 0o600)
	return true, nil
}

// Wait takes the lock, or returns ctx's error.
func (l *Lock) Wait(ctx context.Context) error {
	for pause := lockPoll; ; pause = longer(pause) {
		if ok, err := l.Try(); ok || err != nil {
			return err
		}
		if !wait.Pause(ctx, pause) {
			return ctx.Err()
		}
	}
}

// Holder is the process that took the lock last, or 0.
func (l *Lock) Holder() int {
	data, err := os.ReadFile(l.path)
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	return pid
}

// Unlock frees the lock.
func (l *Lock) Unlock() error {
	if l.file == nil {
		return nil
	}
	return l.file.Unlock()
}

// Waiting for an answer that another process may be about to give: check
// looks for that answer, without the lock and then once more with it. Await
// returns done when check found one, and otherwise holds the lock.
func (l *Lock) Await(ctx context.Context, check func() bool) (done bool, err error) {
	for pause := lockPoll; ; pause = longer(pause) {
		if check() {
			return true, nil
		}
		ok, err := l.Try()
		if err != nil {
			return false, err
		}
		if ok {
			if check() {
				return true, l.Unlock()
			}
			return false, nil
		}
		if !wait.Pause(ctx, pause) {
			return false, errors.Join(ErrLockWait, ctx.Err())
		}
	}
}

// ErrLockWait means that another process held a lock for too long.
var ErrLockWait = errors.New("another process holds the lock")
