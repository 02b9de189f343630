// Package qr draws QR codes: on a terminal, and as a picture in a file.
package qr

import (
	"errors"
	"fmt"
	"strings"

	qr "rsc.io/qr"
	"rsc.io/qr/coding"
)

// The empty border that a reader needs is four modules wide (ISO/IEC 18004).
// Above and below two do in practice, and they make the code of an AWS device
// fit a window of 24 lines with the question under it.
const (
	quiet     = 4
	quietMin  = 2
	maxHeight = 23 // lines
	maxWidth  = 80 // columns
)

// ErrTooLong means that the text makes no code that fits the terminal.
var ErrTooLong = errors.New("too much text for a QR code on a terminal")

// encode text, ASCII as URIs are, in the smallest code there is: correction at
// its lowest, since what draws it is no worn label.
func encode(text string) (*qr.Code, error) {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return nil, fmt.Errorf("byte %d is not ASCII", i)
		}
	}
	parts := split(text)
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		bits := 0
		for _, p := range parts {
			bits += p.Bits(v)
		}
		if bits > v.DataBytes(coding.L)*8 {
			continue
		}
		return best(v, parts)
	}
	return nil, ErrTooLong
}

// worthwhile is the length from which a run of capitals and digits, which a
// seed is, takes less room in an encoding of its own: two headers more cost it
// 40 bits at most, and each character saves two and a half.
const worthwhile = 17

// split text into runs for the alphanumeric encoding, and the rest.
func split(text string) []coding.Encoding {
	var parts []coding.Encoding
	rest := 0 // where what is in no part begins
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && coding.Alpha(text[end:end+1]).Check() == nil {
			end++
		}
		if end-i >= worthwhile {
			if rest < i {
				parts = append(parts, coding.String(text[rest:i]))
			}
			parts = append(parts, coding.Alpha(text[i:end]))
			rest = end
		}
		i = max(end, i+1)
	}
	if rest < len(text) {
		parts = append(parts, coding.String(text[rest:]))
	}
	return parts
}

// Black on white, whatever the colours of the terminal: first in those that
// every terminal has, then in those that themes leave alone.
const (
	blackOnWhite = "\x1b[30;47m\x1b[38;5;16;48;5;231m"
	asBefore     = "\x1b[0m"
)

// Text draws text as a QR code for a terminal: two modules to a character, in
// lines of at most 80 columns with escape sequences for the colours. See
// Drawable for where it can be shown.
func Text(text string) (string, error) {
	c, err := encode(text)
	if err != nil {
		return "", err
	}
	if c.Size+2*quiet > maxWidth {
		return "", ErrTooLong
	}
	border := quiet
	if (c.Size+2*border+1)/2 > maxHeight {
		border = quietMin
	}
	var b strings.Builder
	for y := -border; y < c.Size+border; y += 2 {
		b.WriteString(blackOnWhite)
		for x := -quiet; x < c.Size+quiet; x++ {
			b.WriteString(halves[c.Black(x, y)][c.Black(x, y+1)])
		}
		b.WriteString(asBefore + "\n")
	}
	return b.String(), nil
}

// halves of a character: whether the upper, then the lower is black.
var halves = map[bool]map[bool]string{
	true:  {true: "█", false: "▀"},
	false: {true: "▄", false: " "},
}

// PNG draws text as a QR code in a picture, eight pixels to a module.
func PNG(text string) ([]byte, error) {
	c, err := encode(text)
	if err != nil {
		return nil, err
	}
	return c.PNG(), nil
}
