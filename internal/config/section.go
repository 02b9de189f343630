package config

import "strings"

// Section returns the lines of a profile in the text of a config file, from
// its header to its last setting; nil if the profile or the text cannot be
// read.
func Section(text []byte, profile string) []byte {
	e, err := newEditor(text, profile)
	if err != nil || e.section == nil {
		return nil
	}
	return []byte(strings.Join(e.lines[e.section.line-1:e.section.last], ""))
}

// SwapSection returns the text of a config file in which lines, from a header to a last
// setting, replace those of a profile's section. If lines is empty, the section is
// removed together with one empty line before it, which [SetProfile] put there. Every
// other byte stays, comments after the last setting included.
func SwapSection(text []byte, profile string, lines []byte) ([]byte, error) {
	e, err := newEditor(text, profile)
	if err != nil {
		return nil, err
	}
	if e.section == nil {
		return text, nil
	}
	before := e.listOthers(profile, nil, nil)
	first, last := e.section.line-1, e.section.last
	if len(lines) == 0 && first > 0 && strings.Trim(e.lines[first-1], "\r\n") == "" {
		first--
	}
	out := strings.Join(e.lines[:first], "") + string(lines) + strings.Join(e.lines[last:], "")
	after, err := newEditor([]byte(out), profile)
	if err != nil {
		return nil, err
	}
	if !sameOthers(before, after.listOthers(profile, nil, nil), profile) {
		return nil, &ParseError{Path: e.doc.path, Line: e.section.line, Problem: "removing the profile would change more than the profile"}
	}
	return []byte(out), nil
}

// sameOthers compares two lists of [editor.listOthers] without the profile's own lines.
func sameOthers(a, b []string, profile string) bool {
	var kept [2]string
	for i, list := range [][]string{a, b} {
		for _, line := range list {
			section, _, _ := strings.Cut(line, "\n")
			if name, ok := profileName(section); ok && name == profile {
				continue
			}
			kept[i] += line + "\x00"
		}
	}
	return kept[0] == kept[1]
}
