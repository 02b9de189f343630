package fakeaws

import (
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// Role is an IAM role.
type Role struct {
	Name string
	ID   string // AROA…
	Policies

	account     *Account
	created     time.Time
	trust       *policy.Document
	trustBefore []past[*policy.Document]
	maxDuration time.Duration
	description string
}

// AddRole makes a role whose sessions last at most one hour, or replaces the
// trust policy of the one there is. The principals that the trust policy names
// have to exist, as in AWS.
func (a *Account) AddRole(name, trust string) (*Role, error) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	doc, err := policy.Parse(trust, policy.Trust, a.server.find)
	if err != nil {
		return nil, fmt.Errorf("trust policy of role %q: %w", name, err)
	}
	r := a.roles[name]
	if r == nil {
		return a.newRole(name, doc), nil
	}
	r.trust, r.trustBefore = doc, nil
	return r, nil
}

func (a *Account) newRole(name string, trust *policy.Document) *Role {
	r := &Role{
		Name: name, ID: newEntityID(prefixRole), account: a, trust: trust,
		created: a.server.clock.now(), maxDuration: time.Hour, Policies: Policies{server: a.server, account: a},
	}
	a.roles[name] = r
	return r
}

// Delete removes the role; its sessions are no longer known.
func (r *Role) Delete() {
	s := r.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	r.remove()
}

func (r *Role) remove() {
	s := r.account.server
	delete(r.account.roles, r.Name)
	for id, session := range s.sessions {
		if session.role == r {
			delete(s.sessions, id)
		}
	}
}

// trusts is the role's trust policy.
func (r *Role) trusts() string {
	r.account.server.mu.Lock()
	defer r.account.server.mu.Unlock()
	return r.trust.Text
}

// ARN names the role in policies and in AssumeRole.
func (r *Role) ARN() string { return r.account.arn("iam", "role/"+r.Name) }

// SetMaxSessionDuration sets the longest session of the role, 1 to 12 hours.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
func (r *Role) SetMaxSessionDuration(d time.Duration) error {
	if d < time.Hour || d > 12*time.Hour {
		return fmt.Errorf("max session duration %v of role %q is not 1h to 12h", d, r.Name)
	}
	r.account.server.mu.Lock()
	defer r.account.server.mu.Unlock()
	r.maxDuration = d
	return nil
}

// roleByARN finds a role in any account; nil if there is none.
func (s *Server) roleByARN(arn string) *Role {
	for _, a := range s.accounts {
		for _, r := range a.roles {
			if r.ARN() == arn {
				return r
			}
		}
	}
	return nil
}
