package target

import (
	"strconv"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/session"
)

// RoundKey returns the key of the target's session in a round. A passing MFA session has a key of
// its own: it is short, and no caller is given it.
func (t *Target) RoundKey() string {
	if t.Passing {
		return session.CacheKey("passing", t.CacheKey())
	}
	return t.CacheKey()
}

// cacheVersion changes with the meaning of what is cached.
const cacheVersion = "3"

// CacheKey names everything that changes the session, so that an edited
// profile or a rotated key is a miss by construction. Whether a role's session
// was asked for with a code or by an MFA session makes no other one of it.
func (t *Target) CacheKey() string {
	if t.MFA {
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
		parts = append(parts, "from", t.From.CacheKey())
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

// SessionOf returns the session that the cache keeps of credentials.
func (t *Target) SessionOf(creds credential.Credentials) session.Session {
	now := time.Now()
	return session.Session{Credentials: creds, Subject: t.Subject(), Issued: now.UTC().Truncate(time.Second), Booted: answers.Booted(now)}
}

// DeviceLock names the lock around a question: one MFA device, whatever the role.
func (t *Target) DeviceLock() string {
	if t.TakesCode() {
		return "mfa:" + t.Profile.MFASerial
	}
	return "session:" + t.CacheKey()
}
