package session

import "os"

// JobID identifies the job this process belongs to: on Windows, what its
// parent started.
func JobID() int { return os.Getppid() }
