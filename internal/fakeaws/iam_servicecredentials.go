package fakeaws

import (
	"crypto/subtle"
	"path"
	"slices"
	"strconv"
	"time"
)

// serviceCredential is a user name and a password for one service that takes no signatures,
// such as CodeCommit from Git.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredential.html
type serviceCredential struct {
	id, service    string
	name, password string
	status         keyStatus
	created        time.Time
	worksFrom      time.Time // with a lag, later than it was made
}

// credentialsPerService is a quota of a user; inactive ones count.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html
const credentialsPerService = 2

type serviceCredentialXML struct {
	CreateDate                  string
	ServiceName                 string
	ServiceUserName             string
	ServicePassword             string `xml:",omitempty"`
	ServiceSpecificCredentialID string `xml:"ServiceSpecificCredentialId"`
	UserName                    string
	Status                      keyStatus
}

type oneServiceCredentialXML struct{ ServiceSpecificCredential serviceCredentialXML }

// xml is the credential on the wire; its password is in the answers that make it alone.
func (c *serviceCredential) xml(u *User, withPassword bool) serviceCredentialXML {
	out := serviceCredentialXML{date(c.created), c.service, c.name, "", c.id, path.Base(u.Name), c.status}
	if withPassword {
		out.ServicePassword = c.password
	}
	return out
}

func serviceParam(x *exchange) string {
	return x.params.required("ServiceName", oneOfValues("codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"))
}

// createServiceCredential: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
func createServiceCredential(x *exchange, who *caller) (any, *apiError) {
	service := serviceParam(x)
	u, err := x.loginOwner(who)
	if err != nil {
		return nil, err
	}
	same := 0
	for _, c := range u.services {
		if c.service == service {
			same++
		}
	}
	if same >= credentialsPerService {
		return nil, errLimit("Cannot exceed quota for ServiceSpecificCredentialsPerUserPerService: %d", credentialsPerService)
	}
	c := u.addServiceCredential(service, x.now)
	c.worksFrom = x.now.Add(x.server.lag.Policies)
	x.call.Created = c.id
	return oneServiceCredentialXML{c.xml(u, true)}, nil
}

func (u *User) addServiceCredential(service string, now time.Time) *serviceCredential {
	c := &serviceCredential{id: "ACCA" + newEntityID(prefixUser)[4:], service: service, status: statusActive, created: now, worksFrom: now}
	c.name, c.password = u.freeServiceName(), newSecretKey()+"="
	u.services = append(u.services, c)
	return c
}

// freeServiceName returns phoebe-at-123456789012, or phoebe+1-at-… where that is taken.
func (u *User) freeServiceName() string {
	for n := 0; ; n++ {
		name := path.Base(u.Name)
		if n > 0 {
			name += "+" + strconv.Itoa(n)
		}
		name += "-at-" + u.account.ID
		if !slices.ContainsFunc(u.services, func(c *serviceCredential) bool { return c.name == name }) {
			return name
		}
	}
}

type serviceCredentialsXML struct {
	ServiceSpecificCredentials membersXML[serviceCredentialXML]
	pageXML
}

// listServiceCredentials: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
func listServiceCredentials(x *exchange, who *caller) (any, *apiError) {
	page := readPage(x.params)
	service, one := x.params.optional("ServiceName")
	all, _ := x.params.optional("AllUsers", oneOfValues("true", "false"))
	var users []*User
	if all == "true" {
		if err := x.params.check(); err != nil {
			return nil, err
		}
		if err := x.may(who, "*", ""); err != nil {
			return nil, err
		}
		for _, u := range who.account.users {
			users = append(users, u)
		}
	} else {
		u, err := x.loginOwner(who)
		if err != nil {
			return nil, err
		}
		users = []*User{u}
	}
	var found []serviceCredentialXML
	for _, u := range users {
		for _, c := range u.services {
			if !one || c.service == service {
				found = append(found, c.xml(u, false))
			}
		}
	}
	var out serviceCredentialsXML
	var err *apiError
	out.ServiceSpecificCredentials, out.pageXML, err = onPage(x, page, found, func(c serviceCredentialXML) string { return c.ServiceSpecificCredentialID })
	return out, err
}

// serviceTarget reads which credential an action is about, the last of its parameters.
func (x *exchange) serviceTarget(who *caller) (*User, *serviceCredential, *apiError) {
	id := x.params.required("ServiceSpecificCredentialId", length(20, 128), matching(`[\w]+`))
	u, err := x.loginOwner(who)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range u.services {
		if c.id == id {
			return u, c, nil
		}
	}
	return nil, nil, errNoSuchEntity("Service specific credential %s does not exist.", id)
}

// updateServiceCredential: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServiceSpecificCredential.html
func updateServiceCredential(x *exchange, who *caller) (any, *apiError) {
	status := keyStatus(x.params.required("Status", oneOfValues("Active", "Inactive")))
	_, c, err := x.serviceTarget(who)
	if err != nil {
		return nil, err
	}
	c.status = status
	return nil, nil
}

// resetServiceCredential: the password before is dead at once.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResetServiceSpecificCredential.html
func resetServiceCredential(x *exchange, who *caller) (any, *apiError) {
	u, c, err := x.serviceTarget(who)
	if err != nil {
		return nil, err
	}
	c.password = newSecretKey() + "="
	return oneServiceCredentialXML{c.xml(u, true)}, nil
}

// deleteServiceCredential: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceSpecificCredential.html
func deleteServiceCredential(x *exchange, who *caller) (any, *apiError) {
	u, c, err := x.serviceTarget(who)
	if err != nil {
		return nil, err
	}
	u.services = slices.DeleteFunc(u.services, func(have *serviceCredential) bool { return have == c })
	return nil, nil
}

// passwordOwner is whose user name and password these are; nil if they are nobody's.
func (s *Server) passwordOwner(name, password, service string, now time.Time) *caller {
	for _, a := range s.accounts {
		for _, u := range a.users {
			for _, c := range u.services {
				if c.name == name && c.service == service && c.status == statusActive && !now.Before(c.worksFrom) &&
					subtle.ConstantTimeCompare([]byte(c.password), []byte(password)) == 1 {
					return &caller{account: a, user: u}
				}
			}
		}
	}
	return nil
}

// ResetGitPasswords makes every password of u for CodeCommit another one, which nobody
// knows: somebody pressed the button in the console.
func (u *User) ResetGitPasswords() {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range u.services {
		c.password = newSecretKey()
	}
}

// GitPassword is what a test may know of a password.
type GitPassword struct{ ID, Name, Password string }

// GitPasswords returns what u has.
func (u *User) GitPasswords() (all []GitPassword) {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range u.services {
		all = append(all, GitPassword{c.id, c.name, c.password})
	}
	return all
}

// AddGitPassword gives u one more password for CodeCommit, of some age.
func (u *User) AddGitPassword(age time.Duration) {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	u.addServiceCredential("codecommit.amazonaws.com", s.clock.now().Add(-age))
}
