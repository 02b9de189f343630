package fakeaws

import (
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// User is an IAM user, or an account's root user.
type User struct {
	Name string
	ID   string // AIDA…; the account's id for root
	Policies

	account      *Account
	created      time.Time
	groups       []*Group
	groupsBefore []past[[]*Group]
	devices      map[string]*MFADevice // by serial number
	login        *login                // nil without a console password
	services     []*serviceCredential
}

// AddUser makes an IAM user without keys, devices or permissions, or returns
// the one there is.
func (a *Account) AddUser(name string) *User {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	if u := a.users[name]; u != nil {
		return u
	}
	return a.newUser(name)
}

func (a *Account) newUser(name string) *User {
	u := &User{Name: name, ID: newEntityID(prefixUser), account: a, created: a.server.clock.now(), Policies: Policies{server: a.server, account: a}}
	a.users[name] = u
	return u
}

// Delete removes the user with its keys. Trust policies that name it do not
// apply to a later user of the same name, as in AWS.
func (u *User) Delete() {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	u.remove()
}

func (u *User) remove() {
	s := u.account.server
	delete(u.account.users, u.Name)
	for id, key := range s.keys {
		if key.user == u {
			delete(s.keys, id)
		}
	}
	for id, session := range s.sessions {
		if session.user == u {
			delete(s.sessions, id)
		}
	}
}

// ARN names the user in policies.
func (u *User) ARN() string {
	if u.isRoot() {
		return u.account.arn("iam", "root")
	}
	return u.account.arn("iam", "user/"+u.Name)
}

func (u *User) isRoot() bool { return u == u.account.root }

// identityPolicies are the user's own and those of its groups.
func (u *User) identityPolicies(now time.Time) []*policy.Document {
	docs := slices.Clone(u.Policies.deciding(now))
	for _, g := range recall(u.groupsBefore, u.groups, now) {
		docs = append(docs, g.Policies.deciding(now)...)
	}
	return docs
}

// Group is a set of users that share policies. A group is no principal.
type Group struct {
	Name string
	ID   string // AGPA…
	Policies

	account *Account
	created time.Time
}

// ARN names the group in policies.
func (g *Group) ARN() string { return g.account.arn("iam", "group/"+g.Name) }

// AddUser makes u a member of the group.
func (g *Group) AddUser(u *User) {
	g.account.server.mu.Lock()
	defer g.account.server.mu.Unlock()
	u.join(g)
	u.groupsBefore = nil
}

// RemoveUser takes u out of the group.
func (g *Group) RemoveUser(u *User) {
	g.account.server.mu.Lock()
	defer g.account.server.mu.Unlock()
	u.leave(g)
	u.groupsBefore = nil
}

func (u *User) join(g *Group) {
	if !slices.Contains(u.groups, g) {
		u.groups = append(slices.Clone(u.groups), g) // lists from before stay as they were
	}
}

func (u *User) leave(g *Group) {
	u.groups = slices.DeleteFunc(slices.Clone(u.groups), func(have *Group) bool { return have == g })
}
