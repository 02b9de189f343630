//go:build !linux && !windows

package machine

// Processes are none that can be known: the list of processes does not tell
// sessions here.
func (j *Job) Processes(name string) []int { return nil }
