package broker

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// Target is the session that a profile stands for: whose key, which role,
// asked for where.
type Target struct {
	Profile     *config.Profile
	Key         keystore.KeyInfo // what is known of the key without opening the keychain
	Endpoint    awsapi.Endpoint
	SessionName string  // AssumeRole's RoleSessionName
	From        *Target // whose session asks for this one; nil: the key itself does, with a code if there is a device

	mfa     bool      // the MFA session of the key: see MFATarget
	passing bool      // it is kept nowhere
	serves  []*Target // what it was first needed for
}

// Renewal policy (contract.md R9, design.md 5). Callers re-run a helper on
// every request when the session has less than 15 minutes (botocore), so what
// can be renewed silently is renewed before that.
const (
	silentMinLeft = 20 * time.Minute
	askingMinLeft = 5 * time.Minute
)

// HasDevice reports whether there is an MFA device whose codes the key can use.
func (t *Target) HasDevice() bool { return t.Profile.MFASerial != "" && !t.Profile.Chained() }

// TakesCode reports whether AWS is given a code with the request for the session.
func (t *Target) TakesCode() bool { return t.From == nil && t.Profile.MFASerial != "" }

// first is the session that the key itself asks for, at the beginning of what
// the target's comes from.
func (t *Target) first() *Target {
	for t.From != nil {
		t = t.From
	}
	return t
}

// Asks reports whether a new session takes a code now: not if the session that
// asks for it is there, or can be had without one.
func (t *Target) Asks(c *session.Cache, now time.Time) bool {
	if t.From == nil {
		return t.TakesCode()
	}
	if s, ok := t.From.Cached(c, now); ok && enough(s, signingLeft, now) {
		return false
	}
	return t.From.Asks(c, now)
}

// minLeft is the life under which a session is renewed, if that asks for a
// code or if it does not.
func (t *Target) minLeft(asks bool) time.Duration {
	switch {
	case !asks:
		return silentMinLeft
	case t.Profile.HasMinTTL:
		return t.Profile.MinTTL
	}
	return askingMinLeft
}

// lookupMinLeft is the life under which an answer has to be worked out anew:
// whether that asks is seen then.
func (t *Target) lookupMinLeft() time.Duration { return t.minLeft(t.TakesCode()) }

// readsFiles reports whether more files than those that a call looks at decide
// about the session.
func (t *Target) readsFiles() bool {
	return t.Profile.PolicyFile != "" || t.From != nil && t.From.readsFiles()
}

// SetKey gives the target, and those it comes from, another key.
func (t *Target) SetKey(k keystore.KeyInfo) {
	for ; t != nil; t = t.From {
		t.Key = k
	}
}

// enough reports whether s may be served instead of a new one. A session that
// is short by itself is served for half its life, or it could never be.
func enough(s session.Session, minLeft time.Duration, now time.Time) bool {
	return s.Left(now) > served(s, minLeft)
}

func served(s session.Session, minLeft time.Duration) time.Duration {
	return min(minLeft, s.Expiration.Sub(s.Issued)/2)
}

// cacheVersion changes with the meaning of what is cached.
const cacheVersion = "3"

// cacheKey names everything that changes the session, so that an edited
// profile or a rotated key is a miss by construction. Whether a role's session
// was asked for with a code or by an MFA session makes no other one of it.
func (t *Target) cacheKey() string {
	if t.mfa {
		return t.mfaKey()
	}
	p := t.Profile
	parts := []string{cacheVersion, t.Key.AccessKeyID, p.RoleARN, p.MFASerial, t.SessionName, strconv.Itoa(int(p.Duration / time.Second)), p.ExternalID, endpointKey(t.Endpoint)}
	var tags []string
	for _, tag := range p.Tags {
		tags = append(tags, tag.Key, tag.Value)
	}
	parts = append(parts, p.SourceIdentity, p.Policy, session.CacheKey(p.PolicyARNs...), session.CacheKey(p.TransitiveTags...), session.CacheKey(tags...))
	if p.Chained() {
		parts = append(parts, "from", t.From.cacheKey())
	}
	return session.CacheKey(parts...)
}

func endpointKey(e awsapi.Endpoint) string {
	return session.CacheKey(e.Region, e.URL, e.CABundle, strconv.FormatBool(e.FIPS), strconv.FormatBool(e.DualStack))
}

// Subject names whose session of which role it is, wherever and with whatever
// key it was asked for: what logout forgets.
func (t *Target) Subject() string {
	return session.CacheKey(t.Profile.KeyName, t.Profile.RoleARN, t.Profile.MFASerial)
}

// sessionOf is what the cache keeps of credentials.
func (t *Target) sessionOf(creds credential.Credentials) session.Session {
	return session.Session{Credentials: creds, Subject: t.Subject(), Issued: time.Now().UTC().Truncate(time.Second)}
}

// deviceLock names the lock around a question: one MFA device, whatever the role.
func (t *Target) deviceLock() string {
	if t.TakesCode() {
		return "mfa:" + t.Profile.MFASerial
	}
	return "session:" + t.cacheKey()
}

// role is what AWS is asked for.
func (t *Target) role() sts.Role {
	p := t.Profile
	role := sts.Role{
		ARN: p.RoleARN, SessionName: t.SessionName, ExternalID: p.ExternalID, Duration: p.Duration,
		SourceIdentity: p.SourceIdentity, TransitiveTags: p.TransitiveTags, Policy: p.Policy, PolicyARNs: p.PolicyARNs,
	}
	for _, tag := range p.Tags {
		role.Tags = append(role.Tags, sts.Tag(tag))
	}
	return role
}

// Failure says what AWS has against a request for the target's session; nil
// for no error.
func (t *Target) Failure(err error) error {
	if err == nil {
		return nil
	}
	return failure.OfAWS(err, t.Profile, t.TakesCode())
}

// CopyWith is a copy of a target, and of those that it is asked for by, with
// changes in their profiles.
func (t *Target) CopyWith(change func(*config.Profile)) *Target {
	if t == nil {
		return nil
	}
	out, p := *t, *t.Profile
	change(&p)
	out.Profile, out.From = &p, t.From.CopyWith(change)
	return &out
}

// sessionName is the profile's role_session_name or else the person's own
// name, so that CloudTrail and conditions on sts:RoleSessionName see who it is.
func sessionName(p *config.Profile, keyARN string) string {
	if p.RoleSessionName != "" {
		return p.RoleSessionName
	}
	name := sts.Identity{ARN: keyARN}.UserName()
	if _, device, ok := strings.Cut(p.MFASerial, ":mfa/"); ok && name == "" {
		name = device[strings.LastIndex(device, "/")+1:]
	}
	name = inSessionName(cmp.Or(name, p.KeyName))
	if len(name) < 2 {
		name += "-awsbroker"
	}
	return name[:min(len(name), 64)]
}

// inSessionName puts one dash in the place of characters that AWS does not
// take there. Every run does this: without a regular expression.
func inSessionName(name string) string {
	var b strings.Builder
	dashed := false
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("_+=,.@-", r):
			b.WriteRune(r)
			dashed = false
		case !dashed:
			b.WriteByte('-')
			dashed = true
		}
	}
	return b.String()
}
