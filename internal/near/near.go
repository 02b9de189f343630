// Package near finds what a person may have meant by a word with a mistake in it.
package near

import "strings"

// Names returns at most three of the names that are nearly the same as name,
// the closest first.
func Names(name string, names []string) []string {
	limit := max(1, len(name)/3)
	var found [][]string
	for _, other := range names {
		if other == name {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(other), limit)
		if d > limit {
			continue
		}
		for len(found) <= d {
			found = append(found, nil)
		}
		found[d] = append(found[d], other)
	}
	var out []string
	for _, same := range found {
		out = append(out, same...)
	}
	return out[:min(len(out), 3)]
}

// distance is the Levenshtein distance with neighbours swapped counted as
// one, or limit+1 as soon as it must be larger.
func distance(a, b string, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
