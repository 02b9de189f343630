package config

import (
	"fmt"
	"strings"

	"gopkg.in/ini.v1"
)

// iniOptions make ini.v1 read as AWS's tools do. Its defaults give the wrong
// role: [profile acme.prod] inherits from [profile acme], "#" and ";" end a
// value, "\" joins lines and quotes are dropped. Key.Value, never
// Key.String, which expands %(region)s.
var iniOptions = ini.LoadOptions{
	ChildSectionDelimiter:   "\x00",
	KeyValueDelimiters:      "=",
	IgnoreInlineComment:     true,
	IgnoreContinuation:      true,
	PreserveSurroundedQuote: true,
	InsensitiveKeys:         true,
	AllowNestedValues:       true, // s3 = and services blocks
}

// readValues returns the section as ini.v1 reads it, with the settings that awsbroker
// asks for. The lines are those of the file without the space around them. Lines that
// continue a value are indented by one space, since ini.v1 takes any indented line after
// an empty value as nested, and AWS's tools only a deeper one.
func (s *section) readValues() (*ini.Section, error) {
	lines := []string{"[" + s.name + "]"}
	options := s.all
	for i := range options {
		if o := &options[i]; isReadable(o.name) && o.isPlain() {
			lines = append(lines, o.text)
			if o.rawValue() == "" { // a continued value is refused when it is asked for
				for _, text := range o.rest {
					lines = append(lines, " "+text)
				}
			}
		}
	}
	file, err := ini.LoadSources(iniOptions, []byte(strings.Join(lines, "\n")))
	if err != nil {
		return nil, &ParseError{Path: s.path, Line: s.line, Problem: fmt.Sprintf("section [%s] cannot be read: %v", printable(s.name), err)}
	}
	return file.GetSection(s.name)
}

// isPlain reports whether ini.v1 and AWS's tools read the same from the line. They do
// not with quoting that only ini.v1 knows, nor with separators that Python takes as space.
func (o *option) isPlain() bool {
	value := o.rawValue()
	return !o.colon && !strings.HasPrefix(value, "`") && !strings.HasPrefix(value, `"""`) &&
		!strings.ContainsAny(o.text, "\x1c\x1d\x1e\x1f")
}

// lookup returns the setting that the section has under exactly this key. A key
// without a value counts as not set.
func (s *section) lookup(values *ini.Section, key string) (Origin, bool, error) {
	o := s.option(key)
	if o == nil {
		return Origin{}, false, nil
	}
	origin := s.origin(o)
	if o.colon {
		return origin, false, &ParseError{Path: s.path, Line: o.line, Problem: fmt.Sprintf(
			"%s is set with a colon, which only some AWS tools understand: write %q", key, key+" = …")}
	}
	if len(o.more) > 0 {
		return origin, false, &ParseError{Path: s.path, Line: o.more[0], Problem: fmt.Sprintf(
			"the line is indented and so continues the value of %s on line %d: remove the indent", key, o.line)}
	}
	if origin.Value = o.rawValue(); values.HasKey(key) {
		origin.Value = values.Key(key).Value()
	}
	return origin, origin.Value != "", nil
}

func (s *section) origin(o *option) Origin {
	return Origin{File: s.path, Line: o.line, Section: s.name, Key: o.name}
}

// nested returns the value under a block, as endpoint_url in
//
//	sts =
//	  endpoint_url = https://…
func (s *section) nested(values *ini.Section, key, name string) (Origin, bool, error) {
	o := s.option(key)
	if o == nil {
		return Origin{}, false, nil
	}
	if o.colon || o.rawValue() != "" {
		return Origin{}, false, &ParseError{Path: s.path, Line: o.line, Problem: fmt.Sprintf(
			"%s must have only \"=\" behind it, and its settings indented below it", key)}
	}
	origin, found := Origin{}, false
	for i, line := range values.Key(key).NestedValues() {
		k, v, _ := strings.Cut(line, "=")
		if k = trim(k); !strings.EqualFold(k, name) {
			continue
		}
		if k != name {
			return Origin{}, false, &ParseError{Path: s.path, Line: o.more[i], Problem: fmt.Sprintf(
				"%q in a block must be in lower case, because the AWS CLI ignores it otherwise", name)}
		}
		origin = Origin{File: s.path, Line: o.more[i], Section: s.name, Key: name, Value: trim(v)}
		found = origin.Value != ""
	}
	return origin, found, nil
}
