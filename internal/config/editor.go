package config

import (
	"fmt"
	"strings"
)

// editor changes the lines of one section. Lines are replaced by longer or
// empty strings, never moved, so that line numbers hold until the end.
type editor struct {
	doc     *document
	lines   []string // with their line endings
	section *section // nil if the profile is not there
}

func newEditorOf(doc *document) *editor { return &editor{doc: doc, lines: splitLines(doc.text)} }

// newEditor returns an editor of the profile's section, however its header is spelled.
func newEditor(text []byte, profile string) (*editor, error) {
	c, err := Parse("config", text, "credentials", nil)
	if err != nil {
		return nil, err
	}
	e := newEditorOf(c.config)
	if !c.Has(profile) {
		if e.section = e.doc.bare(profile); e.section != nil {
			return e, nil
		}
		return e, e.refuseLookalike(profile)
	}
	view, err := c.view(profile)
	if err != nil {
		return nil, err
	}
	e.section = view.sections[0]
	return e, nil
}

// refuseLookalike refuses to add a profile that other tools than botocore already see
// in a header, such as [ profile a ] or "[profile a] # x]": they would see two.
func (e *editor) refuseLookalike(profile string) error {
	want := "profile " + profile
	if profile == "default" {
		want = profile
	}
	for _, s := range e.doc.sections() {
		name, _, _ := strings.Cut(s.name, "]")
		name, _, _ = strings.Cut(name, "#")
		name, _, _ = strings.Cut(name, ";")
		if strings.Join(strings.Fields(name), " ") == want {
			return &ParseError{Path: e.doc.path, Line: s.line, Problem: fmt.Sprintf(
				"the line looks like [%s], but the AWS CLI reads [%s]: change it to [%s]", want, printable(s.name), want)}
		}
	}
	return nil
}

// checkRemovable refuses an edit that would remove lines which only look like a part
// of a value: an indented [header] below a setting continues the setting for the AWS
// CLI, and begins a profile for the Go SDK.
func (e *editor) checkRemovable(keys []string) error {
	if e.section == nil {
		return nil
	}
	for _, key := range keys {
		o := e.section.option(key)
		if o == nil {
			continue
		}
		for i, text := range o.rest {
			if text[0] == '[' && strings.Contains(text, "]") {
				return &ParseError{Path: e.doc.path, Line: o.more[i], Problem: fmt.Sprintf(
					"the line looks like the beginning of a section, but it is indented and so continues %q on line %d: "+
						"remove the indent, or the whole line", o.name, o.line)}
			}
		}
	}
	return nil
}

// removeOption empties the option's lines and those of its nested block. Comments
// inside the block stay.
func (e *editor) removeOption(key string) {
	o := e.section.option(key)
	if o == nil {
		return
	}
	for _, line := range append([]int{o.line}, o.more...) {
		e.lines[line-1] = ""
	}
}

// setOptions changes the options that exist, and adds the others after the section's
// last line.
func (e *editor) setOptions(settings []Setting) {
	var added []Setting
	for _, s := range settings {
		if o := e.section.option(s.Key); o != nil {
			e.replaceOption(o, s)
		} else {
			added = append(added, s)
		}
	}
	if len(added) == 0 {
		return
	}
	last := &e.lines[e.section.last-1]
	if *last == "" {
		*last = e.renderSettings(added, e.indent()) // the last setting has just been removed
		return
	}
	if !strings.HasSuffix(*last, "\n") {
		*last += e.lineEnding()
	}
	*last += e.renderSettings(added, e.indent())
}

// replaceOption writes a new value and keeps the line's indentation and its spelling of
// the key; a line that has the value stays as it is. A line that lost its indentation
// would be continued by the indented lines below it.
func (e *editor) replaceOption(o *option, s Setting) {
	if !o.colon && len(o.more) == 0 && o.rawValue() == s.Value {
		return
	}
	line := e.lines[o.line-1]
	indent := line[:strings.Index(line, o.text)]
	ending := line[len(strings.TrimRight(line, "\r\n")):]
	key := strings.TrimSpace(o.text[:strings.IndexAny(o.text, "=:")])
	e.lines[o.line-1] = indent + key + " = " + s.Value + ending
	for _, more := range o.more {
		e.lines[more-1] = ""
	}
}

// nameSection makes the header [profile NAME] where it was [NAME], which no AWS tool
// takes for a profile of the config file.
func (e *editor) nameSection(profile string) {
	if e.section.name == profile && profile != "default" {
		line := &e.lines[e.section.line-1]
		*line = strings.Replace(*line, "["+profile, "[profile "+profile, 1)
	}
}

func (e *editor) appendSection(profile string, settings []Setting) {
	ending := e.lineEnding()
	var b strings.Builder
	if n := len(e.lines); n > 0 {
		last := e.lines[n-1]
		if !strings.HasSuffix(last, "\n") {
			b.WriteString(ending)
		}
		if strings.TrimSpace(last) != "" {
			b.WriteString(ending)
		}
	}
	if profile == "default" {
		b.WriteString("[default]" + ending)
	} else {
		b.WriteString("[profile " + profile + "]" + ending)
	}
	b.WriteString(e.renderSettings(settings, ""))
	e.lines = append(e.lines, b.String())
}

// indent returns the indentation of the section's last setting, else that of the next
// header: an indented header below a setting at the margin would continue the setting.
func (e *editor) indent() string {
	line := e.section.line
	if options := e.section.all; len(options) > 0 {
		return strings.Repeat(" ", options[len(options)-1].indent)
	}
	for _, s := range e.doc.sections() {
		if s.line > line {
			return strings.Repeat(" ", s.indent)
		}
	}
	return ""
}

func (e *editor) renderSettings(settings []Setting, indent string) string {
	var b strings.Builder
	for _, s := range settings {
		b.WriteString(indent + s.Key + " = " + s.Value + e.lineEnding())
	}
	return b.String()
}

// lineEnding returns the ending that most lines of the file have.
func (e *editor) lineEnding() string {
	crlf, lf := 0, 0
	for _, line := range e.lines {
		switch {
		case strings.HasSuffix(line, "\r\n"):
			crlf++
		case strings.HasSuffix(line, "\n"):
			lf++
		}
	}
	if crlf > lf {
		return "\r\n"
	}
	return "\n"
}
