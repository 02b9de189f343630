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

// newEditor finds the profile's section, whichever way its header is
// spelled.
func newEditor(text []byte, profile string) (*editor, error) {
	c, err := Parse("config", text, "credentials", nil)
	if err != nil {
		return nil, err
	}
	e := newEditorOf(c.config)
	if !c.Has(profile) {
		return e, e.lookalike(profile)
	}
	view, err := c.view(profile)
	if err != nil {
		return nil, err
	}
	e.section = view.sections[0]
	return e, nil
}

// lookalike refuses to add a profile where a header means it to other tools
// than botocore, as [ profile a ] and "[profile a] # x]" do: for those it
// would be there twice.
func (e *editor) lookalike(profile string) error {
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
				"the line looks like [%s], but the AWS CLI reads [%s]: make it [%s]", want, printable(s.name), want)}
		}
	}
	return nil
}

// removable refuses an edit that would take lines with it that only look
// like a part of the old value: for the AWS CLI an indented [header] below a
// setting continues it, for the Go SDK it begins a profile.
func (e *editor) removable(keys []string) error {
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
					"the line is indented and so continues %q on line %d, though it looks like the beginning of a section: "+
						"begin it at the margin, or remove it", o.name, o.line)}
			}
		}
	}
	return nil
}

// remove empties the option's lines, those of its nested block included.
// Comments inside the block stay.
func (e *editor) remove(key string) {
	o := e.section.option(key)
	if o == nil {
		return
	}
	for _, line := range append([]int{o.line}, o.more...) {
		e.lines[line-1] = ""
	}
}

// set changes the options that exist and adds the others behind the
// section's last line.
func (e *editor) set(settings []Setting) {
	var added []Setting
	for _, s := range settings {
		if o := e.section.option(s.Key); o != nil {
			e.replace(o, s)
		} else {
			added = append(added, s)
		}
	}
	if len(added) == 0 {
		return
	}
	last := &e.lines[e.section.last-1]
	if *last == "" {
		*last = e.render(added, e.indent()) // the last setting has just been removed
		return
	}
	if !strings.HasSuffix(*last, "\n") {
		*last += e.lineEnding()
	}
	*last += e.render(added, e.indent())
}

// replace keeps the line's indentation and its spelling of the key, and the
// line as a whole if the value is there already. Losing the indentation
// would make the lines below, if they have it too, continue this one.
func (e *editor) replace(o *option, s Setting) {
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
	b.WriteString(e.render(settings, ""))
	e.lines = append(e.lines, b.String())
}

// indent is that of the section's last setting, else of the next header: an
// indented header below a setting at the margin would continue it.
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

func (e *editor) render(settings []Setting, indent string) string {
	var b strings.Builder
	for _, s := range settings {
		b.WriteString(indent + s.Key + " = " + s.Value + e.lineEnding())
	}
	return b.String()
}

// lineEnding is what most lines of the file end with.
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
