package policy

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Find looks up an entity that a policy names. kind is "root", "user" or
// "role", name has the path in front. It returns the unique id, of root the
// account's; "" if there is none. The partition "" stands for any.
type Find func(partition, account, kind, name string) (id string)

// Caller is who asks.
type Caller struct {
	Account string // the account's id
	ARN     string // of the user, or of the role's session
	User    string // the unique id; "" in a role session
	Role    string // the unique id of the session's role; "" for a user
}

// principal is one entry of a Principal element. A user or a role is kept by
// its unique id, so that one made later under the same name is another.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
type principal struct {
	everyone  bool
	account   string // the whole account
	id        string // AIDA… or AROA…
	session   string // ARN of an assumed role's session
	otherKind bool   // a service: none of our callers
}

// parsePrincipals refuses a principal that does not exist, as AWS does.
func parsePrincipals(raw json.RawMessage, find Find) ([]principal, error) {
	if raw == nil {
		return nil, fmt.Errorf("missing required field Principal")
	}
	var star string
	if json.Unmarshal(raw, &star) == nil {
		if star != "*" {
			return nil, fmt.Errorf("invalid principal in policy: %q", star)
		}
		return []principal{{everyone: true}}, nil
	}
	var byKind map[string]stringList
	if err := json.Unmarshal(raw, &byKind); err != nil {
		return nil, err
	}
	var all []principal
	for kind, names := range byKind {
		for _, name := range names {
			p, err := parsePrincipal(kind, name, find)
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
	}
	if all == nil {
		return nil, fmt.Errorf("missing required field Principal")
	}
	return all, nil
}

func parsePrincipal(kind, name string, find Find) (principal, error) {
	invalid := fmt.Errorf("invalid principal in policy: %q:%q", kind, name)
	switch {
	case kind == "Service" && strings.HasSuffix(name, ".amazonaws.com"):
		return principal{otherKind: true}, nil
	case kind != "AWS":
		return principal{}, invalid
	case name == "*":
		return principal{everyone: true}, nil
	case regexp.MustCompile(`^[0-9]{12}$`).MatchString(name):
		if find("", name, "root", "") == "" {
			return principal{}, invalid
		}
		return principal{account: name}, nil
	}
	if p := namedByARN(name, find); p != (principal{}) {
		return p, nil
	}
	return principal{}, invalid
}

// namedByARN is the principal that an ARN names; the zero principal if there is
// none.
func namedByARN(arn string, find Find) principal {
	part := strings.SplitN(arn, ":", 6)
	if len(part) != 6 || part[0] != "arn" || strings.ContainsAny(arn, "*?") {
		return principal{}
	}
	partition, account := part[1], part[4]
	if find(partition, account, "root", "") == "" {
		return principal{}
	}
	what, rest, _ := strings.Cut(part[5], "/")
	switch {
	case part[2] == "iam" && part[5] == "root":
		return principal{account: account}
	case part[2] == "iam" && (what == "user" || what == "role"):
		return principal{id: find(partition, account, what, rest)}
	case part[2] == "sts" && what == "assumed-role" && strings.Count(rest, "/") == 1:
		return principal{session: arn}
	}
	return principal{}
}

// naming is how a trust policy names a caller, which decides what else is
// needed.
type naming int

const (
	unnamed   naming = iota
	byAccount        // through the account: the caller's own policies must allow too
	byRole           // through the role of the session: session policies must allow too
	byName           // by name
)

func (p principal) matches(who Caller) naming {
	switch {
	case p.otherKind:
		return unnamed
	case p.everyone:
		return byName
	case p.session != "" && p.session == who.ARN:
		return byName
	case p.account != "" && p.account == who.Account:
		return byAccount
	case p.id == "":
		return unnamed
	case p.id == who.Role:
		return byRole
	case p.id == who.User:
		return byName
	}
	return unnamed
}
