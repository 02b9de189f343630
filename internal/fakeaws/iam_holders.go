package fakeaws

// holderKind is what policies hang on: a user, a group or a role. IAM has the
// same actions for each, under different names.
type holderKind struct {
	noun  string
	param string
	limit int // of all inline policies together, in characters that are no white space
	find  func(x *exchange, who *caller, name string) (*Policies, *apiError)
}

// The limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length

func ofUser() holderKind {
	return holderKind{"user", "UserName", 2048, func(x *exchange, who *caller, name string) (*Policies, *apiError) {
		u, err := x.userTarget(who, name)
		if err != nil {
			return nil, err
		}
		return &u.Policies, nil
	}}
}

func ofRole() holderKind {
	return holderKind{"role", "RoleName", 10240, func(x *exchange, who *caller, name string) (*Policies, *apiError) {
		r, err := x.roleTarget(who, name)
		if err != nil {
			return nil, err
		}
		return &r.Policies, nil
	}}
}

func ofGroup() holderKind {
	return holderKind{"group", "GroupName", 5120, func(x *exchange, who *caller, name string) (*Policies, *apiError) {
		g, err := x.groupTarget(who, name)
		if err != nil {
			return nil, err
		}
		return &g.Policies, nil
	}}
}

// holderNameXML names the holder in an answer, under the name of its kind.
type holderNameXML struct {
	UserName  string `xml:",omitempty"`
	GroupName string `xml:",omitempty"`
	RoleName  string `xml:",omitempty"`
}

func (k holderKind) xml(name string) holderNameXML {
	switch k.noun {
	case "user":
		return holderNameXML{UserName: name}
	case "group":
		return holderNameXML{GroupName: name}
	}
	return holderNameXML{RoleName: name}
}
