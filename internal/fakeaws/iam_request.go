package fakeaws

import "path"

// What the parameters of IAM have in common.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html

const namePattern = `[\w+=,.@-]+`

// existing asks for the name of something that should be there.
func (p *params) existing(name string) string {
	return p.required(name, length(1, 128), matching(namePattern))
}

// pathParam is the Path of something new, "/" if there is none.
func (p *params) pathParam() string {
	value, given := p.optional("Path", length(1, 512), matching(`(\x{002F})|(\x{002F}[\x{0021}-\x{007E}]+\x{002F})`))
	if !given {
		return "/"
	}
	return value
}

// pathAndName takes apart the name of an entity as this package keeps it, with
// its path in front: "team/phoebe" has the path "/team/".
func pathAndName(full string) (dir, name string) {
	dir, name = path.Split(full)
	return "/" + dir, name
}

func fullName(dir, name string) string { return dir[1:] + name }

// may asks the policies whether the caller may do this action of IAM to the
// resource. shown is how a refusal names it; "" for the ARN.
func (x *exchange) may(who *caller, resource, shown string) *apiError {
	q := x.question(who, "iam:"+x.call.Action, resource)
	q.SetUnlessEmpty("iam:PolicyARN", x.policyARN)
	if shown == "" {
		shown = q.Resource
	}
	if why := x.whyNot(who, q); why != "" {
		return errDenied(who, q.Action, shown, why)
	}
	return nil
}

// userNamed finds a user by name, whatever its path; nil if there is none.
func (a *Account) userNamed(name string) *User {
	for _, u := range a.users {
		if path.Base(u.Name) == name {
			return u
		}
	}
	return nil
}

func (a *Account) groupNamed(name string) *Group {
	for _, g := range a.groups {
		if path.Base(g.Name) == name {
			return g
		}
	}
	return nil
}

func (a *Account) roleNamed(name string) *Role {
	for _, r := range a.roles {
		if path.Base(r.Name) == name {
			return r
		}
	}
	return nil
}

// userTarget finds the user that an action is about and asks whether the
// caller may. A caller who may not does not learn whether it exists.
func (x *exchange) userTarget(who *caller, name string) (*User, *apiError) {
	u := who.account.userNamed(name)
	arn := who.account.arn("iam", "user/"+name)
	if u != nil {
		arn = u.ARN()
	}
	if err := x.may(who, arn, "user "+name); err != nil {
		return nil, err
	}
	if u == nil || x.unseen(arn) {
		return nil, errNoSuchUser(name)
	}
	return u, nil
}

func errNoSuchUser(name string) *apiError {
	return errNoSuchEntity("The user with name %s cannot be found.", name)
}

// selfOrNamed is userTarget for actions whose UserName may be left out: then
// it is who signs. With keys that are not long-term, IAM documents for access
// keys that the name is needed; for other actions the session of a user is
// enough. Root acts on itself so, and so it is the only way to name it.
func (x *exchange) selfOrNamed(who *caller, name string, named, longTerm bool) (*User, *apiError) {
	if named {
		return x.userTarget(who, name)
	}
	if who.user == nil || longTerm && who.session != nil {
		return nil, errNoUserName()
	}
	if err := x.may(who, who.user.ARN(), "user "+path.Base(who.user.Name)); err != nil {
		return nil, err
	}
	return who.user, nil
}
