// Package target has the session that a profile stands for: whose key, which role,
// asked for where, by which name it is cached, when it is renewed, and what it is
// called in words. Package broker gets the session. A target is worked out from files
// alone, and nobody is asked anything.
package target

import (
	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/keystore"
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

	MFA     bool      // the target is the MFA session of the key; see [Target.MFATarget]
	Passing bool      // the session signs within this command, or another one's calls to IAM, and no caller is given it
	Serves  []*Target // for an MFA session, the roles it is made for; the question for the code names them
}

// New returns the target of a profile whose key the record knows as key; a key that it
// does not know is the zero value. STS is asked at endpoint, whose region from says.
// A target of a chain ([CheckChain]) comes from that of the source profile: the caller
// sets From.
func New(p *config.Profile, key keystore.KeyInfo, endpoint awsapi.Endpoint, from config.Origin) *Target {
	t := &Target{Profile: p, Key: key, Endpoint: endpoint, regionFrom: from}
	t.useKeyBefore()
	t.SessionName = sessionName(p, t.Key.ARN)
	if !p.Chained() {
		t.withMFASession()
	}
	return t
}

// HasDevice reports whether there is an MFA device whose codes the key can use.
func (t *Target) HasDevice() bool { return t.Profile.MFASerial != "" && !t.Profile.Chained() }

// TakesCode reports whether AWS is given a code with the request for the session.
func (t *Target) TakesCode() bool { return t.From == nil && t.Profile.MFASerial != "" }

// First returns the target whose session the key itself asks for: t, or the one at
// the start of the chain that leads to t.
func (t *Target) First() *Target {
	for t.From != nil {
		t = t.From
	}
	return t
}

// ReadsFiles reports whether more files than those that a call looks at decide
// about the session.
func (t *Target) ReadsFiles() bool {
	return t.Profile.PolicyFile != "" || t.From != nil && t.From.ReadsFiles()
}

// SetKey gives another key to the target and to the targets that it comes from.
func (t *Target) SetKey(k keystore.KeyInfo) {
	for ; t != nil; t = t.From {
		t.Key = k
	}
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

// AgentRule returns what coding agents get of the profile (awsbroker_agents).
func (t *Target) AgentRule() agents.Rule { return agents.Of(t.Profile.Agents, t.Profile.Limited) }
