package prompt

import (
	"fmt"
	"slices"
	"strings"
)

// Way is a way of getting an answer.
type Way string

// The ways, as --prompt and awsbroker_prompt name them.
const (
	ByCommand    Way = "command"  // what knows the code by itself: awsbroker_mfa_process, a seed
	ByTerminal   Way = "terminal" // the one that controls this process
	ByPinentry   Way = "pinentry" // GnuPG's
	ByDialog     Way = "dialog"   // the first of those below that the desktop has
	ByZenity     Way = "zenity"
	ByKDialog    Way = "kdialog"
	ByOSAScript  Way = "osascript"
	ByPowerShell Way = "powershell"
	None         Way = "none" // nobody is asked
)

var (
	allWays = []Way{ByCommand, ByTerminal, ByPinentry, ByDialog, ByZenity, ByKDialog, ByOSAScript, ByPowerShell, None}
	usual   = []Way{ByCommand, ByTerminal, ByPinentry, ByDialog}
)

// Ways are the ways that may be used, one after the other. The zero value is
// the usual ladder: command, terminal, pinentry, dialog.
type Ways struct {
	order []Way
	never []Way
}

// Nobody is asked, in no way.
var Nobody = Ways{order: []Way{None}}

// ParseWays reads a list of names with commas between them; an empty one is
// the usual ladder.
func ParseWays(list string) (Ways, error) {
	var w Ways
	if strings.TrimSpace(list) == "" {
		return w, nil
	}
	for name := range strings.SplitSeq(list, ",") {
		way := Way(strings.ToLower(strings.TrimSpace(name)))
		if !slices.Contains(allWays, way) {
			return Ways{}, fmt.Errorf("%q is not a way of asking: use a list of %s", name, wayNames())
		}
		w.order = append(w.order, way)
	}
	return w, nil
}

func wayNames() string {
	names := make([]string, len(allWays))
	for i, w := range allWays {
		names[i] = string(w)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Or is w if it says an order, else other's; what w excludes stays out.
func (w Ways) Or(other Ways) Ways {
	if w.order == nil {
		w.order = other.order
	}
	w.never = slices.Concat(w.never, other.never)
	return w
}

// Without is w less one way, whoever adds it later.
func (w Ways) Without(way Way) Ways {
	w.never = append(slices.Clone(w.never), way)
	return w
}

// List is the ways in order.
func (w Ways) List() []Way {
	order := w.order
	if order == nil {
		order = usual
	}
	return slices.DeleteFunc(slices.Clone(order), func(way Way) bool { return way == None || slices.Contains(w.never, way) })
}

// Allow reports whether a way was not excluded. It may still not be in the list.
func (w Ways) Allow(way Way) bool { return !slices.Contains(w.never, way) }

// Around splits the list at a way, if it has it.
func (w Ways) Around(way Way) (before, after Ways, has bool) {
	list := w.List()
	i := slices.Index(list, way)
	if i < 0 {
		return Ways{}, Ways{}, false
	}
	return Ways{order: append([]Way{None}, list[:i]...)}, Ways{order: append([]Way{None}, list[i+1:]...)}, true
}
