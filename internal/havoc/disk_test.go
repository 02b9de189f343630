//go:build linux

package main

import "testing"

// TestDisk is what the model of a disk says of the usual ways of writing a file.
func TestDisk(t *testing.T) {
	write := func(d *disk, path, text string) { d.names[path].data = []byte(text) }
	for name, c := range map[string]struct {
		do       func(d *disk)
		may, not []string // what the file may hold after a power cut, and what not; "-": it is not there
	}{
		"replaced, and nothing synced": {func(d *disk) {
			d.name(naming{"/d/tmp": {}})
			write(d, "/d/tmp", "new")
			d.name(naming{"/d/f": d.names["/d/tmp"], "/d/tmp": nil})
		}, []string{"old", "new", "", "n"}, []string{"-"}},
		"replaced, with its bytes synced": {func(d *disk) {
			d.name(naming{"/d/tmp": {}})
			write(d, "/d/tmp", "new")
			d.sync("/d/tmp")
			d.name(naming{"/d/f": d.names["/d/tmp"], "/d/tmp": nil})
		}, []string{"old", "new"}, []string{"-", ""}},
		"replaced, and all synced": {func(d *disk) {
			d.name(naming{"/d/tmp": {}})
			write(d, "/d/tmp", "new")
			d.sync("/d/tmp")
			d.name(naming{"/d/f": d.names["/d/tmp"], "/d/tmp": nil})
			d.sync("/d")
		}, []string{"new"}, []string{"-", "", "old"}},
		"removed":             {func(d *disk) { d.name(naming{"/d/f": nil}) }, []string{"-", "old"}, []string{""}},
		"removed, and synced": {func(d *disk) { d.name(naming{"/d/f": nil}); d.sync("/d") }, []string{"-"}, []string{"old"}},
	} {
		t.Run(name, func(t *testing.T) {
			old := &node{data: []byte("old"), synced: []byte("old")}
			d := &disk{top: "/d", names: map[string]*node{"/d/f": old}, durable: map[string]*node{"/d/f": old}}
			c.do(d)
			found := map[string]bool{}
			for _, s := range d.states() {
				text := "-"
				if n := s.names["/d/f"]; n != nil {
					text = string(n.data)
				}
				found[text] = true
			}
			for _, text := range c.may {
				if !found[text] {
					t.Errorf("no state with %q", text)
				}
			}
			for _, text := range c.not {
				if found[text] {
					t.Errorf("a state with %q", text)
				}
			}
		})
	}
}
