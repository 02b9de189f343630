package notes

import "time"

// Revocation is what a revocation writes down before each stage, so that the
// next run goes on with it.
type Revocation struct {
	Version  int       `json:"version"`
	Key      string    `json:"key"` // as the keychain names it
	Profile  string    `json:"profile"`
	ARN      string    `json:"arn"`            // of the user
	Role     string    `json:"role,omitempty"` // the ARN
	Old      string    `json:"old"`            // the key that is to go
	KeepKey  bool      `json:"keep_key,omitempty"`
	Stage    string    `json:"stage"`
	Cutoff   time.Time `json:"cutoff,omitzero"`    // of the first denies, by AWS's clock
	LastUser time.Time `json:"last_user,omitzero"` // cutoffs of the last ones
	LastRole time.Time `json:"last_role,omitzero"`

	OldStays    bool `json:"old_stays,omitempty"`
	OldAccepted bool `json:"old_accepted,omitempty"`
}

const revocationPrefix = "revocation-"

// RevocationFile is the note of a revocation of this key of the keychain and
// the sessions of this role (its ARN; empty for none). A rotation has its own
// note beside it.
func RevocationFile(state, key, roleARN string) string {
	return file(state, revocationPrefix, key, roleARN)
}

func (n Revocation) stamped() Revocation { n.Version = n.newest(); return n }
func (n Revocation) isWhole() bool       { return n.Key != "" && n.Old != "" }
func (Revocation) newest() int           { return 1 }
