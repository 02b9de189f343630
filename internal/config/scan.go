package config

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner divides lines into sections and options as Python's configparser does
// for botocore, with the same idea of what is a header, an option and a
// continuation
// (https://docs.python.org/3/library/configparser.html#supported-ini-file-structure),
// and refuses what it refuses.
type scanner struct {
	path     string
	begin    func(number int, name string) (*section, error) // a header was met
	options  map[string]int                                  // of the current section: name to line
	current  *section
	inOption bool // a deeper line would continue the last option
	indent   int  // of the last header or option
}

func (s *scanner) fail(line int, format string, args ...any) error {
	return &ParseError{Path: s.path, Line: line, Problem: fmt.Sprintf(format, args...)}
}

// failBehindBlock is fail for a line that may end a block: what is wrong with the block is
// in an earlier line, and the first thing wrong in a file is the one to tell.
func (s *scanner) failBehindBlock(line int, problem string) error {
	return cmp.Or(s.checkBlock(), s.fail(line, "%s", problem))
}

// scan reads the lines of text; number is that of the first.
func (s *scanner) scan(number int, text string) error {
	for text != "" {
		line := text
		if end := strings.IndexByte(text, '\n'); end >= 0 {
			line = text[:end+1]
		}
		text = text[len(line):]
		if err := s.takeLine(number, line); err != nil {
			return err
		}
		number++
	}
	return s.checkBlock()
}

func (s *scanner) takeLine(number int, line string) error {
	if crlf, ok := strings.CutSuffix(line, "\r\n"); ok {
		line = crlf
	}
	line = strings.TrimSuffix(line, "\n")
	if strings.ContainsRune(line, '\r') {
		// Python takes it for a line break, Go does not.
		return s.failBehindBlock(number, "there is a carriage return without a line feed")
	}
	if !utf8.ValidString(line) && localEncodingIsUTF8 {
		return s.failBehindBlock(number, "the line is not UTF-8: the AWS CLI refuses the file")
	}
	text := trim(line)
	if text == "" || text[0] == '#' || text[0] == ';' {
		return nil
	}
	indent := utf8.RuneCountInString(line[:strings.Index(line, text)])
	if s.inOption && indent > s.indent {
		o := &s.current.all[len(s.current.all)-1]
		o.more = append(o.more, number)
		o.rest = append(o.rest, text)
		s.current.last = number
		return nil
	}
	if err := s.checkBlock(); err != nil {
		return err
	}
	s.indent = indent
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 1 {
		return s.takeHeader(number, text[1:end])
	}
	return s.takeOption(number, text)
}

func (s *scanner) takeHeader(number int, name string) error {
	var err error
	if s.current, err = s.begin(number, name); err != nil {
		return err
	}
	s.current.indent = s.indent
	s.options = map[string]int{}
	s.inOption = false
	return nil
}

func (s *scanner) takeOption(number int, text string) error {
	if s.current == nil {
		return s.fail(number, "the line comes before the first [section]: the AWS CLI refuses the file")
	}
	end := strings.IndexAny(text, "=:")
	if end < 0 {
		// The line may be the second half of a secret: it is not repeated.
		return s.fail(number, "the line is not a setting, because it has no \"=\": the AWS CLI refuses the file")
	}
	name := lowerName(trim(text[:end]))
	if name == "" {
		return s.fail(number, "the line has nothing before the %q", text[end:end+1])
	}
	if first, ok := s.options[name]; ok {
		return s.fail(number, "%q in section [%s] is already set on line %d: keep one, "+
			"because the AWS CLI refuses the file", name, printable(s.current.name), first)
	}
	s.options[name] = number
	s.current.all = append(s.current.all, option{
		name: name, line: number, indent: s.indent, text: text, colon: text[end] == ':',
	})
	s.current.last = number
	s.inOption = true
	return nil
}

// checkBlock checks the block under an option without a value of its own: botocore
// wants "name = value" in every line of it.
func (s *scanner) checkBlock() error {
	if !s.inOption {
		return nil
	}
	o := s.current.all[len(s.current.all)-1]
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

// trim removes the space around text that Python's str.strip removes, which is more
// than Go's idea of space.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r >= '\x1c' && r <= '\x1f'
	})
}

// isLineBreak reports whether a character also ends a line in botocore's reading of a
// block (https://docs.python.org/3/library/stdtypes.html#str.splitlines).
func isLineBreak(r rune) bool {
	return r == '\v' || r == '\f' || r >= '\x1c' && r <= '\x1e' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// lowerName returns a name as Python's str.lower does, for which "İ" is no "i".
func lowerName(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "İ", "i\u0307"))
}
