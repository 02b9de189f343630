package caller

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

func nameOf(pid int) string {
	entry, ok := find(pid)
	if !ok {
		return ""
	}
	return windows.UTF16ToString(entry.ExeFile[:])
}

// onlyStarts: arguments are not read, so a shell that only started us is named
// as the caller.
func onlyStarts(int, string) bool { return false }

// Parent of a process; 0 where it cannot be told.
func Parent(pid int) int {
	entry, _ := find(pid)
	return int(entry.ParentProcessID)
}

func find(pid int) (windows.ProcessEntry32, bool) {
	entry := windows.ProcessEntry32{}
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return entry, false
	}
	defer func() { _ = windows.CloseHandle(snapshot) }()
	entry.Size = uint32(unsafe.Sizeof(entry))
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		if int(entry.ProcessID) == pid {
			return entry, true
		}
	}
	return windows.ProcessEntry32{}, false
}

// look tells of no terminal: a chain of parents is followed to its end.
func look(pid int) about { return about{name: nameOf(pid), parent: Parent(pid)} }
