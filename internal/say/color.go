package say

import "fmt"

// Color is the value of the flag --color.
type Color string

// The values of --color. [ColorAuto] also is what an empty one means.
const (
	ColorAuto   Color = "auto"
	ColorAlways Color = "always"
	ColorNever  Color = "never"
)

// Set implements pflag.Value.
func (c *Color) Set(text string) error {
	switch Color(text) {
	case ColorAuto, ColorAlways, ColorNever:
		*c = Color(text)
		return nil
	}
	return fmt.Errorf("%q is neither auto, always nor never", text)
}

// String implements pflag.Value.
func (c *Color) String() string { return string(*c) }

// Type implements pflag.Value.
func (c *Color) Type() string { return "when" }

// Tone is what a word means to who reads it, as the parameters of the terminal sequence
// that shows it (ECMA-48, SGR). The colours are those of xterm's 256 that can be read on
// black and on white alike: the first sixteen are what a theme makes of them, and yellow
// on white is nothing.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "38;5;28"    // green: it is there, it works, it has time left
	Hint  Tone = "38;5;30"    // teal: what could be done
	Wary  Tone = "38;5;130"   // orange: soon over, not as it should be
	Bad   Tone = "1;38;5;160" // red: failed, gone, in danger
	Faint Tone = "38;5;243"   // gray: what matters least
)
