package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Info is what a client needs to know of one person in the standard account.
// It holds the secrets of the fake.
type Info struct {
	Endpoint        string `json:"endpoint"`
	Account         string `json:"account"`
	User            string `json:"user"`
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
	RoleARN         string `json:"role_arn"`
	MFASerial       string `json:"mfa_serial"`
	MFASeed         string `json:"mfa_seed"`
}

// Info describes the standard person.
func (w *Standard) Info() Info { return w.infoOf(w.Person) }

func (w *Standard) infoOf(p Person) Info {
	return Info{
		Endpoint: w.Server.URL(), Account: w.Account.ID, User: p.User.Name,
		AccessKeyID: p.Key.ID, SecretAccessKey: p.Key.Secret,
		RoleARN: w.Role.ARN(), MFASerial: p.Device.Serial, MFASeed: p.Device.Seed,
	}
}

func (s *Server) theStandard() (*Standard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.standard == nil {
		return nil, errNoStandard
	}
	return s.standard, nil
}

func (s *Server) controlInfo(*http.Request) (any, error) {
	w, err := s.theStandard()
	if err != nil {
		return nil, err
	}
	return w.Info(), nil
}

// controlKey changes the state of an access key: status is Active, Inactive or
// Deleted; id is the standard person's unless given.
func (s *Server) controlKey(r *http.Request) (any, error) {
	id := r.FormValue("id")
	if w, err := s.theStandard(); err == nil && id == "" {
		id = w.Key.ID
	}
	key := s.Key(id)
	if key == nil {
		return nil, fmt.Errorf("no access key %q", id)
	}
	switch status := r.FormValue("status"); status {
	case "Active":
		key.Activate()
	case "Inactive":
		key.Deactivate()
	case "Deleted":
		key.Delete()
	default:
		return nil, fmt.Errorf("status %q is not Active, Inactive or Deleted", status)
	}
	return done{}, nil
}

// controlAddUser makes one more administrator from {"name": …} and answers
// with its Info. "root": true gives root a key and a device instead.
func (s *Server) controlAddUser(r *http.Request) (any, error) {
	var in struct {
		Name string `json:"name"`
		Root bool   `json:"root"`
	}
	w, err := s.theStandard()
	if err != nil {
		return nil, err
	}
	if err := readControl(r, &in); err != nil {
		return nil, err
	}
	if in.Root {
		root := w.Account.Root()
		return w.infoOf(Person{User: root, Key: root.AddAccessKey(), Device: root.EnableMFA("")}), nil
	}
	if in.Name == "" {
		return nil, fmt.Errorf("the user needs a name")
	}
	return w.infoOf(w.AddPerson(in.Name)), nil
}

// controlAddRole makes one more role that the administrators may assume, in
// the standard account or in another one. The trust policy is that of
// admin-mfa unless given.
func (s *Server) controlAddRole(r *http.Request) (any, error) {
	var in struct {
		Name        string          `json:"name"`
		Account     string          `json:"account"`
		MaxDuration string          `json:"max_session_duration"` // as "2h"
		Trust       json.RawMessage `json:"trust"`
	}
	w, err := s.theStandard()
	if err != nil {
		return nil, err
	}
	if err := readControl(r, &in); err != nil {
		return nil, err
	}
	account := w.Account
	if in.Account != "" {
		if len(in.Account) != 12 || strings.Trim(in.Account, "0123456789") != "" {
			return nil, fmt.Errorf("account %q is not twelve digits", in.Account)
		}
		account = s.AddAccountIn(w.Account.Partition, in.Account)
	}
	trust := TrustWithMFA(w.Account)
	if in.Trust != nil {
		trust = string(in.Trust)
	}
	role, err := account.AddRole(in.Name, trust)
	if err != nil {
		return nil, err
	}
	if in.MaxDuration != "" {
		d, err := time.ParseDuration(in.MaxDuration)
		if err != nil {
			return nil, err
		}
		if err := role.SetMaxSessionDuration(d); err != nil {
			return nil, err
		}
	}
	if err := role.AttachPolicy("arn:" + account.Partition + ":iam::aws:policy/AdministratorAccess"); err != nil {
		return nil, err
	}
	return map[string]string{"role_arn": role.ARN()}, w.AllowRole(role)
}

// controlPutPolicy sets the inline policy "name" of a user, group or role of
// the standard account; without "policy" it deletes it.
func (s *Server) controlPutPolicy(r *http.Request) (any, error) {
	var in struct {
		User, Group, Role string
		Name              string          `json:"name"`
		Policy            json.RawMessage `json:"policy"`
	}
	w, err := s.theStandard()
	if err != nil {
		return nil, err
	}
	if err := readControl(r, &in); err != nil {
		return nil, err
	}
	holder := w.Account.policiesOf(in.User, in.Group, in.Role)
	if holder == nil {
		return nil, fmt.Errorf("no such user, group or role")
	}
	if in.Policy == nil {
		holder.DeletePolicy(in.Name)
		return done{}, nil
	}
	return done{}, holder.PutPolicy(in.Name, string(in.Policy))
}

func (s *Server) controlAddBucket(r *http.Request) (any, error) {
	w, err := s.theStandard()
	if err != nil {
		return nil, err
	}
	if r.FormValue("name") == "" {
		return nil, fmt.Errorf("the bucket needs a name")
	}
	w.Account.AddBucket(r.FormValue("name"))
	return done{}, nil
}

func (a *Account) policiesOf(user, group, role string) *Policies {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	switch {
	case a.users[user] != nil:
		return &a.users[user].Policies
	case a.groups[group] != nil:
		return &a.groups[group].Policies
	case a.roles[role] != nil:
		return &a.roles[role].Policies
	}
	return nil
}

func readControl(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
