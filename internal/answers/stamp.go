package answers

// Stamp tells one state of a file from another. The zero Stamp is no file.
type Stamp struct {
	Dev, Ino     uint64
	Size         int64
	MTime, CTime int64 // nanoseconds since 1970
}
