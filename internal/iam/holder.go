package iam

// Holder is what policies are given to: a user, a group or a role.
type Holder struct {
	Kind HolderKind
	Name string
}

// HolderKind is what a holder is, in the words of AWS's CLI.
type HolderKind string

// The kinds of holders.
const (
	OfUser  HolderKind = "user"
	OfGroup HolderKind = "group"
	OfRole  HolderKind = "role"
)

// UserNamed is a user as a holder of policies.
func UserNamed(name string) Holder { return Holder{OfUser, name} }

// GroupNamed is a group as a holder of policies.
func GroupNamed(name string) Holder { return Holder{OfGroup, name} }

// RoleNamed is a role as a holder of policies.
func RoleNamed(name string) Holder { return Holder{OfRole, name} }

func (h Holder) String() string { return string(h.Kind) + " " + h.Name }
