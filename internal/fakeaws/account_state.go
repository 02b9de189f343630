package fakeaws

import (
	"maps"
	"slices"
)

// AccountState is what is in an account, whatever is seen of it yet: for tests
// that compare before and after. It has no secrets.
type AccountState struct {
	Root     UserState            `json:"root"`
	Users    map[string]UserState `json:"users"` // by name, with the path in front
	Groups   map[string]Granted   `json:"groups"`
	Roles    map[string]RoleState `json:"roles"`
	Policies map[string]string    `json:"policies"` // the account's own: ARN to document
	Versions map[string][]string  `json:"versions"` // of those, the one that counts first
	Devices  map[string]string    `json:"devices"`  // serial number to ARN of the user, "" for none
}

// UserState is a user, or root.
type UserState struct {
	Granted
	Keys     map[string]string `json:"keys"` // id to Active or Inactive
	Groups   []string          `json:"groups"`
	Devices  []string          `json:"devices"`
	Password bool              `json:"password"`
}

// RoleState is a role.
type RoleState struct {
	Granted
	Trust       string `json:"trust"`
	MaxDuration string `json:"max_session_duration"`
}

// Granted are the policies of a user, a group or a role.
type Granted struct {
	Inline   map[string]string `json:"inline"`
	Attached []string          `json:"attached"` // ARNs
}

// State describes the account as it is now.
func (a *Account) State() AccountState {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	state := AccountState{
		Root: a.root.state(), Users: map[string]UserState{}, Groups: map[string]Granted{},
		Roles: map[string]RoleState{}, Policies: map[string]string{}, Versions: map[string][]string{}, Devices: map[string]string{},
	}
	for name, u := range a.users {
		state.Users[name] = u.state()
	}
	for name, g := range a.groups {
		state.Groups[name] = g.Policies.granted()
	}
	for name, r := range a.roles {
		state.Roles[name] = RoleState{r.Policies.granted(), r.trust.Text, r.maxDuration.String()}
	}
	for arn, m := range a.managed {
		if !isAWSPolicy(arn) {
			state.Policies[arn] = m.document().Text
			state.Versions[arn] = []string{m.inUse}
			for _, v := range m.versions {
				if v.id != m.inUse {
					state.Versions[arn] = append(state.Versions[arn], v.id)
				}
			}
		}
	}
	for serial, d := range a.devices {
		state.Devices[serial] = ""
		if d.user != nil {
			state.Devices[serial] = d.user.ARN()
		}
	}
	return state
}

func (u *User) state() UserState {
	state := UserState{
		Granted: u.Policies.granted(), Keys: map[string]string{}, Groups: []string{},
		Devices: slices.Sorted(maps.Keys(u.devices)), Password: u.login != nil,
	}
	for _, key := range u.liveKeys() {
		state.Keys[key.ID] = string(key.status)
	}
	for _, g := range u.groups {
		state.Groups = append(state.Groups, g.Name)
	}
	slices.Sort(state.Groups)
	return state
}

func (p *Policies) granted() Granted {
	out := Granted{Inline: map[string]string{}, Attached: slices.Sorted(slices.Values(p.attached))}
	for name, doc := range p.inline {
		out.Inline[name] = doc.Text
	}
	return out
}

// User finds a user by name, without its path; nil if there is none.
func (a *Account) User(name string) *User {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.userNamed(name)
}

// Role finds a role by name, without its path; nil if there is none.
func (a *Account) Role(name string) *Role {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.roleNamed(name)
}
