package session

import (
	"fmt"
	"os"
)

// privateModes: on Windows the user's profile directory has an access list
// that keeps other users out; modes mean nothing.
const privateModes = false

func runtimeDirs() []string { return nil }

func ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%q is not a directory", dir)
	}
	return nil
}

// mayWrite leaves it to the first write: Windows has no cheap way to tell.
func mayWrite(string) error { return nil }
