package fakeaws

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Standard is the account that awsbroker is for: root has no keys; the group
// administrators may do one thing, assume the role admin-mfa; the role's trust
// policy names them and wants MFA, and its sessions last an hour; the role may do
// everything.
type Standard struct {
	Server  *Server
	Account *Account // 123456789012
	Group   *Group   // administrators, with the policy assume-admin-role
	Person           // phoebe
	Role    *Role    // admin-mfa

	people []*User // whom the role trusts
}

// Person is a user with an access key and an MFA device named as the user.
type Person struct {
	User   *User
	Key    *AccessKey
	Device *MFADevice
}

// NewStandard makes a server with the standard account in it.
func NewStandard() *Standard {
	w, err := newStandard(New(), "123456789012", "phoebe")
	if err != nil {
		panic("fakeaws: the standard account: " + err.Error()) // its documents are constants
	}
	return w
}

func newStandard(s *Server, accountID, user string) (*Standard, error) {
	w := &Standard{Server: s, Account: s.AddAccount(accountID)}
	w.Group = w.Account.AddGroup("administrators")
	w.Person = w.AddPerson(user)
	var err error
	if w.Role, err = w.AddMFARole("admin-mfa"); err != nil {
		return nil, err
	}
	if w.Role, err = w.Account.AddRole("admin-mfa", TrustUsers(w.Account, w.people...)); err != nil {
		return nil, err
	}
	arn, err := w.Account.AddManagedPolicy("assume-admin-role", allowAssume(w.Role.ARN()))
	if err != nil {
		return nil, err
	}
	if err := w.Group.AttachPolicy(arn); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standard = w
	return w, nil
}

// AddPerson makes one more administrator, with a key and a device. The role admin-mfa
// trusts the person, unless its trust policy was replaced.
func (w *Standard) AddPerson(name string) Person {
	u := w.Account.AddUser(name)
	w.Group.AddUser(u)
	before := TrustUsers(w.Account, w.people...)
	w.people = append(w.people, u)
	if w.Role != nil && w.Role.trusts() == before {
		if _, err := w.Account.AddRole("admin-mfa", TrustUsers(w.Account, w.people...)); err != nil {
			panic("fakeaws: the standard account: " + err.Error()) // it is made here
		}
	}
	return Person{User: u, Key: u.AddAccessKey(), Device: u.EnableMFA(name)}
}

// AddMFARole makes a role like admin-mfa. The administrators may assume it
// after AllowRole.
func (w *Standard) AddMFARole(name string) (*Role, error) {
	r, err := w.Account.AddRole(name, TrustWithMFA(w.Account))
	if err != nil {
		return nil, err
	}
	return r, r.AttachPolicy("arn:" + w.Account.Partition + ":iam::aws:policy/AdministratorAccess")
}

// AllowRole lets the administrators assume one more role, in this account or
// in another.
func (w *Standard) AllowRole(r *Role) error {
	return w.Group.PutPolicy("assume-"+r.Name, allowAssume(r.ARN()))
}

// AddRole is AddMFARole and AllowRole with a longest session of d.
func (w *Standard) AddRole(name string, d time.Duration) (*Role, error) {
	r, err := w.AddMFARole(name)
	if err != nil {
		return nil, err
	}
	if err := r.SetMaxSessionDuration(d); err != nil {
		return nil, err
	}
	return r, w.AllowRole(r)
}

// TrustWithMFA is a trust policy for everybody in the account who has used
// their MFA device.
func TrustWithMFA(a *Account) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},`+
		`"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`, a.Root().ARN())
}

// TrustUsers is [TrustWithMFA] for some users only, by name, as bootstrap makes it.
func TrustUsers(a *Account, users ...*User) string {
	var arns []string
	for _, u := range users {
		arns = append(arns, strconv.Quote(u.ARN()))
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},`+
		`"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":[%s]},"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`,
		a.Root().ARN(), strings.Join(arns, ","))
}

func allowAssume(roleARN string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":%q}]}`, roleARN)
}
