package fakeaws

// User is an IAM user, or an account's root user.
type User struct {
	Name string
	ID   string // AIDA…; the account's id for root
	Policies

	account *Account
	groups  []*Group
	devices map[string]*MFADevice // by serial number
}

// AddUser makes an IAM user without keys, devices or permissions, or returns
// the one there is.
func (a *Account) AddUser(name string) *User {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	if u := a.users[name]; u != nil {
		return u
	}
	u := &User{Name: name, ID: newEntityID(prefixUser), account: a, Policies: Policies{server: a.server, account: a}}
	a.users[name] = u
	return u
}

// Delete removes the user with its keys. Trust policies that name it do not
// apply to a later user of the same name, as in AWS.
func (u *User) Delete() {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
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
func (u *User) identityPolicies() []*document {
	docs := u.Policies.documents()
	for _, g := range u.groups {
		docs = append(docs, g.Policies.documents()...)
	}
	return docs
}

// Group is a set of users that share policies. A group is no principal.
type Group struct {
	Name string
	Policies

	account *Account
}

// AddUser makes u a member of the group.
func (g *Group) AddUser(u *User) {
	g.account.server.mu.Lock()
	defer g.account.server.mu.Unlock()
	for _, have := range u.groups {
		if have == g {
			return
		}
	}
	u.groups = append(u.groups, g)
}
