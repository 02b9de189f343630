package session

import (
	"encoding/binary"
	"errors"
	"time"
)

// What a cached answer reads is written as plain fields, one after the other:
// decoding JSON would be half the time of such an answer, most of it page
// faults of a heap that nothing else needs (make bench).

type fields []byte

func (f fields) text(s string) fields {
	return append(binary.AppendUvarint(f, uint64(len(s))), s...)
}

func (f fields) int(n int64) fields { return binary.AppendVarint(f, n) }

func (f fields) flag(b bool) fields {
	if b {
		return f.int(1)
	}
	return f.int(0)
}

func (f fields) time(t time.Time) fields { return f.int(t.Unix()) }

var errFields = errors.New("the fields of a file are incomplete")

// reader takes the fields out again. After a mistake it returns zero values,
// and end says so.
type reader struct {
	left []byte
	bad  bool
}

func (r *reader) text() string {
	n, size := binary.Uvarint(r.left)
	if size <= 0 || n > uint64(len(r.left)-size) {
		r.bad, r.left = true, nil
		return ""
	}
	s := string(r.left[size : size+int(n)])
	r.left = r.left[size+int(n):]
	return s
}

func (r *reader) int() int64 {
	n, size := binary.Varint(r.left)
	if size <= 0 {
		r.bad, r.left = true, nil
		return 0
	}
	r.left = r.left[size:]
	return n
}

func (r *reader) flag() bool { return r.int() != 0 }

func (r *reader) time() time.Time { return time.Unix(r.int(), 0).UTC() }

// end is nil if all fields were there and nothing followed them.
func (r *reader) end() error {
	if r.bad || len(r.left) > 0 {
		return errFields
	}
	return nil
}
