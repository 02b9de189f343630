package answers

import "unsafe"

// An answer rests as plain fields, one after the other: encoding/binary would
// bring reflection along.

// Marshal returns the answer as it rests in the keyring.
func (a *Answer) Marshal() []byte {
	w, longest := fields{}, 0
	for _, f := range a.Files {
		longest = max(longest, len(f.Path))
	}
	for _, f := range a.Files {
		w = w.text(pad(f.Path, longest)).int(int64(f.Dev)).int(int64(f.Ino)).int(f.Size).int(f.MTime).int(f.CTime)
	}
	w = w.flag(a.Agents).int(a.Until).int(a.CommandUntil).text(a.Log).text(a.RoleARN)
	w = w.text(a.AccessKeyID).text(a.SecretAccessKey).text(a.SessionToken).text(a.AccountID)
	return w.int(a.Expires).text(a.Expiration).text(a.Region).int(a.Booted)
}

// unmarshal makes an answer of data, whose texts it shares: data is not to be
// changed any more.
func (a *Answer) unmarshal(data []byte) (ok bool) {
	r := reader{left: data}
	for i := range a.Files {
		f := &a.Files[i]
		f.Path, f.Dev, f.Ino, f.Size, f.MTime, f.CTime = r.text(), uint64(r.int()), uint64(r.int()), r.int(), r.int(), r.int()
	}
	a.Agents = r.int() == 1
	a.Until, a.CommandUntil, a.Log, a.RoleARN = r.int(), r.int(), r.text(), r.text()
	a.AccessKeyID, a.SecretAccessKey, a.SessionToken, a.AccountID = r.text(), r.text(), r.text(), r.text()
	a.Expires, a.Expiration, a.Region, a.Booted = r.int(), r.text(), r.text(), r.int()
	return !r.bad && len(r.left) == 0
}

// pad a path with slashes in front, which change nothing. System calls copy
// their paths: where all are as long, that is memory of one size.
func pad(path string, length int) string {
	for len(path) < length && path != "" {
		path = "/" + path
	}
	return path
}

type fields []byte

// int takes eight bytes, the lowest first.
func (f fields) int(n int64) fields {
	for range 8 {
		f = append(f, byte(n))
		n >>= 8
	}
	return f
}

func (f fields) flag(b bool) fields {
	if b {
		return f.int(1)
	}
	return f.int(0)
}

func (f fields) text(s string) fields { return append(f.int(int64(len(s))), s...) }

// reader takes the fields out again. After a mistake it returns zero values.
type reader struct {
	left []byte
	bad  bool
}

func (r *reader) int() (n int64) {
	if len(r.left) < 8 {
		r.left, r.bad = nil, true
		return 0
	}
	for i := 7; i >= 0; i-- {
		n = n<<8 | int64(r.left[i])
	}
	r.left = r.left[8:]
	return n
}

func (r *reader) text() string {
	n := r.int()
	if n < 0 || n > int64(len(r.left)) {
		r.left, r.bad = nil, true
	}
	if r.bad || n == 0 {
		return ""
	}
	s := unsafe.String(&r.left[0], n)
	r.left = r.left[n:]
	return s
}
