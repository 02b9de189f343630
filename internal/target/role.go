package target

import (
	"cmp"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// Role returns the parameters of AssumeRole.
func (t *Target) Role() sts.Role {
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
