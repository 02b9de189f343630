package prompt

import "context"

// spare would be a terminal that is not ours but may be asked at.
type spare struct{}

// spareTerminal: a console cannot be opened by name.
func spareTerminal(string) (*spare, error) { return nil, unable("consoles have no names") }

func (*spare) name() string { return "" }

func (*spare) gone() bool { return true }

func (*spare) watch(context.Context, func()) {}

func (*spare) restore() {}
