package answers

import (
	"syscall"
	"unsafe"
)

// keyctl(2), keyrings(7). x/sys has it, and brings along what package early
// has to do without; package session, which writes, uses that.
const (
	keyctlSearch = 10
	keyctlRead   = 11
	userKeyring  = -4
)

// MostBytes of an answer, and of its name (the kernel takes 4,095). AWS's
// session tokens have no fixed size, and some kilobytes at most.
const (
	MostBytes = 8 << 10
	MostName  = 4 << 10
)

// Find returns the answer to a call for profile in this environment, or nil if
// there is none or it does not hold. Its texts lie in memory, which has to have
// room for MostName and MostBytes; rest is what is left of that.
func Find(profile string, memory []byte) (a *Answer, rest []byte) {
	name, ok := appendName(memory[:0], profile)
	if !ok || len(name) >= MostName {
		return nil, nil
	}
	name, kind, keyring := append(name, 0), [...]byte{'u', 's', 'e', 'r', 0}, userKeyring
	id, _, errno := syscall.RawSyscall6(syscall.SYS_KEYCTL, keyctlSearch, uintptr(keyring),
		uintptr(unsafe.Pointer(&kind[0])), uintptr(unsafe.Pointer(&name[0])), 0, 0)
	if errno != 0 {
		return nil, nil
	}
	data := memory[len(name):][:MostBytes]
	n, _, errno := syscall.RawSyscall6(syscall.SYS_KEYCTL, keyctlRead, id,
		uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), 0, 0)
	if errno != 0 || n > uintptr(len(data)) || !found.unmarshal(data[:n]) || !found.Holds() {
		return nil, nil
	}
	return &found, memory[len(name)+int(n):]
}

// found is not on the stack, which would have to grow.
var found Answer
