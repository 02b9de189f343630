package fakeaws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

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
func parsePrincipals(raw json.RawMessage, s *Server) ([]principal, error) {
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
			p, err := parsePrincipal(kind, name, s)
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

func parsePrincipal(kind, name string, s *Server) (principal, error) {
	invalid := fmt.Errorf("invalid principal in policy: %q:%q", kind, name)
	switch {
	case kind == "Service" && strings.HasSuffix(name, ".amazonaws.com"):
		return principal{otherKind: true}, nil
	case kind != "AWS":
		return principal{}, invalid
	case name == "*":
		return principal{everyone: true}, nil
	case regexp.MustCompile(`^[0-9]{12}$`).MatchString(name):
		if s.accounts[name] == nil {
			return principal{}, invalid
		}
		return principal{account: name}, nil
	}
	part := strings.SplitN(name, ":", 6)
	if len(part) != 6 || part[0] != "arn" || strings.ContainsAny(name, "*?") {
		return principal{}, invalid
	}
	account := s.accounts[part[4]]
	if account == nil || account.Partition != part[1] {
		return principal{}, invalid
	}
	what, rest, _ := strings.Cut(part[5], "/")
	switch {
	case part[2] == "iam" && part[5] == "root":
		return principal{account: account.ID}, nil
	case part[2] == "iam" && what == "user" && account.users[rest] != nil:
		return principal{id: account.users[rest].ID}, nil
	case part[2] == "iam" && what == "role" && account.roles[rest] != nil:
		return principal{id: account.roles[rest].ID}, nil
	case part[2] == "sts" && what == "assumed-role" && strings.Count(rest, "/") == 1:
		return principal{session: name}, nil
	}
	return principal{}, invalid
}

// trustKind is how a trust policy names a caller, which decides what else is
// needed.
type trustKind int

const (
	trustNone    trustKind = iota
	trustAccount           // through the account: the caller's own policies must allow too
	trustRole              // through the role of the session: session policies must allow too
	trustDirect            // by name
)

func (p principal) matches(who *caller) trustKind {
	switch {
	case p.otherKind:
		return trustNone
	case p.everyone:
		return trustDirect
	case p.session != "" && p.session == who.arn():
		return trustDirect
	case p.account != "" && p.account == who.account.ID:
		return trustAccount
	case p.id == "":
		return trustNone
	case who.isRoleSession() && p.id == who.session.role.ID:
		return trustRole
	case who.user != nil && p.id == who.user.ID:
		return trustDirect
	}
	return trustNone
}
