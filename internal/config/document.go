package config

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// document is a file cut into sections. It knows lines, not values: those are
// read by values.go, and only of sections that somebody asks for. A file of
// 5,000 profiles costs one quick pass, and little memory, which is most of what
// a short-lived process pays for.
type document struct {
	path  string
	text  string
	spans []span  // in the order of the file
	table []int32 // places in spans, from 1, by the hash of the name; 0 is free

	mu     sync.Mutex
	opened map[int]*section // by their place in spans
}

// span is where a section is in the text.
type span struct {
	from, to int32 // bytes, from the bracket of the header on; to is 0 where scanner has read it
	nameEnd  int32 // bytes, at the bracket behind the name
	line     int32 // of the header, from 1
}

// section is a header and what follows it.
type section struct {
	path   string
	name   string // as between the brackets
	line   int    // of the header, from 1
	indent int    // of the header
	last   int    // last line that is neither blank nor a comment
	all    []option
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
// are, is only noted: scanner will take it when somebody asks. What else there
// may be is read by scanner at once, and refused if it has to be.
func readDocument(path, text string) (*document, error) {
	d := &document{path: path, text: text}
	if hasByteOrderMark(text) {
		return nil, d.fail(1, "the file begins with a byte order mark, which the AWS CLI refuses: save it as UTF-8 without this mark")
	}
	headers := min(strings.Count(text, "["), len(text)/4) // or fewer; to count those at the margin takes ten times as long
	d.spans = make([]span, 0, headers)
	d.growTable(headers)
	sane := isSane(text)
	for at, number := 0, 1; at < len(text); {
		c := cutChunk(text[at:])
		if !sane || !c.plain {
			if err := d.scan(at, at+c.size, number); err != nil {
				return nil, err
			}
		} else if c.name > 0 {
			if err := d.addSpan(span{from: int32(at), to: int32(at + c.size), nameEnd: int32(at + c.name), line: int32(number)}); err != nil {
				return nil, err
			}
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
func (d *document) scan(from, to, number int) error {
	s, text := scanner{path: d.path}, d.text[from:to]
	s.begin = func(number int, name string) (*section, error) {
		from += strings.Index(d.text[from:to], name) // behind the one before
		at := int32(from)
		from += len(name)
		err := d.addSpan(span{from: at - 1, nameEnd: at + int32(len(name)), line: int32(number)})
		if err != nil {
			return nil, err
		}
		return d.keepSection(len(d.spans)-1, &section{path: d.path, name: name, line: number, last: number}), nil
	}
	return s.scan(number, text)
}

// addSpan adds a section to spans, or refuses one that AWS's tools would refuse: a
// second one of the same name, and [DEFAULT].
func (d *document) addSpan(s span) error {
	name := d.text[s.from+1 : s.nameEnd]
	slot := d.slot(name)
	if i := d.table[slot] - 1; i >= 0 {
		return d.fail(int(s.line), "section [%s] is already on line %d: merge the two sections, "+
			"because the AWS CLI refuses the file", printable(name), d.spans[i].line)
	}
	if name == "DEFAULT" {
		// Python's configparser hands its settings to every section.
		return d.fail(int(s.line), "the AWS CLI uses section [DEFAULT] for every profile, and other AWS tools ignore it: write [default]")
	}
	d.spans = append(d.spans, s)
	if d.table[slot] = int32(len(d.spans)); tableSize(len(d.spans)) > len(d.table) {
		d.growTable(2 * len(d.spans))
	}
	return nil
}

func (d *document) fail(line int, format string, args ...any) error {
	return &ParseError{Path: d.path, Line: line, Problem: fmt.Sprintf(format, args...)}
}

// name returns the name of a section as between its brackets; i is its place in spans.
func (d *document) name(i int) string { return d.text[d.spans[i].from+1 : d.spans[i].nameEnd] }

// section returns the section at a place in spans, with its settings.
func (d *document) section(i int) *section {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.opened[i]; s != nil {
		return s
	}
	s := &section{path: d.path, name: d.name(i), line: int(d.spans[i].line), last: int(d.spans[i].line)}
	scan := scanner{path: d.path, begin: func(int, string) (*section, error) { return s, nil }}
	if err := scan.scan(s.line, d.text[d.spans[i].from:d.spans[i].to]); err != nil {
		panic("config: a plain section was refused: " + err.Error()) // cut is wrong
	}
	return d.keepSection(i, s)
}

func (d *document) keepSection(i int, s *section) *section {
	if d.opened == nil {
		d.opened = map[int]*section{}
	}
	d.opened[i] = s
	return s
}

// sections returns all sections in the order of the file.
func (d *document) sections() []*section {
	all := make([]*section, len(d.spans))
	for i := range all {
		all[i] = d.section(i)
	}
	return all
}

// sectionNamed returns a section by its name between the brackets, nil if there is none.
func (d *document) sectionNamed(name string) *section {
	if i, ok := d.findSpan(name); ok {
		return d.section(i)
	}
	return nil
}

// option returns a setting by its name in lower case, nil if there is none.
func (s *section) option(name string) *option {
	if len(s.all) > 16 && s.places == nil {
		places := make(map[string]int, len(s.all))
		for i := range s.all {
			places[s.all[i].name] = i
		}
		s.places = places
	}
	if s.places != nil {
		if i, ok := s.places[name]; ok {
			return &s.all[i]
		}
		return nil
	}
	for i := range s.all {
		if s.all[i].name == name {
			return &s.all[i]
		}
	}
	return nil
}

// rawValue returns what stands after the delimiter on the option's own line.
func (o *option) rawValue() string {
	return trim(o.text[strings.IndexAny(o.text, "=:")+1:])
}

// splitLines cuts text after each "\n", which stays at the end of its line.
func splitLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
