package answers

import "time"

// Booted is when the machine started by its clock at now, in Unix seconds; 0 where that
// is not known. It grows when the clock is set on, or the machine starts again. It falls
// only where the clock is set back, and by as much.
func Booted(now time.Time) int64 {
	up := uptime()
	if up == 0 {
		return 0
	}
	return now.Unix() - up
}

// SetBack is by how many seconds the clock was set back since the machine had started at
// booted. Two readings may differ by a second or two that nobody set.
func SetBack(booted int64, now time.Time) int64 {
	back := booted - Booted(now)
	if booted == 0 || back == booted || back < 5 {
		return 0
	}
	return back
}
