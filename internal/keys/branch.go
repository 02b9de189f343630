package keys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

// branch is what would stop working if a user's access keys were deactivated or
// deleted.
type branch struct {
	keys     []iam.Key
	signer   string              // the key that signs, or that the session comes from
	root     bool                // the root user's key signs, whose end is what it is for
	rotating []string            // ids in a rotation that is not finished
	names    map[string][]string // of keys in the keychain, by id
	profiles map[string][]string // of profiles that use a key, by its name in the keychain
}

// reasonsAgainst returns why a change would lock the person out, one clause for
// each reason; none if the change is safe.
func (b branch) reasonsAgainst(change Change, ids []string) []string {
	if change != Deactivate && change != Delete {
		return nil
	}
	var why []string
	for _, id := range ids {
		it := id // "it" from the second reason on
		because := func(format string, args ...any) {
			why, it = append(why, it+" "+fmt.Sprintf(format, args...)), "it"
		}
		if slices.Contains(b.rotating, id) {
			because("is part of an unfinished rotation")
		}
		if !b.isActive(id) || b.root && id == b.signer {
			continue
		}
		if id == b.signer {
			because("is the key in use")
		}
		for _, name := range b.names[id] {
			if used := b.profiles[name]; len(used) > 0 {
				because("is %q in your keychain, which %s", say.Clean(name), profilesUse(used))
			}
		}
	}
	if active := b.activeKeys(); len(active) > 0 && !b.root &&
		!slices.ContainsFunc(active, func(id string) bool { return !slices.Contains(ids, id) }) {
		why = append(why, "the user has no other active key")
	}
	return why
}

func profilesUse(names []string) string {
	if len(names) == 1 {
		return "profile " + say.Clean(names[0]) + " uses"
	}
	return "profiles " + say.Clean(strings.Join(names, ", ")) + " use"
}

func (b branch) isActive(id string) bool { return slices.Contains(b.activeKeys(), id) }

func (b branch) activeKeys() []string {
	var ids []string
	for _, k := range b.keys {
		if k.Active {
			ids = append(ids, k.ID)
		}
	}
	return ids
}
