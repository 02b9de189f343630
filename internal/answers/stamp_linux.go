package answers

import "syscall"

// StampOf a path follows links: what counts is the file that would be read.
func StampOf(path string) Stamp {
	var st syscall.Stat_t
	if path == "" || syscall.Stat(path, &st) != nil {
		return Stamp{}
	}
	return Stamp{
		Dev: uint64(st.Dev), Ino: st.Ino, Size: st.Size,
		MTime: st.Mtim.Nano(), CTime: st.Ctim.Nano(),
	}
}
