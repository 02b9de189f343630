package session

// actsFor is a fact about the whole process, like its process group.
var actsFor int

// ActForJob says that this process works for another job than its own until the next
// call; 0 is none.
func ActForJob(id int) { actsFor = id }

// JobID identifies the job that this process works for: its process group or, on
// Windows, what its parent started.
func JobID() int {
	if actsFor != 0 {
		return actsFor
	}
	return ownJob()
}
