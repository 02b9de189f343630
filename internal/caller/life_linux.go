package caller

import (
	"os"
	"strconv"
)

// began returns when a process started, in ticks since the machine did, as field 22 of
// its stat says (proc(5)); 0 for one that ended and was not waited for.
func began(pid int) uint64 {
	stat := read(pid, "stat")
	end := len(stat) - 1
	for end >= 0 && stat[end] != ')' {
		end--
	}
	const state, fields = len(") "), len("S 4711 ") // at least
	if end < 0 || len(stat) < end+state+fields || stat[end+state] == 'Z' || stat[end+state] == 'X' {
		return 0
	}
	rest := stat[end+state:]
	for field := 3; field < 22; field++ { // some are negative, so number does not read them
		for len(rest) > 0 && rest[0] != ' ' {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return 0
		}
		rest = rest[1:]
	}
	n, _ := number(rest)
	return uint64(n)
}

// hasVariable reports whether a process was started with an environment variable that
// is not empty; ok is false if that is not for us to know.
func hasVariable(pid int, name string) (has, ok bool) {
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false, false
	}
	for start := 0; start < len(environ); {
		end := start
		for end < len(environ) && environ[end] != 0 {
			end++
		}
		if v := string(environ[start:end]); len(v) > len(name)+1 && v[:len(name)+1] == name+"=" {
			return true, true
		}
		start = end + 1
	}
	return false, true
}
