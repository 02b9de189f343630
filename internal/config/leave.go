package config

import (
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Own returns the settings of a profile that are of no use without awsbroker: the
// credential_process that runs awsbroker, and what begins with awsbroker_. The order is
// that of the files.
func (c *Config) Own(profile string) (names []string) {
	e := c.entry(profile)
	if e == nil {
		return nil
	}
	for _, s := range e.sections() {
		for _, name := range s.own() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func (s *section) own() (names []string) {
	for i := range s.all {
		o := &s.all[i]
		if strings.HasPrefix(o.name, prefix) || o.name == "credential_process" && runsUs(o.rawValue()) {
			names = append(names, o.name)
		}
	}
	return names
}

// RemoveOwn returns the text of a credentials file in which a section lacks what
// [Config.Own] finds there.
func RemoveOwn(path string, text []byte, section string) ([]byte, error) {
	doc, err := readDocument(path, string(text))
	if err != nil {
		return nil, err
	}
	s := doc.sectionNamed(section)
	if s == nil || len(s.own()) == 0 {
		return text, nil
	}
	return RemoveKeys(text, section, s.own())
}

// handedOver are the settings that mean to AWS's tools, without the prefix awsbroker_,
// what they mean here.
var handedOver = []string{"role_arn", "external_id", "role_session_name", "duration_seconds", "mfa_serial", "source_profile"}

// HandOver returns the settings with which AWS's own tools use a profile as awsbroker
// did, once the profile source has the access key in clear. A profile without a role
// needs no settings: it has to have the key itself.
func (c *Config) HandOver(p *Profile, source string) (set []Setting) {
	if p.RoleARN == "" {
		return nil
	}
	for _, name := range handedOver {
		if o, ok := p.Origin(name); ok && o.Key == prefix+name {
			set = append(set, Setting{name, o.Value})
		}
	}
	if !p.Chained() {
		set = slices.DeleteFunc(set, func(s Setting) bool { return s.Key == "source_profile" })
		set = append(set, Setting{"source_profile", source})
	}
	return set
}

// LeaveProfile returns the text of a config file in which a profile lacks the settings
// of remove. A profile without anything else than a region and an output format, in
// which AWS's tools find no credentials, goes as a whole; [default] stays with these,
// which count for credentials from the environment, too.
func LeaveProfile(text []byte, profile string, remove []string) ([]byte, error) {
	if Section(text, profile) == nil {
		return text, nil // it is in the credentials file alone
	}
	after, err := SetProfile(text, profile, nil, remove)
	if err != nil {
		return nil, err
	}
	e, err := newEditor(after, profile)
	if err != nil || e.section == nil {
		return after, err
	}
	for _, line := range e.lines[e.section.line:e.section.last] {
		name, _, setting := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); name != "" && !(setting && profile != "default" && (name == "region" || name == "output")) {
			return after, nil // a comment, or a setting of somebody's
		}
	}
	return SwapSection(after, profile, nil)
}

// AddClearKey returns the text of a credentials file in which a section has an access
// key in clear.
func AddClearKey(path string, text []byte, section string, key credential.Credentials) ([]byte, error) {
	doc, err := readDocument(path, string(text))
	if err != nil {
		return nil, err
	}
	e := newEditorOf(doc)
	lines := []Setting{{clearKeySettings[0], key.AccessKeyID}, {clearKeySettings[1], key.SecretAccessKey.Reveal()}}
	if e.section = doc.sectionNamed(section); e.section != nil {
		e.setOptions(lines)
		return e.text(), nil
	}
	e.appendSection(section, lines)
	last := &e.lines[len(e.lines)-1]
	*last = strings.Replace(*last, "[profile ", "[", 1) // as the credentials file has it
	return e.text(), nil
}
