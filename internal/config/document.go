package config

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// document is a file cut into sections. It knows lines, not values: those are
// read by values.go, and only of sections that somebody asks for, so that a
// file of 5,000 profiles costs one quick pass.
type document struct {
	path     string
	text     string
	sections []*section     // in the order of the file
	byName   map[string]int // name to its place in sections
}

// section is a header and what follows it.
type section struct {
	path   string
	name   string // as between the brackets
	line   int    // of the header, from 1
	indent int    // of the header
	last   int    // last line that is neither blank nor a comment

	text   string // plain lines from the header on, which are read when asked for
	once   sync.Once
	parsed []option
	places map[string]int // of options, by name; nil in a short section
}

// option is a setting and the lines that continue its value.
type option struct {
	name   string // lower case
	line   int    // from 1
	indent int
	text   string   // the line without the space around it
	colon  bool     // the first delimiter is a colon
	more   []int    // lines that continue the value
	rest   []string // their texts
}

// readDocument divides a file into its sections. The error is a *ParseError.
//
// A header at the margin always begins a section, whatever is before it, so
// the file is cut there. A section whose every line is plain, as nearly all
// are, has been checked by then as scanner would; what else there may be is
// left to scanner at once.
func readDocument(path, text string) (*document, error) {
	d := &document{path: path, text: text}
	if hasByteOrderMark(text) {
		return nil, &ParseError{Path: path, Line: 1, Problem: "the file begins with a byte order mark, which the AWS CLI refuses: save it as plain UTF-8"}
	}
	headers := strings.Count(text, "\n[") + 1
	d.sections = make([]*section, 0, headers)
	d.byName = make(map[string]int, headers)
	sane := isSane(text)
	slab := make([]section, 0, headers)
	for at, number := 0, 1; at < len(text); {
		c := cut(text[at:], number)
		if !sane || !c.plain {
			if err := d.scan(text[at:at+c.size], number); err != nil {
				return nil, err
			}
		} else if c.name != "" {
			s, err := d.begin(&slab, number, c.name)
			if err != nil {
				return nil, err
			}
			s.last, s.text = c.last, text[at:at+c.size]
		}
		at, number = at+c.size, number+c.lines
	}
	return d, nil
}

func hasByteOrderMark(text string) bool {
	return strings.HasPrefix(text, utf8Mark) || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
}

// isSane reports whether no line has to be looked at for its encoding, or for
// carriage returns other than at its end.
func isSane(text string) bool {
	if strings.IndexByte(text, '\r') >= 0 && strings.Count(text, "\r") != strings.Count(text, "\r\n") {
		return false
	}
	return utf8.ValidString(text)
}

// scan reads a piece of the file, which may hold several headers, strictly.
func (d *document) scan(text string, number int) error {
	var slab []section
	s := scanner{path: d.path, begin: func(number int, name string) (*section, error) {
		return d.begin(&slab, number, name)
	}}
	return s.scan(number, text)
}

// begin adds a section, for which there is room in the slab or not.
func (d *document) begin(slab *[]section, number int, name string) (*section, error) {
	if first, ok := d.byName[name]; ok {
		return nil, d.fail(number, "section [%s] is here a second time, the first is on line %d: make them one, "+
			"because the AWS CLI refuses the file", printable(name), d.sections[first].line)
	}
	if name == "DEFAULT" {
		// Python's configparser hands its settings to every section.
		return nil, d.fail(number, "section [DEFAULT] in capitals counts for every profile in the AWS CLI and for none elsewhere: write [default]")
	}
	if len(*slab) == cap(*slab) {
		*slab = make([]section, 0, 8) // sections stay where they are
	}
	*slab = (*slab)[:len(*slab)+1]
	s := &(*slab)[len(*slab)-1]
	s.path, s.name, s.line, s.last = d.path, name, number, number
	d.byName[name] = len(d.sections)
	d.sections = append(d.sections, s)
	return s, nil
}

func (d *document) fail(line int, format string, args ...any) error {
	return &ParseError{Path: d.path, Line: line, Problem: fmt.Sprintf(format, args...)}
}

// find returns a section by its name, nil if there is none.
func (d *document) find(name string) *section {
	if i, ok := d.byName[name]; ok {
		return d.sections[i]
	}
	return nil
}

// options returns the settings of the section in their order.
func (s *section) options() []option {
	s.once.Do(func() {
		if s.text != "" {
			last := s.last
			scan := scanner{path: s.path, begin: func(int, string) (*section, error) { return s, nil }}
			if err := scan.scan(s.line, s.text); err != nil {
				panic("config: a plain section was refused: " + err.Error()) // see cut
			}
			s.last = last
		}
		if len(s.parsed) > 16 {
			s.places = make(map[string]int, len(s.parsed))
			for i := range s.parsed {
				s.places[s.parsed[i].name] = i
			}
		}
	})
	return s.parsed
}

// option returns a setting by its name in lower case, nil if there is none.
func (s *section) option(name string) *option {
	options := s.options()
	if s.places != nil {
		if i, ok := s.places[name]; ok {
			return &options[i]
		}
		return nil
	}
	for i := range options {
		if options[i].name == name {
			return &options[i]
		}
	}
	return nil
}

// rawValue is what stands after the delimiter on the option's own line.
func (o *option) rawValue() string {
	return trim(o.text[strings.IndexAny(o.text, "=:")+1:])
}

// splitLines cuts after each "\n" and keeps it.
func splitLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
