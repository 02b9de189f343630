package fakeaws

import "path"

type groupXML struct {
	Path       string
	GroupName  string
	GroupID    string `xml:"GroupId"`
	Arn        string
	CreateDate string
}

type oneGroupXML struct{ Group groupXML }

func (g *Group) xml() groupXML {
	out := groupXML{GroupID: g.ID, Arn: g.ARN(), CreateDate: date(g.created)}
	out.Path, out.GroupName = pathAndName(g.Name)
	return out
}

// createGroup: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
func createGroup(x *exchange, who *caller) (any, *apiError) {
	name, dir := x.params.required("GroupName", length(1, 128), matching(namePattern)), x.params.pathParam()
	if err := x.params.check(); err != nil {
		return nil, err
	}
	full := fullName(dir, name)
	if err := x.may(who, who.account.arn("iam", "group/"+full), ""); err != nil {
		return nil, err
	}
	if taken(who.account.groups, name) {
		return nil, errExists("Group with name %s already exists.", name)
	}
	g := who.account.newGroup(full)
	x.call.Created = g.ARN()
	return oneGroupXML{g.xml()}, nil
}

type groupUsersXML struct {
	Group groupXML
	Users membersXML[userXML]
	pageXML
}

// getGroup lists the members too.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
func getGroup(x *exchange, who *caller) (any, *apiError) {
	name, page := x.params.existing("GroupName"), readPage(x.params)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	g, err := x.groupTarget(who, name)
	if err != nil {
		return nil, err
	}
	out := groupUsersXML{Group: g.xml()}
	var all []userXML
	for _, u := range g.members() {
		all = append(all, u.xml())
	}
	out.Users, out.pageXML, err = onPage(x, page, all, func(u userXML) string { return u.UserName })
	return out, err
}

// deleteGroup: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
func deleteGroup(x *exchange, who *caller) (any, *apiError) {
	name := x.params.existing("GroupName")
	if err := x.params.check(); err != nil {
		return nil, err
	}
	g, err := x.groupTarget(who, name)
	if err != nil {
		return nil, err
	}
	if len(g.members()) > 0 {
		return nil, errDeleteConflict("Cannot delete entity, must remove users from group first.")
	}
	if err := g.Policies.mustBeEmpty(); err != nil {
		return nil, err
	}
	delete(who.account.groups, g.Name)
	return nil, nil
}

// groupsPerUser is a quota.
const groupsPerUser = 10

// addUserToGroup: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
func addUserToGroup(x *exchange, who *caller) (any, *apiError) {
	u, g, err := x.membership(who)
	if err != nil {
		return nil, err
	}
	if len(u.groups) >= groupsPerUser {
		return nil, errLimit("Cannot exceed quota for GroupsPerUser: %d", groupsPerUser)
	}
	u.groupsBefore = keep(u.groupsBefore, u.groups, x.now, x.server.lag.Policies)
	u.join(g)
	return nil, nil
}

// removeUserFromGroup is content with a user who is no member.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
func removeUserFromGroup(x *exchange, who *caller) (any, *apiError) {
	u, g, err := x.membership(who)
	if err != nil {
		return nil, err
	}
	u.groupsBefore = keep(u.groupsBefore, u.groups, x.now, x.server.lag.Policies)
	u.leave(g)
	return nil, nil
}

// membership is authorised for the group alone.
func (x *exchange) membership(who *caller) (*User, *Group, *apiError) {
	group, user := x.params.existing("GroupName"), x.params.existing("UserName")
	if err := x.params.check(); err != nil {
		return nil, nil, err
	}
	g, err := x.groupTarget(who, group)
	if err != nil {
		return nil, nil, err
	}
	u := who.account.userNamed(user)
	if u == nil {
		return nil, nil, errNoSuchUser(user)
	}
	return u, g, nil
}

type groupsXML struct {
	Groups membersXML[groupXML]
	pageXML
}

// listGroupsForUser: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html
func listGroupsForUser(x *exchange, who *caller) (any, *apiError) {
	name, page := x.params.existing("UserName"), readPage(x.params)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	u, err := x.userTarget(who, name)
	if err != nil {
		return nil, err
	}
	return listedGroups(x, page, u.groups)
}

// listGroups: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html
func listGroups(x *exchange, who *caller) (any, *apiError) {
	prefix, page, err := x.listing(who, "group")
	if err != nil {
		return nil, err
	}
	var groups []*Group
	for _, g := range who.account.groups {
		if under(g.Name, prefix) {
			groups = append(groups, g)
		}
	}
	return listedGroups(x, page, groups)
}

func listedGroups(x *exchange, page pageParams, groups []*Group) (any, *apiError) {
	var all []groupXML
	for _, g := range groups {
		all = append(all, g.xml())
	}
	var out groupsXML
	var err *apiError
	out.Groups, out.pageXML, err = onPage(x, page, all, func(g groupXML) string { return g.GroupName })
	return out, err
}

// groupTarget is userTarget for groups.
func (x *exchange) groupTarget(who *caller, name string) (*Group, *apiError) {
	g := who.account.groupNamed(name)
	arn := who.account.arn("iam", "group/"+name)
	if g != nil {
		arn = g.ARN()
	}
	if err := x.may(who, arn, "group "+name); err != nil {
		return nil, err
	}
	if g == nil || x.unseen(arn) {
		return nil, errNoSuchEntity("The group with name %s cannot be found.", name)
	}
	return g, nil
}

func (g *Group) members() []*User {
	var all []*User
	for _, u := range g.account.users {
		for _, have := range u.groups {
			if have == g {
				all = append(all, u)
			}
		}
	}
	return all
}

// taken reports whether an entity has the name. Names differ by more than
// their path and their case.
func taken[T any](entities map[string]T, name string) bool {
	return hasFold(func(yield func(string) bool) {
		for full := range entities {
			if !yield(path.Base(full)) {
				return
			}
		}
	}, name)
}
