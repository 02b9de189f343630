package config

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/awsbroker/awsbroker/internal/agents"
)

// Shared are the settings, without their prefix awsbroker_, that count for every profile
// where they stand in [default]: how a person is asked, for how long, and what is noted.
// What belongs to a key, a device or a role is not among them. AWS's tools read unknown
// settings of [default] without a word; some warn of a section that they do not know.
var Shared = []string{"prompt", "mfa_process", "mfa_session", "min_ttl", "confirm", "agents", "log"}

// readOwn reads the settings of awsbroker's own. They describe the key and the person,
// so a profile without them takes those of its source profile, else those of [default]
// that are [Shared].
func (r *resolver) readOwn(c *Config) {
	p := r.profile
	p.KeyName = r.readExact(prefix+"key", checkKeyName)
	p.MFASeed = r.readExact(prefix+"mfa_seed", checkSeed)
	p.EndpointIsMine = r.readExact(prefix+"endpoint_is_mine", checkHost)
	p.Color = r.readExact(prefix+"color", checkColor)
	r.readShared()
	if p.Source != nil {
		r.inherit(p.Source, func(string) bool { return true })
	}
	if p.Name != "default" {
		r.inheritFromDefault(c)
	}
	p.KeyName = cmp.Or(p.KeyName, r.sourceKey, p.Name)
}

// readShared reads the settings of [Shared].
func (r *resolver) readShared() {
	p := r.profile
	p.Prompt = r.readExact(prefix+"prompt", checkPrompt)
	p.MFAProcess = r.readExact(prefix+"mfa_process", checkText)
	p.MFASession, _ = parseDuration(r.readExact(prefix+"mfa_session", checkMFASession)) // 0 where that is off
	p.MinTTL, p.HasMinTTL = r.readDuration(prefix+"min_ttl", minTTL)
	p.Confirm = r.readFlag(prefix + "confirm")
	p.Agents = agents.Rule(r.readExact(prefix+"agents", agents.Check))
	p.LogOff = r.readExact(prefix+"log", checkLog) == "off"
}

// inherit copies what the profile does not set from another one, of the settings that
// are among some. In a chain, the source has inherited before.
func (r *resolver) inherit(from *Profile, among func(setting string) bool) {
	p := r.profile
	take := func(setting string, copy func()) {
		if _, ok := p.Origin(prefix + setting); ok || !among(setting) {
			return
		}
		copy()
		if origin, ok := from.Origin(prefix + setting); ok {
			r.noteOrigin(origin)
		}
	}
	take("key", func() { p.KeyName = from.KeyName })
	take("prompt", func() { p.Prompt = from.Prompt })
	take("mfa_process", func() { p.MFAProcess = from.MFAProcess })
	take("mfa_seed", func() { p.MFASeed = from.MFASeed })
	take("endpoint_is_mine", func() { p.EndpointIsMine = from.EndpointIsMine })
	take("mfa_session", func() { p.MFASession = from.MFASession })
	take("min_ttl", func() { p.MinTTL, p.HasMinTTL = from.MinTTL, from.HasMinTTL })
	take("confirm", func() { p.Confirm = from.Confirm })
	take("agents", func() { p.Agents = from.Agents })
	take("log", func() { p.LogOff = from.LogOff })
}

// inheritFromDefault copies what neither the profile nor its source sets from [default].
// A value there that cannot be used is an error of every profile.
func (r *resolver) inheritFromDefault(c *Config) {
	switch all, err := c.shared(); {
	case err != nil:
		r.fail(err)
	case all != nil:
		r.inherit(all, func(setting string) bool { return slices.Contains(Shared, setting) })
	}
}

// sharing is what [default] has of [Shared], which is read once for all profiles.
type sharing struct {
	once    sync.Once
	profile *Profile
	err     error
}

// shared returns the settings of [Shared] in [default]; nil if it has none.
func (c *Config) shared() (*Profile, error) {
	c.sharing.once.Do(func() {
		if !c.sharesAny() {
			return
		}
		view, err := c.view("default")
		all := &resolver{view: view, profile: &Profile{Name: "default"}, err: err}
		if err == nil {
			all.readShared()
		}
		c.sharing.profile, c.sharing.err = all.profile, all.err
	})
	return c.sharing.profile, c.sharing.err
}

// sharesAny reports whether a section of [default] has a setting of [Shared].
func (c *Config) sharesAny() bool {
	e := c.entry("default")
	if e == nil {
		return false
	}
	return slices.ContainsFunc(e.sections(), func(s *section) bool {
		return slices.ContainsFunc(s.all, func(o option) bool {
			name, ours := strings.CutPrefix(o.name, prefix)
			return ours && slices.Contains(Shared, name)
		})
	})
}

// IsShared reports whether a setting of the profile, such as "awsbroker_log", counts
// for it because it stands in [default].
func (p *Profile) IsShared(setting string) bool {
	o, ok := p.Origin(setting)
	name := strings.TrimPrefix(setting, prefix)
	return ok && p.Name != "default" && (o.Section == "default" || o.Section == "profile default") && slices.Contains(Shared, name)
}
