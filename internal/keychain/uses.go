package keychain

import (
	"errors"
	"math"
	"slices"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
)

// Uses are the profiles that use keys which were just added.
type Uses struct {
	Working []string // AWS's tools get sessions through them
	Waiting []Use    // they need setup first
}

// Use is a profile and the name of the key that setup has to be told; empty if
// the profile goes on getting its own from the profile before it in a chain.
type Use struct{ Profile, Key string }

// ProfilesUsing looks which profiles use the keys of these names. A config file that
// cannot be read has none.
func ProfilesUsing(b *broker.Broker, keys []string) Uses {
	return uses(b, keys, nil)
}

// usesOf also knows the profiles that had these keys in clear, and what those
// are called now.
func (im *importer) usesOf(stored []*candidate) Uses {
	had := map[string]string{}
	var keys []string
	for _, c := range stored {
		keys = append(keys, c.name)
		for _, k := range c.clear {
			had[k.Profile] = c.name
		}
	}
	return uses(im.run, keys, had)
}

// mostNotSetUp is how many profiles NotSetUp looks for.
const mostNotSetUp = 5

// mostSections is of how many NotSetUp works out what they come to: a file of thousands
// was generated, and list must not be slow by it.
const mostSections = 500

// NotSetUp returns the profiles that keys of an overview would serve, and that neither
// it nor AWS's tools know as awsbroker's, since setup has not converted them yet. There
// may be more where it returns [mostNotSetUp]; in a file of more than 500 sections it looks
// for none.
func NotSetUp(o broker.Overview) []Use {
	var keys []string
	for _, k := range o.Keys {
		if !k.Root {
			keys = append(keys, k.Name)
		}
	}
	cfg := o.Config
	if len(keys) == 0 || cfg.Sections() > mostSections {
		return nil
	}
	var ours []string
	for _, p := range o.Profiles {
		ours = append(ours, p.Name)
	}
	waiting := usesAmong(cfg, ours, cfg.Names(), keys, nil, mostNotSetUp).Waiting
	return slices.DeleteFunc(waiting, func(u Use) bool { return slices.Contains(ours, u.Profile) })
}

// Waiting returns the profiles that keys would serve once setup converts them, and those
// that had a key of theirs in clear. had tells of profiles how that key is called now.
func Waiting(cfg *config.Config, keys []string, had map[string]string) []Use {
	waiting := usesAmong(cfg, cfg.Ours(), cfg.Names(), keys, had, math.MaxInt).Waiting
	for _, name := range cfg.Names() { // one that is the source of others, too, loses its key
		if key, ok := had[name]; ok && !slices.ContainsFunc(waiting, func(u Use) bool { return u.Profile == name }) {
			waiting = append(waiting, Use{name, key})
		}
	}
	return waiting
}

func uses(b *broker.Broker, keys []string, had map[string]string) (u Uses) {
	cfg, err := b.ReadConfig()
	if err != nil {
		b.Debug("profiles: %v", err)
		return u
	}
	return usesAmong(cfg, cfg.Ours(), cfg.Names(), keys, had, math.MaxInt)
}

// usesAmong looks at profiles until most of them are found that wait.
func usesAmong(cfg *config.Config, ours, names, keys []string, had map[string]string, most int) (u Uses) {
	sources := map[string]bool{}
	var bare []Use // without a role: perhaps only the source of others
	for _, name := range names {
		if len(u.Waiting) >= most {
			return u // which are sources of the rest is not known
		}
		if _, _, clear := cfg.StaticKeys(name); clear {
			continue // it has another key of its own
		}
		p, err := cfg.Resolve(name)
		var other *config.NotOursError
		if errors.As(err, &other) && other.Origin.Key == "credential_process" {
			// Another program's until now: aws-vault, perhaps.
			if key, ok := keyFor(name, keys, had); ok {
				u.Waiting = append(u.Waiting, Use{name, key})
			}
			continue
		}
		if err != nil {
			continue
		}
		for s := p.Source; s != nil; s = s.Source {
			sources[s.Name] = true
		}
		key, ok := keyFor(p.KeyName, keys, had)
		switch {
		case !ok:
		case p.CredentialProcess != "" && slices.Contains(ours, name) && key == p.KeyName:
			u.Working = append(u.Working, name)
		case p.Chained() && key == p.KeyName:
			u.Waiting = append(u.Waiting, Use{name, ""})
		case p.RoleARN != "":
			u.Waiting = append(u.Waiting, Use{name, key})
		case had[name] != "" || p.MFASerial != "":
			bare = append(bare, Use{name, key})
		}
	}
	for _, use := range bare {
		if !sources[use.Profile] {
			u.Waiting = append(u.Waiting, use)
		}
	}
	return u
}

// keyFor returns the name of the key that is called like the profile, or that the
// profile had in clear.
func keyFor(name string, keys []string, had map[string]string) (string, bool) {
	if slices.Contains(keys, name) {
		return name, true
	}
	key, ok := had[name]
	return key, ok
}
