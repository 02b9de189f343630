//go:build !linux && !darwin

package session

import "os"

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if path == "" || err != nil {
		return stamp{}
	}
	return stamp{Size: info.Size(), MTime: info.ModTime().UnixNano()}
}
