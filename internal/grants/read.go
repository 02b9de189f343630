package grants

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/awsbroker/awsbroker/internal/grant"
)

// Line is a grant and how it is written, without the end of the line.
type Line struct {
	grant.Grant
	Raw []byte
}

// Read returns the lines of the old log and the one at path, in the order in
// which they were written, and how many of them cannot be read: a killed
// process or a full disk leaves half a line. No log is no error.
func Read(path string) (lines []Line, spoiled int, err error) {
	// The newer first: if it is put away meanwhile, both are the same file,
	// and not one is missed.
	var files []*os.File
	for _, path := range []string{path, old(path)} {
		f, err := grant.OpenToRead(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		defer f.Close()
		files = append([]*os.File{f}, files...)
	}
	if len(files) == 2 && same(files[0], files[1]) {
		files = files[:1]
	}
	for _, f := range files {
		more, bad, err := readLines(f)
		lines, spoiled = append(lines, more...), spoiled+bad
		if err != nil {
			return lines, spoiled, err
		}
	}
	return lines, spoiled, nil
}

func same(a, b *os.File) bool {
	one, err1 := a.Stat()
	other, err2 := b.Stat()
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}

// readLines passes over what no writer of ours wrote, however long it is.
func readLines(in io.Reader) (lines []Line, spoiled int, err error) {
	r := bufio.NewReaderSize(in, 16*grant.MaxLine)
	for {
		text, err := r.ReadSlice('\n')
		whole := err == nil
		for err == bufio.ErrBufferFull {
			_, err = r.ReadSlice('\n')
		}
		if whole {
			g, raw, ok := find(bytes.TrimSuffix(text, []byte("\n")))
			if ok {
				lines = append(lines, Line{g, bytes.Clone(raw)})
			}
			if !ok || len(raw) < len(text)-1 {
				spoiled++
			}
		} else if err != io.EOF { // the last may be being written
			spoiled++
		}
		switch {
		case err == io.EOF:
			return lines, spoiled, nil
		case err != nil:
			return lines, spoiled, err
		}
	}
}

// find the whole grant in a line: after half of one there is no end of line,
// and the next follows at once.
func find(text []byte) (g grant.Grant, raw []byte, ok bool) {
	start := bytes.LastIndex(text, []byte(grant.LineStart))
	if start < 0 {
		return g, nil, false
	}
	raw = text[start:]
	g, ok = parse(raw)
	return g, raw, ok
}

// parse reads a line. ok is false if it is not one of ours.
func parse(line []byte) (g grant.Grant, ok bool) {
	return g, json.Unmarshal(line, &g) == nil && !g.Time.IsZero()
}
