package config

import (
	"slices"
	"strings"
)

// chunk is a piece of a file: from a header at the margin, or from the
// beginning of the file, to the next such header.
type chunk struct {
	name  int // end of the section's name, which begins at 1; 0 in what comes before the first header
	size  int // in bytes
	lines int
	plain bool // scanner would take every line, and none is indented
}

// maxPlain is how many settings of a section are compared with each other;
// scanner looks them up in a map.
const maxPlain = 32

// cutChunk measures the chunk that text begins with. A chunk is called plain only if
// scanner is sure to take it: a header, blank lines, comments, and settings at the
// margin with different names in lower case and an equals sign each.
func cutChunk(text string) chunk {
	c := chunk{plain: true}
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
			end := strings.LastIndexByte(line, ']')
			switch {
			case end <= 1:
				c.plain = false // it is no header
			case c.lines > 0:
				return c
			default:
				c.name = end
			}
		} else if !isSkipped(line) {
			name := plainName(line)
			c.plain = c.plain && c.name > 0 && name != "" && count < maxPlain && !slices.Contains(names[:count], name)
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
