package broker

import (
	"cmp"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
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
	SessionName string        // AssumeRole's RoleSessionName
	regionFrom  config.Origin // what says Endpoint.Region
	From        *Target       // whose session asks for this one; nil: the key itself does, with a code if there is a device

	mfa     bool      // the target is the MFA session of the key; see [Target.MFATarget]
	passing bool      // the session signs within this command, or another one's calls to IAM, and no caller is given it
	serves  []*Target // for an MFA session, the roles it is made for; the question for the code names them
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

// first returns the target whose session the key itself asks for: t, or the one at
// the start of the chain that leads to t.
func (t *Target) first() *Target {
	for t.From != nil {
		t = t.From
	}
	return t
}

// Asks reports whether a new session of the target would take a code now. It takes
// none where the session that signs for it is cached, or can be had without a code.
func (t *Target) Asks(c *session.Cache, now time.Time) bool {
	if t.From == nil {
		return t.TakesCode()
	}
	if s, ok := t.From.Cached(c, now); ok && outlasts(s, signingLeft, now) {
		return false
	}
	return t.From.Asks(c, now)
}

// signsWithKey reports whether a new session is made with the access key itself, and
// not with a session that is there.
func (t *Target) signsWithKey(c *session.Cache, now time.Time) bool {
	if t.From == nil {
		return true
	}
	if s, ok := t.From.Cached(c, now); ok && outlasts(s, signingLeft, now) {
		return false
	}
	return t.From.signsWithKey(c, now)
}

// minLeft returns the life below which a session is renewed. asks says whether the
// renewal takes a code.
func (t *Target) minLeft(asks bool) time.Duration {
	switch {
	case !asks:
		return silentMinLeft
	case t.Profile.HasMinTTL:
		return t.Profile.MinTTL
	}
	return askingMinLeft
}

// lookupMinLeft returns the life below which a remembered call is not answered any
// more. Whether a renewal asks for a code is worked out only then.
func (t *Target) lookupMinLeft() time.Duration { return t.minLeft(t.TakesCode()) }

// readsFiles reports whether more files than those that a call looks at decide
// about the session.
func (t *Target) readsFiles() bool {
	return t.Profile.PolicyFile != "" || t.From != nil && t.From.readsFiles()
}

// SetKey gives another key to the target and to the targets that it comes from.
func (t *Target) SetKey(k keystore.KeyInfo) {
	for ; t != nil; t = t.From {
		t.Key = k
	}
}

// outlasts reports whether s may be served instead of a new session, because its
// life left is longer than minLeft. A session that is short from the start is served
// for half of its life; else it could never be served.
func outlasts(s session.Session, minLeft time.Duration, now time.Time) bool {
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

// endpointKey names who issues the session: the STS of the partition, or an endpoint of
// the person's own. Region, FIPS and dual stack make no other session: what the STS of
// one region issues is good in every other. An address of the global endpoint is an
// endpoint of one's own: what it issues is refused in opt-in regions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
func endpointKey(e awsapi.Endpoint) string {
	return session.CacheKey(config.PartitionOfRegion(e.Region), e.URL, e.CABundle)
}

// Subject returns a name for the key's name, role and device, whatever the region,
// endpoint and access key id: what logout forgets.
func (t *Target) Subject() string {
	return session.CacheKey(t.Profile.KeyName, t.Profile.RoleARN, t.Profile.MFASerial)
}

// sessionOf returns the session that the cache keeps of credentials.
func (t *Target) sessionOf(creds credential.Credentials) session.Session {
	now := time.Now()
	return session.Session{Credentials: creds, Subject: t.Subject(), Issued: now.UTC().Truncate(time.Second), Booted: answers.Booted(now)}
}

// deviceLock names the lock around a question: one MFA device, whatever the role.
func (t *Target) deviceLock() string {
	if t.TakesCode() {
		return "mfa:" + t.Profile.MFASerial
	}
	return "session:" + t.cacheKey()
}

// role returns the parameters of AssumeRole.
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

// Failure translates an error of a request for the target's session, as
// [failure.OfAWS] does. It returns nil for nil.
func (t *Target) Failure(err error) error {
	if err == nil {
		return nil
	}
	f := failure.OfAWS(err, t.Profile, t.TakesCode())
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound && t.Endpoint.URL == "" && t.regionFrom.Key != "" {
		f.Hint("check whether %q is an AWS region; it comes from %s", t.Endpoint.Region, t.regionFrom)
	}
	return f
}

// CopyWith returns a copy of a target, and of the targets that it comes from, with
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

// sessionName returns the profile's role_session_name, or else the name of the
// user, so that CloudTrail and conditions on sts:RoleSessionName see who acts.
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
