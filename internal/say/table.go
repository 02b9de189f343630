package say

import (
	"slices"
	"strings"
)

// Column is one of a table.
type Column struct {
	title string
	kind  columnKind
}

type columnKind int

const (
	spare columnKind = iota
	phrase
	id
)

// Where a table is wider than the screen, its columns give way by their kinds: one that is
// Spare is said in fewer letters, if it is an age, and then left out, the last first; a
// Phrase is cut, the widest first; an ID stays whole, because a part of one is of no use.
func Spare(title string) Column  { return Column{title, spare} }
func Phrase(title string) Column { return Column{title, phrase} }
func ID(title string) Column     { return Column{title, id} }

// columnGap is between two columns, leastColumn what a phrase is cut to at most.
const (
	columnGap   = 2
	leastColumn = 12
)

// Table aligns rows of clean cells, which may be coloured, under the titles of their
// columns. Where width is not 0, columns of a wider table give way as their kinds say;
// where that is not enough, each row is a block, and each cell a line.
func Table(columns []Column, rows [][]string, width int) string {
	var titles []string
	for _, c := range columns {
		titles = append(titles, c.title)
	}
	t := table{columns, append([][]string{titles}, rows...)}
	if width == 0 {
		return t.lines(t.widths())
	}
	if total(t.widths()) > width {
		t = t.withShortAges()
	}
	for total(t.widths()) > width {
		last := t.lastSpare()
		if last < 0 {
			break
		}
		t = t.without(last)
	}
	widths := t.widths()
	if !t.cutPhrases(widths, width) {
		return t.blocks()
	}
	return t.lines(widths)
}

// table is the rows of a table, the first of them its titles.
type table struct {
	columns []Column
	rows    [][]string
}

// widths are those of the columns.
func (t table) widths() []int {
	widths := make([]int, len(t.columns))
	for _, row := range t.rows {
		for i, text := range row {
			widths[i] = max(widths[i], Columns(text))
		}
	}
	return widths
}

// total is the width of a line.
func total(widths []int) int {
	sum := -columnGap
	for _, w := range widths {
		sum += w + columnGap
	}
	return sum
}

// shorter says ages in fewer letters.
var shorter = strings.NewReplacer(" ago", "", " seconds", " s", " second", " s", " minutes", " min", " minute", " min", " hours", " h", " hour", " h", "just now", "now")

func (t table) withShortAges() table {
	rows := [][]string{t.rows[0]}
	for _, row := range t.rows[1:] {
		row = slices.Clone(row)
		for i, c := range t.columns {
			if c.kind == spare {
				row[i] = shorter.Replace(row[i])
			}
		}
		rows = append(rows, row)
	}
	return table{t.columns, rows}
}

// lastSpare is the last column that can be left out; -1 if there is none.
func (t table) lastSpare() int {
	for i, c := range slices.Backward(t.columns) {
		if c.kind == spare {
			return i
		}
	}
	return -1
}

func (t table) without(i int) table {
	less := table{slices.Delete(slices.Clone(t.columns), i, i+1), nil}
	for _, row := range t.rows {
		less.rows = append(less.rows, slices.Delete(slices.Clone(row), i, i+1))
	}
	return less
}

// cutPhrases makes the widest columns of phrases narrower until a line fits. It reports
// whether that was enough.
func (t table) cutPhrases(widths []int, width int) bool {
	for total(widths) > width {
		widest := -1
		for i, w := range widths {
			if t.columns[i].kind == phrase && w > leastColumn && (widest < 0 || w >= widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return false
		}
		widths[widest]--
	}
	return true
}

func (t table) lines(widths []int) string {
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		for i, text := range row {
			text = cut(text, widths[i])
			line.WriteString(text + strings.Repeat(" ", widths[i]+columnGap-Columns(text)))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// blocks writes each row as lines of a title and a value.
func (t table) blocks() string {
	wide := 0
	for _, title := range t.rows[0] {
		wide = max(wide, Columns(title))
	}
	var b strings.Builder
	for i, row := range t.rows[1:] {
		if i > 0 {
			b.WriteString("\n")
		}
		for j, text := range row {
			title := t.rows[0][j]
			b.WriteString(title + strings.Repeat(" ", wide+columnGap-Columns(title)) + text + "\n")
		}
	}
	return b.String()
}

// cut returns at most so many characters of text, the last of them an ellipsis.
func cut(text string, most int) string {
	if Columns(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
