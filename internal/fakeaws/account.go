package fakeaws

import (
	"fmt"
	"regexp"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// Account is one AWS account in one partition.
type Account struct {
	ID        string
	Partition string // aws, aws-cn, aws-us-gov

	server  *Server
	root    *User
	users   map[string]*User
	groups  map[string]*Group
	roles   map[string]*Role
	managed map[string]*managedPolicy // by ARN
	devices map[string]*MFADevice     // by serial number, assigned or not
	alias   string

	noRootPassword bool

	everyDevice []*MFADevice // that was ever changed through the API
}

// AddAccount makes an account of the partition "aws", or returns the one there
// is. It panics if id is not twelve digits, for that is a mistake in the test.
func (s *Server) AddAccount(id string) *Account { return s.AddAccountIn("aws", id) }

// AddAccountIn is AddAccount for another partition. Keys of one partition are
// unknown in the regions of another.
func (s *Server) AddAccountIn(partition, id string) *Account {
	if !regexp.MustCompile(`^[0-9]{12}$`).MatchString(id) {
		panic(fmt.Sprintf("fakeaws: account id %q is not twelve digits", id))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[id]; a != nil {
		return a
	}
	a := &Account{
		ID: id, Partition: partition, server: s,
		users: map[string]*User{}, groups: map[string]*Group{}, roles: map[string]*Role{}, devices: map[string]*MFADevice{},
		managed: awsManagedPolicies(partition),
	}
	a.root = &User{Name: "root", ID: id, account: a, created: s.clock.now(), Policies: Policies{server: s, account: a}}
	s.accounts[id] = a
	return a
}

// Root is the account's root user. It starts without access keys and without
// an MFA device.
func (a *Account) Root() *User { return a.root }

// arn puts an ARN of a global service together.
func (a *Account) arn(service, resource string) string {
	return "arn:" + a.Partition + ":" + service + "::" + a.ID + ":" + resource
}

// AddManagedPolicy makes a customer managed policy, to be attached by its ARN.
func (a *Account) AddManagedPolicy(name, document string) (arn string, err error) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	doc, err := policy.Parse(document, policy.Identity, a.server.find)
	if err != nil {
		return "", fmt.Errorf("policy %q: %w", name, err)
	}
	arn = a.arn("iam", "policy/"+name)
	a.managed[arn] = newManagedPolicy(name, doc, a.server.clock.now())
	return arn, nil
}

// AddPolicyVersion gives a customer managed policy one more version, which does
// not count.
func (a *Account) AddPolicyVersion(arn, document string) error {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	doc, err := policy.Parse(document, policy.Identity, a.server.find)
	if err != nil {
		return fmt.Errorf("policy %q: %w", arn, err)
	}
	a.managed[arn].addVersion(doc, a.server.clock.now())
	return nil
}

// AddGroup makes a group, or returns the one there is.
func (a *Account) AddGroup(name string) *Group {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	if g := a.groups[name]; g != nil {
		return g
	}
	return a.newGroup(name)
}

func (a *Account) newGroup(name string) *Group {
	g := &Group{Name: name, ID: newEntityID(prefixGroup), account: a, created: a.server.clock.now(), Policies: Policies{server: a.server, account: a}}
	a.groups[name] = g
	return g
}
