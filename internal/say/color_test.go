package say

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"
)

// Each tone can be read on a black and on a white terminal: WCAG asks for a contrast of 3
// of large text and of signs, and of 4.5 of text; no colour has more than 4.6 on both.
func TestTonesAreReadOnDarkAndLight(t *testing.T) {
	for _, tone := range []Tone{Good, Hint, Wary, Bad, Faint} {
		n, err := strconv.Atoi(string(tone)[strings.LastIndex(string(tone), ";")+1:])
		if err != nil {
			t.Fatal(err)
		}
		l := luminance(n)
		if dark, light := (l+0.05)/0.05, 1.05/(l+0.05); min(dark, light) < 3.8 {
			t.Errorf("%s: contrast %.1f on black, %.1f on white", tone, dark, light)
		}
	}
}

// luminance of one of xterm's 256 colours, https://www.w3.org/TR/WCAG21/#dfn-relative-luminance
func luminance(n int) float64 {
	level := func(i int) float64 {
		v := [...]float64{0, 95, 135, 175, 215, 255}[i] / 255
		if n >= 232 {
			v = float64(8+10*(n-232)) / 255
		}
		if v <= 0.03928 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	if n >= 232 {
		return level(0)
	}
	n -= 16
	return 0.2126*level(n/36) + 0.7152*level(n/6%6) + 0.0722*level(n%6)
}

func TestColor(t *testing.T) {
	for value, want := range map[string]string{"auto": "x", "never": "x", "always": "\x1b[1;38;5;160mx\x1b[0m"} {
		var c Color
		if err := c.Set(value); err != nil {
			t.Fatal(err)
		}
		if got := NewScreen(&bytes.Buffer{}, &c).Paint(Bad, "x"); got != want {
			t.Errorf("--color %s: %q", value, got)
		}
	}
	if err := new(Color).Set("yes"); err == nil {
		t.Error("--color yes is taken")
	}
}
