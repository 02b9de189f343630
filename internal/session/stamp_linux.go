package session

import "syscall"

// stampOf follows links: what counts is the file that would be read.
func stampOf(path string) stamp {
	var st syscall.Stat_t
	if path == "" || syscall.Stat(path, &st) != nil {
		return stamp{}
	}
	return stamp{
		Dev: uint64(st.Dev), Ino: st.Ino, Size: st.Size,
		MTime: st.Mtim.Nano(), CTime: st.Ctim.Nano(),
	}
}
