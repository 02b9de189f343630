package keys

import (
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

func TestBranchCuts(t *testing.T) {
	active := func(ids ...string) (keys []iam.Key) {
		for _, id := range ids {
			keys = append(keys, iam.Key{ID: id, Active: true})
		}
		return keys
	}
	mine := map[string][]string{"AKIAMINE": {"phoebe"}}
	used := map[string][]string{"phoebe": {"admin", "dev"}}
	oldInactive := append(active("AKIAMINE"), iam.Key{ID: "AKIAOLD"})
	for _, c := range []struct {
		name   string
		branch branch
		change Change
		ids    string
		want   string // what is said, or nothing
	}{
		{"another key of two", branch{keys: active("AKIAMINE", "AKIAOTHER"), signer: "AKIAMINE", names: mine, profiles: used},
			Delete, "AKIAOTHER", ""},
		{"the key that signs", branch{keys: active("AKIAMINE", "AKIAOTHER"), signer: "AKIAMINE"},
			Deactivate, "AKIAMINE", "AKIAMINE is the key in use"},
		{"a key that profiles use", branch{keys: active("AKIAMINE", "AKIAOTHER"), signer: "AKIAOTHER", names: mine, profiles: used},
			Delete, "AKIAMINE", `AKIAMINE is "phoebe" in your keychain, which profiles admin, dev use`},
		{"a key in the keychain that nothing uses", branch{keys: active("AKIAMINE", "AKIAOTHER"), signer: "AKIAOTHER", names: mine},
			Delete, "AKIAMINE", ""},
		{"somebody's last active key", branch{keys: oldInactive, signer: "AKIAANOTHERUSERS"},
			Deactivate, "AKIAMINE", "the user has no other active key"},
		{"both at once", branch{keys: active("AKIAONE", "AKIATWO"), signer: "AKIAANOTHERUSERS"},
			Delete, "AKIAONE AKIATWO", "the user has no other active key"},
		{"an inactive key, which nothing can hang on", branch{keys: oldInactive, signer: "AKIAMINE", names: map[string][]string{"AKIAOLD": {"phoebe"}}, profiles: used},
			Delete, "AKIAOLD", ""},
		{"where no key is active", branch{keys: []iam.Key{{ID: "AKIAOLD"}}, signer: "AKIAANOTHERUSERS"},
			Delete, "AKIAOLD", ""},
		{"a key that AWS does not list", branch{keys: active("AKIAOTHER"), signer: "AKIAOTHER", names: mine, profiles: used},
			Delete, "AKIAMINE", ""},
		{"all reasons", branch{keys: active("AKIAMINE"), signer: "AKIAMINE", names: mine, profiles: map[string][]string{"phoebe": {"admin"}}},
			Deactivate, "AKIAMINE", `AKIAMINE is the key in use; it is "phoebe" in your keychain, which profile admin uses; the user has no other active key`},
		{"activating", branch{keys: active("AKIAMINE"), signer: "AKIAMINE", names: mine, profiles: used},
			Activate, "AKIAMINE", ""},
		{"half of a rotation", branch{keys: active("AKIAMINE", "AKIANEW"), signer: "AKIAMINE", rotating: []string{"AKIAMINE", "AKIANEW"}},
			Delete, "AKIANEW", "AKIANEW is part of an unfinished rotation"},
		{"the root key itself, which is there to be deleted", branch{keys: active("AKIAMINE"), signer: "AKIAMINE", root: true, names: mine, profiles: used},
			Delete, "AKIAMINE", ""},
		{"root's other key, which profiles use", branch{keys: active("AKIAROOT", "AKIAMINE"), signer: "AKIAROOT", root: true, names: mine, profiles: used},
			Delete, "AKIAMINE", `AKIAMINE is "phoebe" in your keychain, which profiles admin, dev use`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(c.branch.reasonsAgainst(c.change, strings.Fields(c.ids)), "; "); got != c.want {
				t.Errorf("said %q, want %q", got, c.want)
			}
		})
	}
}

func TestActingKey(t *testing.T) {
	const user, root = "arn:aws:iam::123456789012:user/phoebe", "arn:aws:iam::123456789012:root"
	record := keystore.Record{Keys: map[string]keystore.KeyInfo{
		"old":      {AccessKeyID: "AKIAOLD", ARN: user},
		"phoebe":   {AccessKeyID: "AKIANEW", ARN: user},
		"root":     {AccessKeyID: "AKIAROOT", ARN: root},
		"root-two": {AccessKeyID: "AKIAROOTTWO", ARN: root},
		"unknown":  {AccessKeyID: "AKIAUNKNOWN"},
		"torn":     {},
	}}
	for _, c := range []struct {
		change Change
		ids    string
		want   string
	}{
		{Delete, "AKIAOLD", "old"},           // a key can end itself,
		{Deactivate, "AKIAOLD", "old"},       //
		{Activate, "AKIAOLD", "phoebe"},      // but not wake itself up
		{Delete, "AKIAROOT", "root"},         // root ends itself with its own signature,
		{Deactivate, "AKIAROOT", "root-two"}, // and does nothing else to itself
		{Activate, "AKIAUNKNOWN", "unknown"}, // whose others are nobody's
		{Delete, "AKIAELSEWHERE", ""},
		{Delete, "AKIAELSEWHERE AKIANEW", "phoebe"},
		{None, "", ""},
	} {
		if got := actingKey(record, strings.Fields(c.ids), c.change); got != c.want {
			t.Errorf("%s %s: %q acts, want %q", c.change.verb(), c.ids, got, c.want)
		}
	}
}
