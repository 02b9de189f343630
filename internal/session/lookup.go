package session

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/busy"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// Call is a request for the session of a profile as the command line and the
// environment made it, before any file was read.
type Call struct {
	Profile string
	Paths   paths.Paths
	files   [4]answers.Stamp
	taken   time.Time
}

// NewCall notes the state of the files that decide about the answer. It has
// to be made before they are read, so that a change in between is seen.
func NewCall(profile string, p paths.Paths) *Call {
	c := &Call{Profile: profile, Paths: p}
	for i, path := range c.paths() {
		c.files[i] = answers.StampOf(path)
	}
	c.taken = time.Now()
	return c
}

// paths of the files that decide about the answer.
func (c *Call) paths() [4]string {
	return [...]string{c.Paths.Config, c.Paths.Credentials, c.Paths.KeystoreFile(), c.Paths.GenerationFile()}
}

// SameFiles reports whether the files are as they were for the other call.
// Unlike Lookup it may miss an edit of the same size in the same tick of the
// clock, which the next change of any of them makes good.
func (c *Call) SameFiles(other *Call) bool { return c.files == other.files }

func (c *Call) id() string {
	parts := []string{c.Profile, c.Paths.Config, c.Paths.Credentials, c.Paths.State}
	for _, v := range answers.Inputs {
		parts = append(parts, os.Getenv(v))
	}
	return CacheKey(parts...)
}

// settle is how long a file must have rested before its stamp is trusted:
// two edits of the same size within the file system's clock tick look alike.
const settle = 2 * time.Second

// isSettled reports whether all files had rested for so long.
func (c *Call) isSettled() bool {
	edge := c.taken.Add(-settle).UnixNano()
	for _, f := range c.files {
		if f.MTime >= edge || f.CTime >= edge {
			return false
		}
	}
	return true
}

// lookup is what a call came to the last time it was worked out.
type lookup struct {
	Files   [4]answers.Stamp
	Session string        // name of the session's file
	MinLeft time.Duration // less life than this, and the session is renewed
	Known
}

// Known is what the log has to say of a remembered call's session.
type Known struct {
	RoleARN string // empty: a session of the user itself
	LogOff  bool   // the profile wants no line in the log
	Agents  bool   // coding agents are given the session without a question
}

func (l lookup) marshal() []byte {
	f := fields{}.text(l.Session).int(int64(l.MinLeft)).text(l.RoleARN).flag(l.LogOff).flag(l.Agents)
	for _, s := range l.Files {
		f = f.int(int64(s.Dev)).int(int64(s.Ino)).int(s.Size).int(s.MTime).int(s.CTime)
	}
	return f
}

func (l *lookup) unmarshal(data []byte) error {
	r := reader{left: data}
	l.Session, l.MinLeft = r.text(), time.Duration(r.int())
	l.RoleARN, l.LogOff, l.Agents = r.text(), r.flag(), r.flag()
	for i := range l.Files {
		l.Files[i] = answers.Stamp{Dev: uint64(r.int()), Ino: uint64(r.int()), Size: r.int(), MTime: r.int(), CTime: r.int()}
	}
	return r.end()
}

// Lookup returns the session that answered the same call before, if nothing
// that decides about it has changed since and enough life is left, and what
// was known of it.
func (c *Cache) Lookup(call *Call, now time.Time) (Session, Known, bool) {
	var l lookup
	data, ok := c.read(kindLookup, call.id())
	if !ok || l.unmarshal(data) != nil || l.Files != call.files {
		return Session{}, Known{}, false
	}
	data, ok = c.readNamed(kindSession, l.Session)
	if !ok {
		return Session{}, Known{}, false
	}
	s, err := unmarshal(data)
	if s = s.At(now); err != nil || s.HasEnded(now) || s.Left(now) <= l.MinLeft {
		return Session{}, Known{}, false
	}
	return s, l.Known, true
}

// Remember that a call is answered with the session stored under a cache key
// while it has at least minLeft to live. A call whose files changed moments
// ago is not remembered.
func (c *Cache) Remember(call *Call, key string, minLeft time.Duration, ends time.Time, known Known) error {
	if !call.isSettled() {
		return nil
	}
	if c == nil {
		return errNoDir
	}
	l := lookup{call.files, c.seal.name(kindSession, key), minLeft, known}
	return c.write(kindLookup, call.id(), l.marshal(), ends)
}

// CacheKey is one name for a list of inputs; no two lists share one.
func CacheKey(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(strconv.Itoa(len(p)))
		b.WriteByte(':')
		b.WriteString(p)
	}
	return b.String()
}

// NextGeneration makes every remembered call be worked out again.
func NextGeneration(p paths.Paths) error {
	if p.State == "" {
		return nil
	}
	defer dropAnswers(p.State)
	if err := paths.MakeOwn(p.State); err != nil {
		return err
	}
	f, err := os.CreateTemp(p.State, ".generation-")
	if err != nil {
		return err
	}
	err = json.NewEncoder(f).Encode(time.Now().UTC())
	f.Close()
	if err == nil {
		err = busy.Rename(f.Name(), p.GenerationFile())
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
