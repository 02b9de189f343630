package config

import (
	"slices"
	"strings"
)

// entry is where one profile is written. More than one section in one file
// is an error, but only for who uses that profile.
type entry struct {
	config      []*section // in the order of the file
	credentials *section
}

// entry returns the sections of a profile, or nil if there is none.
func (c *Config) entry(name string) *entry {
	e := &entry{credentials: c.credentials.sectionNamed(name)}
	if name == "default" {
		e.add(c.config.sectionNamed(name))
	}
	if usual := "profile " + name; isUsual(usual, "profile") {
		e.add(c.config.sectionNamed(usual))
	}
	for _, s := range c.odd["profile "+name] {
		e.add(s)
	}
	if e.config == nil && e.credentials == nil {
		return nil
	}
	slices.SortFunc(e.config, func(a, b *section) int { return a.line - b.line })
	return e
}

func (e *entry) add(s *section) {
	if s != nil {
		e.config = append(e.config, s)
	}
}

// sections returns the profile's sections, the one that wins first: in botocore and in
// the Go SDK the credentials file wins, setting by setting.
func (e *entry) sections() []*section {
	if e.credentials == nil {
		return e.config
	}
	return append([]*section{e.credentials}, e.config...)
}

// services returns a [services NAME] section, or nil if there is none.
func (c *Config) services(name string) *section {
	var last *section
	if usual := "services " + name; isUsual(usual, "services") {
		last = c.config.sectionNamed(usual)
	}
	for _, s := range c.odd["services "+name] {
		if last == nil || s.line > last.line {
			last = s
		}
	}
	return last
}

// Names returns all profiles: those of the config file in its order, then
// those that only the credentials file has.
func (c *Config) Names() []string {
	return c.namesOf(func(*document, int) bool { return true })
}

// Sections returns how many sections both files have.
func (c *Config) Sections() int { return len(c.config.spans) + len(c.credentials.spans) }

// Has reports whether either file has the profile.
func (c *Config) Has(name string) bool { return c.entry(name) != nil }

// namesOf returns the profiles of which a section is of a kind, in the order in
// which they are first seen. is gets a document and the place of a section.
func (c *Config) namesOf(is func(*document, int) bool) []string {
	names := make([]string, 0, len(c.config.spans)+len(c.credentials.spans))
	odd := map[string]bool{} // profiles that may have several headers in config; true: one is of the kind
	for i := range c.config.spans {
		header := c.config.name(i)
		name, ok := profileName(header)
		if !ok {
			continue
		}
		found := is(c.config, i)
		if !found && len(c.credentials.spans) > 0 {
			if j, ok := c.credentials.findSpan(name); ok {
				found = is(c.credentials, j)
			}
		}
		if name == "default" || !isUsual(header, "profile") || len(c.odd) > 0 && c.odd["profile "+name] != nil {
			if odd[name] || !found {
				continue
			}
			odd[name] = true
		}
		if found {
			names = append(names, name)
		}
	}
	for i := range c.credentials.spans {
		if name := c.credentials.name(i); is(c.credentials, i) && len(c.entry(name).config) == 0 {
			names = append(names, name)
		}
	}
	return names
}

// isUsual reports whether a header is spelled as most are: the kind, a space,
// and a name that needs no quotes.
func isUsual(header, kind string) bool {
	name, ok := strings.CutPrefix(header, kind)
	if !ok || len(name) < 2 || name[0] != ' ' {
		return false
	}
	for i := 1; i < len(name); i++ { // of all headers, several times: ContainsAny takes three times as long
		switch name[i] {
		case ' ', '\t', '\r', '\n', '"', '\'', '\\':
			return false
		}
	}
	return true
}
