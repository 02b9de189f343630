package config

import "hash/maphash"

// The sections of a document are found by their names in a hash table of its
// own: a map of as many strings takes four times the memory, and the pages that
// a process touches first are most of its time.

var seed = maphash.MakeSeed()

// findSpan returns the place in spans of the section with a name.
func (d *document) findSpan(name string) (int, bool) {
	i := d.table[d.slot(name)]
	return int(i) - 1, i > 0
}

// slot returns the place in table at which a name is, or would be put.
func (d *document) slot(name string) int {
	mask := len(d.table) - 1
	at := int(maphash.String(seed, name)) & mask
	for d.table[at] != 0 && d.name(int(d.table[at])-1) != name {
		at = (at + 1) & mask
	}
	return at
}

// growTable makes room for a number of sections.
func (d *document) growTable(sections int) {
	d.table = make([]int32, tableSize(sections))
	for i := range d.spans {
		d.table[d.slot(d.name(i))] = int32(i + 1)
	}
}

// tableSize is a power of two of which a third stays free, so that searches end soon.
func tableSize(sections int) int {
	size := 16
	for size < sections+sections/2 {
		size *= 2
	}
	return size
}
