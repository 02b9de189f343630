package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/pattern"
)

// Setting is a key and its value, to be written.
type Setting struct{ Key, Value string }

var (
	profileNamePattern = pattern.Of(`^[A-Za-z0-9_./%@-]+$`)
	settingKeyPattern  = pattern.Of(`^[a-z0-9_][a-z0-9_./%@-]*$`)
)

// ValidProfileName reports whether every AWS tool can read the name from a
// section header and take it as an argument (contract.md R16).
func ValidProfileName(name string) bool {
	return profileNamePattern().MatchString(name)
}

// SetProfile returns the text of a config file in which the profile has the settings
// of set and lacks those of remove. A setting that is there keeps its place; new ones
// follow the section's last one, in the given order; a new section goes to the end.
// Every other byte stays: comments, order, line endings, indentation. A second
// SetProfile with the same arguments changes nothing.
//
// A text that cannot be parsed is refused with a [*ParseError], because an edit of a
// file that AWS's tools do not understand could change what it means to them.
func SetProfile(text []byte, profile string, set []Setting, remove []string) ([]byte, error) {
	if !ValidProfileName(profile) {
		return nil, fmt.Errorf("%q is not a name for a profile: use only letters, digits and any of _./%%@-", profile)
	}
	if err := checkSettings(set, remove); err != nil {
		return nil, err
	}
	e, err := newEditor(text, profile)
	if err != nil {
		return nil, err
	}
	if err := e.checkRemovable(append(keysOf(set), remove...)); err != nil {
		return nil, err
	}
	before := e.listOthers(profile, set, remove)
	if e.section == nil {
		e.appendSection(profile, set)
	} else {
		for _, key := range remove {
			e.removeOption(key)
		}
		e.setOptions(set)
		e.nameSection(profile)
	}
	after := e.text()
	if err := verifyEdit(before, after, profile, set, remove); err != nil {
		return nil, err
	}
	return after, nil
}

// RemoveKeys returns the text of a config or credentials file in which one section,
// named as between its brackets, lacks the settings of remove. The header stays.
func RemoveKeys(text []byte, section string, remove []string) ([]byte, error) {
	doc, err := readDocument("the file", string(text))
	if err != nil {
		return nil, err
	}
	e := newEditorOf(doc)
	if e.section = doc.sectionNamed(section); e.section == nil {
		return nil, fmt.Errorf("there is no section %q", section)
	}
	keys := make([]string, len(remove))
	for i, key := range remove {
		keys[i] = strings.ToLower(key)
	}
	if err := e.checkRemovable(keys); err != nil {
		return nil, err
	}
	for _, key := range keys {
		e.removeOption(key)
	}
	return e.text(), nil
}

func keysOf(set []Setting) []string {
	keys := make([]string, len(set))
	for i, s := range set {
		keys[i] = s.Key
	}
	return keys
}

func checkSettings(set []Setting, remove []string) error {
	for _, s := range set {
		if err := checkReadAlike(s); err != nil {
			return err
		}
	}
	keys := keysOf(set)
	for _, key := range append(keys, remove...) {
		if !settingKeyPattern().MatchString(key) {
			return fmt.Errorf("%q is not a name for a setting: use only lower-case letters, digits and any of _./%%@-", key)
		}
	}
	for i, key := range keys {
		if slices.Contains(keys[:i], key) || slices.Contains(remove, key) {
			return fmt.Errorf("one edit cannot change a setting twice: %q", key)
		}
	}
	return nil
}

// checkReadAlike refuses values that AWS's tools would read in different ways. Only
// awsbroker reads settings with its prefix, so they may have more.
func checkReadAlike(s Setting) error {
	v := s.Value
	switch {
	case v == "":
		return fmt.Errorf("an empty value cannot be written for %q", s.Key)
	case !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) || strings.ContainsAny(v, "\u2028\u2029"):
		return fmt.Errorf("a value with control characters cannot be written for %q: %q", s.Key, v)
	case strings.TrimSpace(v) != v:
		return fmt.Errorf("a value that begins or ends with a space cannot be written for %q: %q", s.Key, v)
	case v == `"`, v == "'":
		return fmt.Errorf("the Go SDK crashes on a quotation mark as the value of %q: %q", s.Key, v)
	case strings.HasPrefix(s.Key, prefix):
		return nil
	case v[0] == '#', v[0] == ';', strings.Contains(v, " #"), strings.Contains(v, " ;"):
		return fmt.Errorf("some AWS tools would read a part of the value of %q as a comment: %q", s.Key, v)
	case len(v) > 1 && v[0] == v[len(v)-1] && (v[0] == '"' || v[0] == '\''):
		return fmt.Errorf("some AWS tools would remove the quotes around the value of %q: %q", s.Key, v)
	}
	return nil
}

// verifyEdit reads the edited text and refuses it if anything but the asked settings
// has changed, so that a mistake of the editor does not reach a file.
func verifyEdit(before []string, after []byte, profile string, set []Setting, remove []string) error {
	e, err := newEditor(after, profile)
	if err != nil {
		return fmt.Errorf("the edit would break the file at profile %q: %w", profile, err)
	}
	if !slices.Equal(before, e.listOthers(profile, set, remove)) {
		return fmt.Errorf("the edit would change more than profile %q", profile)
	}
	values, err := e.section.readValues()
	if err != nil {
		return err
	}
	for _, s := range set {
		if o, _, err := e.section.lookup(values, s.Key); err != nil || o.Value != s.Value {
			return fmt.Errorf("the edit of profile %q would not give %q the new value", profile, s.Key)
		}
	}
	for _, key := range remove {
		if e.section.option(key) != nil {
			return fmt.Errorf("the edit of profile %q would not remove %q", profile, key)
		}
	}
	return nil
}

// listOthers lists all sections and settings that the edit leaves alone.
func (e *editor) listOthers(profile string, set []Setting, remove []string) []string {
	edited := append(keysOf(set), remove...)
	var list []string
	for _, s := range e.doc.sections() {
		name, own := s.name, s == e.section
		if own {
			name = "profile " + profile // however the header is spelled
		} else {
			list = append(list, "["+name)
		}
		for _, o := range s.all {
			if !own || !slices.Contains(edited, o.name) {
				list = append(list, name+"\n"+o.text+"\n"+strings.Join(o.rest, "\n"))
			}
		}
	}
	return list
}

func (e *editor) text() []byte {
	var b bytes.Buffer
	for _, line := range e.lines {
		b.WriteString(line)
	}
	return b.Bytes()
}
