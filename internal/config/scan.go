package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// document is a file cut into sections and options. It knows lines, not
// values: those are read by values.go, section by section, so that a file of
// 5,000 profiles costs one pass and no more.
type document struct {
	path     string
	lines    []string // with their line endings
	sections []*section
}

type section struct {
	path    string
	name    string // as between the brackets
	line    int    // of the header, from 1
	indent  int    // of the header
	last    int    // last line that is neither blank nor a comment
	options []option
}

type option struct {
	name   string // lower case
	line   int    // from 1
	indent int
	text   string   // the line without the space around it
	colon  bool     // the first delimiter is a colon
	more   []int    // lines that continue the value
	rest   []string // their texts
}

// scan divides a file as Python's configparser does for botocore, with the
// same idea of what is a header, an option and a continuation
// (https://docs.python.org/3/library/configparser.html#supported-ini-file-structure),
// and refuses what it refuses.
func scan(path, text string) (*document, error) {
	s := scanner{
		doc:      &document{path: path, lines: splitLines(text)},
		sections: make(map[string]int),
		options:  make(map[string]int),
	}
	if hasByteOrderMark(text) {
		return nil, s.fail(1, "the file begins with a byte order mark, which the AWS CLI refuses: save it as plain UTF-8")
	}
	for i, line := range s.doc.lines {
		if err := s.next(i+1, line); err != nil {
			return nil, err
		}
	}
	return s.doc, s.endOption()
}

func hasByteOrderMark(text string) bool {
	return strings.HasPrefix(text, utf8Mark) || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
}

// splitLines cuts after each "\n" and keeps it.
func splitLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

type scanner struct {
	doc      *document
	sections map[string]int // name to line
	options  map[string]int // of the current section: name to line
	current  *section
	inOption bool // a deeper line would continue the last option
	indent   int  // of the last header or option
}

func (s *scanner) fail(line int, format string, args ...any) error {
	return &ParseError{Path: s.doc.path, Line: line, Problem: fmt.Sprintf(format, args...)}
}

func (s *scanner) next(number int, line string) error {
	if crlf, ok := strings.CutSuffix(line, "\r\n"); ok {
		line = crlf
	}
	line = strings.TrimSuffix(line, "\n")
	if strings.ContainsRune(line, '\r') {
		// Python takes it for a line break, Go does not.
		return s.fail(number, "there is a carriage return without a line feed")
	}
	if !utf8.ValidString(line) && localEncodingIsUTF8 {
		return s.fail(number, "the line is not UTF-8: the AWS CLI refuses the file")
	}
	text := trim(line)
	if text == "" || text[0] == '#' || text[0] == ';' {
		return nil
	}
	indent := utf8.RuneCountInString(line[:strings.Index(line, text)])
	if s.inOption && indent > s.indent {
		o := &s.current.options[len(s.current.options)-1]
		o.more = append(o.more, number)
		o.rest = append(o.rest, text)
		s.current.last = number
		return nil
	}
	if err := s.endOption(); err != nil {
		return err
	}
	s.indent = indent
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 1 {
		return s.header(number, text[1:end])
	}
	return s.option(number, text)
}

func (s *scanner) header(number int, name string) error {
	if first, ok := s.sections[name]; ok {
		return s.fail(number, "section [%s] is here a second time, the first is on line %d: make them one, "+
			"because the AWS CLI refuses the file", printable(name), first)
	}
	if name == "DEFAULT" {
		// Python's configparser hands its settings to every section.
		return s.fail(number, "section [DEFAULT] in capitals counts for every profile in the AWS CLI and for none elsewhere: write [default]")
	}
	s.sections[name] = number
	clear(s.options)
	s.current = &section{path: s.doc.path, name: name, line: number, last: number, indent: s.indent}
	s.doc.sections = append(s.doc.sections, s.current)
	s.inOption = false
	return nil
}

func (s *scanner) option(number int, text string) error {
	if s.current == nil {
		return s.fail(number, "the line comes before the first [section]: the AWS CLI refuses the file")
	}
	end := strings.IndexAny(text, "=:")
	if end < 0 {
		// The line may be the second half of a secret: it is not repeated.
		return s.fail(number, "the line is no setting, because it has no \"=\": the AWS CLI refuses the file")
	}
	name := lower(trim(text[:end]))
	if name == "" {
		return s.fail(number, "the line has nothing before the %q", text[end:end+1])
	}
	if first, ok := s.options[name]; ok {
		return s.fail(number, "%q is set a second time in section [%s], the first is on line %d: keep one, "+
			"because the AWS CLI refuses the file", name, printable(s.current.name), first)
	}
	s.options[name] = number
	s.current.options = append(s.current.options, option{
		name: name, line: number, indent: s.indent, text: text, colon: text[end] == ':',
	})
	s.current.last = number
	s.inOption = true
	return nil
}

// endOption checks the block under an option without a value of its own:
// botocore wants "name = value" in every line of it.
func (s *scanner) endOption() error {
	if !s.inOption {
		return nil
	}
	o := s.current.options[len(s.current.options)-1]
	if len(o.rest) == 0 || o.rawValue() != "" {
		return nil
	}
	for i, text := range o.rest {
		for _, part := range strings.FieldsFunc(text, isLineBreak) {
			if trim(part) != "" && !strings.Contains(part, "=") {
				return s.fail(o.more[i], "the line belongs to the block under %q and has no \"=\": the AWS CLI refuses the file", o.name)
			}
		}
	}
	return nil
}

// trim removes what Python's str.strip does, which is more than Go's idea of
// space.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r >= '\x1c' && r <= '\x1f'
	})
}

// isLineBreak tells what else ends a line in botocore's reading of a block
// (https://docs.python.org/3/library/stdtypes.html#str.splitlines).
func isLineBreak(r rune) bool {
	return r == '\v' || r == '\f' || r >= '\x1c' && r <= '\x1e' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// lower is Python's str.lower, for which "İ" is no "i".
func lower(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "İ", "i\u0307"))
}

// rawValue is what stands after the delimiter on the option's own line.
func (o *option) rawValue() string {
	return trim(o.text[strings.IndexAny(o.text, "=:")+1:])
}

func (s *section) option(name string) *option {
	for i := range s.options {
		if s.options[i].name == name {
			return &s.options[i]
		}
	}
	return nil
}
