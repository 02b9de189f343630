package say

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Screen is where people read: a terminal, whose lines are broken between words, or a
// file or a pipe, whose readers (grep, a script) get each line whole.
type Screen struct {
	out   io.Writer
	color *Color
}

// NewScreen returns a screen on out. color may be set until something is written.
func NewScreen(out io.Writer, color *Color) *Screen { return &Screen{out, color} }

// widest is the number of columns up to which lines of text are read with ease.
const widest = 100

// Write writes whole lines, which are broken where the terminal would break them
// inside of words.
func (s *Screen) Write(text []byte) (int, error) {
	_, err := io.WriteString(s.out, s.Fit(string(text)))
	return len(text), err
}

// Cut cuts a line that is written over again to what the terminal shows in one.
func (s *Screen) Cut(line string) string {
	if width := s.Width(); width > 1 {
		return cut(line, width-1)
	}
	return line
}

// Fit is [Fit] to the width of the screen.
func (s *Screen) Fit(text string) string { return Fit(text, min(s.Width(), widest)) }

// Table is [Table] for the width of the screen.
func (s *Screen) Table(columns []Column, rows [][]string) string {
	return Table(columns, rows, s.Width())
}

// Wrap is [Wrap] to the width of the screen, with a line break at the end.
func (s *Screen) Wrap(first, next, text string) string {
	return Wrap(text, first, next, min(s.Width(), widest)) + "\n"
}

// WriteString implements [io.StringWriter].
func (s *Screen) WriteString(text string) (int, error) { return s.Write([]byte(text)) }

// Raw is the screen without anybody who breaks lines.
func (s *Screen) Raw() io.Writer { return s.out }

// IsTerminal reports whether the screen is a terminal.
func (s *Screen) IsTerminal() bool {
	f, ok := s.out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Width returns the number of columns of the terminal; 0 where there is none.
func (s *Screen) Width() int {
	f, ok := s.out.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// Paint returns text in the colour of a tone, where the screen has colours.
func (s *Screen) Paint(tone Tone, text string) string {
	if tone == Plain || text == "" || !s.hasColor() {
		return text
	}
	return fmt.Sprintf("\x1b[%sm%s\x1b[0m", tone, text)
}

// hasColor reports whether text is coloured: as --color says, else on a terminal that
// shows colours and whose owner has not refused them (https://no-color.org).
func (s *Screen) hasColor() bool {
	switch *s.color {
	case ColorAlways:
		return true
	case ColorNever:
		return false
	}
	return s.IsTerminal() && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
