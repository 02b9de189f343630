package config

import "strings"

// chunk is a piece of a file: from a header at the margin, or from the
// beginning of the file, to the next such header.
type chunk struct {
	name  string // of the section; empty in what comes before the first header
	size  int    // in bytes
	lines int
	last  int  // last line that is neither blank nor a comment
	plain bool // scanner would take every line, and none is indented
}

// maxPlain is how many settings of a section are compared with each other;
// scanner looks them up in a map.
const maxPlain = 32

// cut measures the chunk that text begins with. number is that of its first
// line. No more is called plain than what is surely so: a header, blank lines,
// comments, and at the margin settings of different names in lower case, each
// with an equals sign.
func cut(text string, number int) chunk {
	c := chunk{plain: true, last: number}
	var names [maxPlain]string
	count := 0
	for c.size < len(text) {
		rest := text[c.size:]
		end := strings.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest) - 1
		}
		line := rest[:end+1]
		if line[0] == '[' {
			if name, ok := headerName(line); !ok {
				c.plain = false
			} else if c.lines > 0 {
				return c
			} else {
				c.name = name
			}
		} else if !isSkipped(line) {
			name := plainName(line)
			c.last = number + c.lines
			c.plain = c.plain && c.name != "" && name != "" && count < maxPlain && !has(names[:count], name)
			if c.plain {
				names[count] = name
				count++
			}
		}
		c.size += len(line)
		c.lines++
	}
	return c
}

func has(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// headerName takes "profile admin" from "[profile admin]\n".
func headerName(line string) (string, bool) {
	end := strings.LastIndexByte(line, ']')
	if end <= 1 {
		return "", false
	}
	return line[1:end], true
}

// isSkipped reports whether a line is a comment or has nothing in it.
func isSkipped(line string) bool {
	return line[0] == '#' || line[0] == ';' || line == "\n" || line == "\r\n"
}

// plainName returns the name of a setting that begins at the margin, has a
// plain name in lower case and an equals sign; empty for all other lines.
func plainName(line string) string {
	end := 0
	for end < len(line) && isPlain[line[end]] {
		end++
	}
	i := end
	for i < len(line) && line[i] == ' ' {
		i++
	}
	if i == len(line) || line[i] != '=' {
		return ""
	}
	return line[:end]
}

// isPlain tells the bytes of names that need no further thought.
var isPlain = [256]bool{
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true,
	'j': true, 'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true,
	's': true, 't': true, 'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'_': true, '-': true, '.': true,
}
