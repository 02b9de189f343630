package console

import (
	"path/filepath"
	"strings"
)

// family is a kind of browsers that take the same arguments.
type family struct {
	firefox, chromium bool
	private           string // opens a link in a private window
}

// families by a part of the names of programs, in lower case; the first that fits.
// https://wiki.mozilla.org/Firefox/CommandLineOptions
// https://chromium.googlesource.com/chromium/src/+/main/chrome/common/chrome_switches.cc
// https://learn.microsoft.com/deployedge/edge-learnmore-cmdline-options
var families = []struct {
	name string
	family
}{
	{"firefox", family{firefox: true, private: "--private-window"}},
	{"librewolf", family{firefox: true, private: "--private-window"}},
	{"waterfox", family{firefox: true, private: "--private-window"}},
	{"msedge", family{chromium: true, private: "--inprivate"}},
	{"microsoft", family{chromium: true, private: "--inprivate"}}, // microsoft-edge, Microsoft Edge
	{"chrom", family{chromium: true, private: "--incognito"}},
	{"brave", family{chromium: true, private: "--incognito"}},
	{"vivaldi", family{chromium: true, private: "--incognito"}},
}

// familyOf returns the family of a program; the zero value if it has none.
func familyOf(program string) family {
	name := strings.ToLower(filepath.Base(program))
	for _, f := range families {
		if strings.Contains(name, f.name) {
			return f.family
		}
	}
	return family{}
}

// flag is how a person asks for such a room.
func (r Room) flag() string {
	switch {
	case r.Own:
		return "--isolated"
	case r.Container != "":
		return "--container"
	}
	return "--private"
}

// fits reports whether browsers of a family have such a room.
func (r Room) fits(f family) bool {
	switch {
	case r.Own:
		return f.chromium
	case r.Container != "":
		return f.firefox
	}
	return f.private != ""
}
