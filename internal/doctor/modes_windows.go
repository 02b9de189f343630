package doctor

import "io/fs"

// permissions: on Windows the user's profile directory has an access list that
// keeps other users out; modes mean nothing.
func permissions(fs.FileInfo) fs.FileMode { return 0 }

func ownedByOther(fs.FileInfo) bool { return false }

func ofStranger(string, fs.FileInfo) bool { return false }
