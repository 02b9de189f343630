package prompt

import "context"

// Ladder asks in the first of several ways that works.
type Ladder struct {
	Prompter
	giveBack func()
}

// Turns makes this process the only one that asks at a place, such as a
// terminal, until giveBack.
type Turns func(ctx context.Context, place string) (giveBack func(), err error)

// Open finds the first way that can ask, and waits for its turn there.
func Open(ctx context.Context, ways Ways, turns Turns) (*Ladder, error) {
	for _, way := range ways.List() {
		if way != ByTerminal {
			continue
		}
		t, err := OpenTerminal()
		if err != nil {
			return nil, err
		}
		giveBack, err := turns(ctx, "terminal:"+TerminalName())
		if err != nil {
			t.Close()
			return nil, err
		}
		return &Ladder{t, giveBack}, nil
	}
	return nil, ErrNoTerminal
}

// AtTerminal reports whether questions go to the controlling terminal.
func (l *Ladder) AtTerminal() bool { _, ok := l.Prompter.(*Terminal); return ok }

// Close ends the asking and gives the turn back.
func (l *Ladder) Close() {
	l.Prompter.Close()
	l.giveBack()
}
