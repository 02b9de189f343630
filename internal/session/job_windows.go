package session

import "os"

func ownJob() int { return os.Getppid() }
