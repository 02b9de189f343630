package fakeaws

import (
	"net/http"
	"path"
	"time"
)

// login is a user's console password. The password itself is not kept.
type login struct {
	created time.Time
	reset   bool // must be changed at the next sign-in
}

type loginXML struct {
	UserName              string
	CreateDate            string
	PasswordResetRequired bool
}

type oneLoginXML struct{ LoginProfile loginXML }

func (u *User) loginXML() oneLoginXML {
	return oneLoginXML{loginXML{path.Base(u.Name), date(u.login.created), u.login.reset}}
}

// createLoginProfile: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
func createLoginProfile(x *exchange, who *caller) (any, *apiError) {
	password := x.params.required("Password", length(1, 128))
	reset, _ := x.params.optional("PasswordResetRequired", oneOfValues("true", "false"))
	u, err := x.loginOwner(who)
	if err != nil {
		return nil, err
	}
	if len(password) < 8 {
		return nil, &apiError{http.StatusBadRequest, "PasswordPolicyViolation", "Password should have a minimum length of 8"}
	}
	if u.login != nil {
		return nil, errExists("Login Profile for user %s already exists.", path.Base(u.Name))
	}
	u.login = &login{created: x.now, reset: reset == "true"}
	return u.loginXML(), nil
}

// getLoginProfile: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
func getLoginProfile(x *exchange, who *caller) (any, *apiError) {
	u, err := x.loginOwner(who)
	if err != nil {
		return nil, err
	}
	if u.login == nil {
		return nil, errNoLogin(u)
	}
	return u.loginXML(), nil
}

// deleteLoginProfile: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
func deleteLoginProfile(x *exchange, who *caller) (any, *apiError) {
	u, err := x.loginOwner(who)
	if err != nil {
		return nil, err
	}
	if u.login == nil {
		return nil, errNoLogin(u)
	}
	u.login = nil
	return nil, nil
}

func errNoLogin(u *User) *apiError {
	return errNoSuchEntity("Login Profile for User %s cannot be found.", path.Base(u.Name))
}

// loginOwner reads the UserName, the last parameter; without it the caller is
// meant, who cannot be root.
func (x *exchange) loginOwner(who *caller) (*User, *apiError) {
	name, named := x.params.optional("UserName", length(1, 128), matching(namePattern))
	if err := x.params.check(); err != nil {
		return nil, err
	}
	u, err := x.selfOrNamed(who, name, named, false)
	if err == nil && u.isRoot() {
		return nil, errNoUserName()
	}
	return u, err
}

// SetPassword says whether u can sign in to the console.
func (u *User) SetPassword(has bool) {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	u.login = nil
	if has {
		u.login = &login{created: s.clock.now()}
	}
}
