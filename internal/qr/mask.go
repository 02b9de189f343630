package qr

import (
	qr "rsc.io/qr"
	"rsc.io/qr/coding"
)

// best draws a code with each of the eight masks there are, and takes the one
// that a reader mistakes least: rsc.io/qr always takes the first, and now and
// then a code drawn with that has something in it that looks like a corner.
func best(v coding.Version, parts []coding.Encoding) (*qr.Code, error) {
	var found *qr.Code
	least := 0
	for mask := range coding.Mask(8) {
		plan, err := coding.NewPlan(v, coding.L, mask)
		if err != nil {
			return nil, err
		}
		c, err := plan.Encode(parts...)
		if err != nil {
			return nil, err
		}
		drawn := &qr.Code{Bitmap: c.Bitmap, Size: c.Size, Stride: c.Stride, Scale: 8}
		if p := penalty(drawn); found == nil || p < least {
			found, least = drawn, p
		}
	}
	return found, nil
}

// penalty counts what makes a code hard to read, as ISO/IEC 18004 section
// 7.8.3 does: long runs of one colour, squares, what looks like a corner, and
// too much black or white.
func penalty(c *qr.Code) int {
	sum, black := 0, 0
	for y := range c.Size {
		sum += linePenalty(c.Size, func(x int) bool { return c.Black(x, y) })
		sum += linePenalty(c.Size, func(x int) bool { return c.Black(y, x) })
		for x := range c.Size {
			if c.Black(x, y) {
				black++
			}
			if x > 0 && y > 0 && c.Black(x, y) == c.Black(x-1, y) && c.Black(x, y) == c.Black(x, y-1) && c.Black(x, y) == c.Black(x-1, y-1) {
				sum += 3
			}
		}
	}
	off := 20*black/(c.Size*c.Size) - 10 // from one half, in steps of 5 %
	return sum + 10*max(off, -off)
}

// corner is what a line through the middle of a corner shows.
const corner = "\x01\x00\x01\x01\x01\x00\x01"

// linePenalty is the penalty of one line.
func linePenalty(size int, black func(int) bool) int {
	sum, run, last := 0, 0, 0
	for i := range size {
		if black(i) == black(last) {
			run++
			continue
		}
		sum += runPenalty(run)
		run, last = 1, i
	}
	sum += runPenalty(run)
	for i := range size - len(corner) + 1 {
		if looksLikeCorner(size, i, black) {
			sum += 40
		}
	}
	return sum
}

func runPenalty(length int) int {
	if length < 5 {
		return 0
	}
	return length - 2
}

// looksLikeCorner reports whether at i there is a corner's line, with four
// white modules before or after it.
func looksLikeCorner(size, i int, black func(int) bool) bool {
	for j := range len(corner) {
		if black(i+j) != (corner[j] == 1) {
			return false
		}
	}
	white := func(from int) bool {
		for j := from; j < from+4; j++ {
			if j >= 0 && j < size && black(j) {
				return false
			}
		}
		return true
	}
	return white(i-4) || white(i+len(corner))
}
