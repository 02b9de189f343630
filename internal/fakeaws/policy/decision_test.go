package policy

import "testing"

// callers are who can ask in these tests.
func callers() map[string]Caller {
	const home = "123456789012"
	return map[string]Caller{
		"phoebe":   {Account: home, ARN: "arn:aws:iam::123456789012:user/team/phoebe", User: "AIDAPHOEBE"},
		"namesake": {Account: home, ARN: "arn:aws:iam::123456789012:user/team/phoebe", User: "AIDALATER"},
		"session":  {Account: home, ARN: "arn:aws:sts::123456789012:assumed-role/admin/s", Role: "AROAADMIN"},
		"stranger": {Account: "210987654321", ARN: "arn:aws:iam::210987654321:user/x", User: "AIDAX"},
	}
}

// TestNaming holds by which name a trust policy knows whom.
func TestNaming(t *testing.T) {
	for principals, want := range map[string]map[string]naming{
		`"*"`:                              {"phoebe": byName, "namesake": byName, "session": byName, "stranger": byName},
		`"123456789012"`:                   {"phoebe": byAccount, "namesake": byAccount, "session": byAccount},
		`"arn:aws:iam::123456789012:root"`: {"phoebe": byAccount, "namesake": byAccount, "session": byAccount},
		`"arn:aws:iam::123456789012:user/team/phoebe"`:     {"phoebe": byName},
		`"arn:aws:iam::123456789012:role/admin"`:           {"session": byRole},
		`"arn:aws:sts::123456789012:assumed-role/admin/s"`: {"session": byName},
		`"arn:aws:sts::123456789012:assumed-role/admin/t"`: {},
	} {
		trust, err := Parse(trustFor(principals), Trust, known)
		if err != nil {
			t.Errorf("%s: %v", principals, err)
			continue
		}
		for name, who := range callers() {
			q := &Question{Who: who, Action: "sts:AssumeRole", Resource: "arn:aws:iam::123456789012:role/r"}
			says, named := q.trusts(trust)
			if named != want[name] || (says == allowed) != (named != unnamed) {
				t.Errorf("%s knows %s as %d, %d; want %d", principals, name, named, says, want[name])
			}
		}
	}
}

func documents(t *testing.T, statements ...string) (docs []*Document) {
	t.Helper()
	for _, s := range statements {
		doc, err := Parse(`{"Version":"2012-10-17","Statement":[`+s+`]}`, Identity, nil)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return docs
}

const (
	allowAll = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	denyAll  = `{"Effect":"Deny","Action":"*","Resource":"*"}`
	allowS3  = `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
)

// TestWhyNot: each of the three may refuse; a word against goes before silence.
func TestWhyNot(t *testing.T) {
	all, no, other := documents(t, allowAll), documents(t, allowAll, denyAll), documents(t, allowS3)
	for name, c := range map[string]struct {
		own  Set
		want Refusal
	}{
		"nothing":                 {Set{}, SilentIdentity},
		"allowed":                 {Set{Identity: all}, ""},
		"denied":                  {Set{Identity: no}, DeniedByIdentity},
		"session allows":          {Set{Identity: all, Session: all}, ""},
		"session is silent":       {Set{Identity: all, Session: other}, SilentSession},
		"session denies":          {Set{Identity: all, Session: no}, DeniedBySession},
		"session alone":           {Set{Session: all}, SilentIdentity},
		"empty session":           {Set{Identity: all, Session: []*Document{}}, SilentSession},
		"boundary allows":         {Set{Identity: all, Boundary: all}, ""},
		"boundary is silent":      {Set{Identity: all, Boundary: other}, SilentBoundary},
		"boundary denies":         {Set{Identity: all, Boundary: no}, DeniedByBoundary},
		"boundary alone":          {Set{Boundary: all}, SilentIdentity},
		"denial before silence":   {Set{Identity: other, Boundary: no}, DeniedByBoundary},
		"session before boundary": {Set{Identity: all, Session: other, Boundary: other}, SilentSession},
	} {
		q := &Question{Who: callers()["phoebe"], Action: "iam:ListUsers", Resource: "*"}
		if got := q.WhyNot(c.own); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestMayAssume holds what a trust policy, the caller's own policies and the
// account of the role come to.
func TestMayAssume(t *testing.T) {
	const home, abroad = "123456789012", "210987654321"
	all, no, other := documents(t, allowAll), documents(t, denyAll), documents(t, allowS3)
	const everyone, account, role = `"*"`, `"123456789012"`, `"arn:aws:iam::123456789012:role/admin"`
	for name, c := range map[string]struct {
		who, in, trust string
		own            Set
		want           bool
	}{
		"named":                       {"phoebe", home, everyone, Set{}, true},
		"named, denied":               {"phoebe", home, everyone, Set{Identity: no}, false},
		"account, silent":             {"phoebe", home, account, Set{}, false},
		"account, allowed":            {"phoebe", home, account, Set{Identity: all}, true},
		"account, boundary is silent": {"phoebe", home, account, Set{Identity: all, Boundary: other}, false},
		"named, boundary denies":      {"phoebe", home, everyone, Set{Boundary: no}, false},
		"role":                        {"session", home, role, Set{}, true},
		"role, session allows":        {"session", home, role, Set{Session: all}, true},
		"role, session is silent":     {"session", home, role, Set{Session: other}, false},
		"named, session is silent":    {"session", home, everyone, Set{Session: other}, true},
		"not trusted":                 {"phoebe", home, role, Set{Identity: all}, false},
		"abroad, silent":              {"phoebe", abroad, everyone, Set{}, false},
		"abroad, allowed":             {"phoebe", abroad, everyone, Set{Identity: all}, true},
		"stranger, allowed":           {"stranger", home, everyone, Set{Identity: all}, true},
		"stranger, silent":            {"stranger", home, everyone, Set{}, false},
	} {
		trust, err := Parse(trustFor(c.trust), Trust, known)
		if err != nil {
			t.Fatal(err)
		}
		q := &Question{Who: callers()[c.who], Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + c.in + ":role/r"}
		if got := q.MayAssume(c.in, trust, c.own); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestKeys: the last value that is set counts, values that are added stay, and
// the case of a key does not matter.
func TestKeys(t *testing.T) {
	q := &Question{}
	q.Set("aws:TagKeys", "old")
	q.Set("AWS:tagkeys", "team")
	q.Add("aws:TagKeys", "cost")
	q.SetUnlessEmpty("sts:ExternalId", "")
	for condition, want := range map[string]bool{
		`"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}`: true,
		`"ForAnyValue:StringEquals":{"aws:TagKeys":"old"}`:            false,
		`"ForAnyValue:StringEquals":{"aws:TagKeys":"cost"}`:           true,
		`"Null":{"sts:ExternalId":"true"}`:                            true,
	} {
		docs := documents(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+condition+`}}`)
		if got := q.ask(docs) == allowed; got != want {
			t.Errorf("%s: %v", condition, got)
		}
	}
}
