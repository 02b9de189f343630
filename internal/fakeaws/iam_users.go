package fakeaws

import "strings"

type userXML struct {
	Path       string
	UserName   string `xml:",omitempty"` // root has none
	UserID     string `xml:"UserId"`
	Arn        string
	CreateDate string

	PermissionsBoundary *boundaryXML `xml:",omitempty"`
}

type oneUserXML struct{ User userXML }

func (u *User) xml() userXML {
	out := userXML{UserID: u.ID, Arn: u.ARN(), CreateDate: date(u.created), PermissionsBoundary: u.boundaryXML()}
	if u.isRoot() {
		out.Path = "/"
		return out
	}
	out.Path, out.UserName = pathAndName(u.Name)
	return out
}

// getUser: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
func getUser(x *exchange, who *caller) (any, *apiError) {
	name, named := x.params.optional("UserName", length(1, 128), matching(namePattern))
	if err := x.params.check(); err != nil {
		return nil, err
	}
	u, err := x.selfOrNamed(who, name, named, false)
	if err != nil {
		return nil, err
	}
	return oneUserXML{u.xml()}, nil
}

type usersXML struct {
	Users membersXML[userXML]
	pageXML
}

// listUsers: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
func listUsers(x *exchange, who *caller) (any, *apiError) {
	prefix, page, err := x.listing(who, "user")
	if err != nil {
		return nil, err
	}
	var all []userXML
	for _, u := range who.account.users {
		if under(u.Name, prefix) {
			all = append(all, u.xml())
		}
	}
	var out usersXML
	out.Users, out.pageXML, err = onPage(x, page, all, func(u userXML) string { return u.UserName })
	return out, err
}

// createUser: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
func createUser(x *exchange, who *caller) (any, *apiError) {
	name, dir := x.params.required("UserName", length(1, 64), matching(namePattern)), x.params.pathParam()
	if err := x.params.check(); err != nil {
		return nil, err
	}
	full := fullName(dir, name)
	if err := x.may(who, who.account.arn("iam", "user/"+full), ""); err != nil {
		return nil, err
	}
	if taken(who.account.users, name) {
		return nil, errExists("User with name %s already exists.", name)
	}
	u := who.account.newUser(full)
	x.call.Created = u.ARN()
	return oneUserXML{u.xml()}, nil
}

// deleteUser: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func deleteUser(x *exchange, who *caller) (any, *apiError) {
	name := x.params.existing("UserName")
	if err := x.params.check(); err != nil {
		return nil, err
	}
	u, err := x.userTarget(who, name)
	if err != nil {
		return nil, err
	}
	switch {
	case u.login != nil:
		return nil, errDeleteConflict("Cannot delete entity, must delete login profile first.")
	case len(u.liveKeys()) > 0:
		return nil, errDeleteConflict("Cannot delete entity, must delete access keys first.")
	case len(u.devices) > 0:
		return nil, errDeleteConflict("Cannot delete entity, must delete MFA device first.")
	case len(u.services) > 0:
		return nil, errDeleteConflict("Cannot delete entity, must delete service specific credentials first.")
	case len(u.groups) > 0:
		return nil, errDeleteConflict("Cannot delete entity, must remove users from group first.")
	}
	if err := u.Policies.mustBeEmpty(); err != nil {
		return nil, err
	}
	u.remove()
	return nil, nil
}

// listing reads the parameters of an action that lists entities, and asks
// whether the caller may.
func (x *exchange) listing(who *caller, kind string) (prefix string, page pageParams, err *apiError) {
	prefix, _ = x.params.optional("PathPrefix", length(1, 512), matching(`\x{002F}[\x{0021}-\x{007F}]*`))
	page = readPage(x.params)
	if err = x.params.check(); err != nil {
		return
	}
	if prefix == "" {
		prefix = "/"
	}
	return prefix, page, x.may(who, who.account.arn("iam", kind+prefix), "")
}

// under reports whether the path of a full name begins with prefix.
func under(full, prefix string) bool {
	dir, _ := pathAndName(full)
	return strings.HasPrefix(dir, prefix)
}
