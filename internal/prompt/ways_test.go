package prompt

import (
	"slices"
	"strings"
	"testing"
)

func TestWays(t *testing.T) {
	for list, want := range map[string][]Way{
		"":                    {ByCommand, ByTerminal, ByPinentry, ByDialog},
		" Pinentry , dialog ": {ByPinentry, ByDialog},
		"none":                nil,
		"none,terminal":       {ByTerminal},
		"zenity":              {ByZenity},
	} {
		w, err := ParseWays(list)
		if err != nil || !slices.Equal(w.List(), want) {
			t.Errorf("%q: %v, %v", list, w.List(), err)
		}
	}
	for _, list := range []string{"tty", "terminal;dialog", ",", "terminal,", "\x1b[2J"} {
		if _, err := ParseWays(list); err == nil || !strings.Contains(err.Error(), "command, terminal, pinentry, dialog") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestWaysCombine(t *testing.T) {
	profile, _ := ParseWays("terminal,dialog")
	flag, _ := ParseWays("pinentry")
	if got := (Ways{}).Or(profile).List(); !slices.Equal(got, []Way{ByTerminal, ByDialog}) {
		t.Errorf("the profile's: %v", got)
	}
	if got := flag.Or(profile).List(); !slices.Equal(got, []Way{ByPinentry}) {
		t.Errorf("the flag's: %v", got)
	}
	// A server asks nowhere that its command has the terminal of, even if that is all there is.
	server := (Ways{}).Without(ByTerminal)
	only, _ := ParseWays("terminal")
	for _, tt := range []struct {
		ways Ways
		want []Way
	}{{server, []Way{ByCommand, ByPinentry, ByDialog}}, {server.Or(profile), []Way{ByDialog}}, {server.Or(only), nil}} {
		if got := tt.ways.List(); !slices.Equal(got, tt.want) || tt.ways.Allow(ByTerminal) || !tt.ways.Allow(ByDialog) {
			t.Errorf("without the terminal: %v, want %v", got, tt.want)
		}
	}
	before, after, has := profile.Around(ByTerminal)
	if !has || len(before.List()) > 0 || !slices.Equal(after.List(), []Way{ByDialog}) {
		t.Errorf("around: %v, %v", before.List(), after.List())
	}
	if _, _, has := profile.Around(ByCommand); has {
		t.Error("it has what is not there")
	}
}
