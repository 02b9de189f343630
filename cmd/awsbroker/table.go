package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// columnGap is between two columns, leastColumn what a column is cut to at most.
const (
	columnGap   = 2
	leastColumn = 6
)

// column is one of a table.
type column struct {
	title string
	kind  columnKind
}

// columnKind says what becomes of a column where a line does not fit.
type columnKind int

const (
	phrase columnKind = iota // is cut where nothing else helps, the widest first
	id                       // stays as it is: a part of an id is of no use
	spare                    // is said in fewer letters, if it is an age, and left out where that is not enough
)

// table is rows of clean cells under their columns.
type table struct {
	columns []column
	rows    [][]string
}

// writeTable aligns the rows under their header. Where width is not 0 it makes room
// until a line fits into it; a file and a pipe get all there is.
func writeTable(out io.Writer, width int, columns []column, rows [][]string) error {
	t := table{columns, rows}
	if width > 0 && t.width() > width {
		t = t.withShortAges()
	}
	for width > 0 && t.width() > width {
		last := t.lastSpare()
		if last < 0 {
			break
		}
		t = t.without(last)
	}
	widths := t.widths()
	if width > 0 {
		t.cutWords(widths, width)
	}
	header := make([]string, len(t.columns))
	for i, c := range t.columns {
		header[i] = c.title
	}
	for _, row := range append([][]string{header}, t.rows...) {
		var line strings.Builder
		for i, text := range row {
			fmt.Fprintf(&line, "%-*s", widths[i]+columnGap, cut(text, widths[i]))
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// widths are those of the columns, in characters.
func (t table) widths() []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = utf8.RuneCountInString(c.title)
		for _, row := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	return widths
}

func (t table) width() int { return total(t.widths()) }

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
	rows := make([][]string, len(t.rows))
	for r, row := range t.rows {
		rows[r] = slices.Clone(row)
		for i, c := range t.columns {
			if c.kind == spare {
				rows[r][i] = shorter.Replace(row[i])
			}
		}
	}
	return table{t.columns, rows}
}

// lastSpare is the last column that can be left out; -1 if there is none.
func (t table) lastSpare() int {
	for i := len(t.columns) - 1; i >= 0; i-- {
		if t.columns[i].kind == spare {
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

// cutWords makes the widest columns of phrases narrower until a line fits, or none of
// them can be.
func (t table) cutWords(widths []int, width int) {
	for total(widths) > width {
		widest := -1
		for i, w := range widths {
			if t.columns[i].kind == phrase && w > leastColumn && (widest < 0 || w >= widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// cut returns at most so many characters of text, the last of them an ellipsis.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// widthOf returns the number of columns of the terminal that out is; 0 if out is none.
func widthOf(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
