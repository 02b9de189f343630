package session

import (
	"bytes"
	"path/filepath"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// Terms are those on which a session answers a call again.
type Terms struct {
	Known
	MinLeft        time.Duration // less life than this, and the session is renewed
	CommandMinLeft time.Duration // the same for a command, which cannot renew it; 0: it is worked out for each
	Region         string        // for the environment of a command, or empty
}

// KeepReady leaves the session stored under a cache key where package early
// finds it, as the answer to a call. It holds while that session's file stays
// as it is, too. Where there is no room for it there is a sealed file, which
// Remember leaves.
func (c *Cache) KeepReady(call *Call, key string, s Session, t Terms) error {
	if c == nil {
		return errNoDir
	}
	name, ok := answers.Name(call.Profile)
	if !ok || !call.isSettled() || paths.CheckOwn(call.Paths.State) != nil { // package early writes the log without asking
		return nil
	}
	now := time.Now()
	end := func(minLeft time.Duration) int64 { return now.Add(s.Left(now) - minLeft).Unix() }
	a := answers.Answer{
		Until: end(t.MinLeft), Booted: s.Booted, Agents: t.Agents, RoleARN: t.RoleARN, Region: t.Region,
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey.Reveal(), SessionToken: s.SessionToken.Reveal(),
		AccountID: s.AccountID, Expires: s.Expiration.Unix(), Expiration: s.Expiration.UTC().Format(ExpirationFormat),
	}
	if t.CommandMinLeft > 0 {
		a.CommandUntil = end(t.CommandMinLeft)
	}
	if !t.LogOff {
		a.Log = call.Paths.LogFile()
	}
	for i, path := range call.paths() {
		a.Files[i] = answers.File{Path: path, Stamp: call.files[i]}
	}
	sealed := filepath.Join(c.dir, c.seal.name(kindSession, key)+sealedSuffix)
	a.Files[len(call.files)] = answers.File{Path: sealed, Stamp: answers.StampOf(sealed)}
	if text, err := s.Answer(); err != nil || !bytes.Equal(text, a.AppendJSON(nil)) {
		return err // it has characters that JSON writes otherwise
	}
	return keepAnswer(call.Paths.State, name, a.Marshal(), s.Left(now)-t.MinLeft)
}
