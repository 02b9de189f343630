package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// columnGap is between two columns, leastColumn what a column is cut to at most.
const (
	columnGap   = 2
	leastColumn = 6
)

// writeTable aligns rows of clean cells under their header. Where width is not
// 0 the widest columns are cut until a line fits into it; a file and a pipe
// get all there is.
func writeTable(out io.Writer, width int, header []string, rows [][]string) error {
	rows = append([][]string{header}, rows...)
	widths := make([]int, len(header))
	total := -columnGap
	for i := range header {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		total += widths[i] + columnGap
	}
	for width > 0 && total > width {
		widest := 0
		for i, w := range widths {
			if w >= widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= leastColumn {
			break
		}
		widths[widest]--
		total--
	}
	for _, row := range rows {
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
