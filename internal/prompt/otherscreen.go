package prompt

import "io"

// The sequences that switch a terminal to its other screen and back, which is empty at
// first and has nothing to scroll back to.
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h3-The-Alternate-Screen-Buffer
const (
	toOtherScreen = "\x1b[?1049h\x1b[H\x1b[2J"
	backToScreen  = "\x1b[H\x1b[2J\x1b[?1049l"
)

// OtherScreen shows what follows on the terminal's other screen, until back: secrets do
// not stay in what can be scrolled back to. Elsewhere it does nothing.
func (l *Ladder) OtherScreen() (back func()) {
	t, ok := l.now.(*Terminal)
	if !ok {
		return func() {}
	}
	_, _ = io.WriteString(t.out, toOtherScreen)
	left := false
	return func() {
		if !left {
			left = true
			_, _ = io.WriteString(t.out, backToScreen)
		}
	}
}
