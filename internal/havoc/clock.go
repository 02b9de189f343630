//go:build linux

package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// jump is a clock that jumps by seconds while the operation runs, a bit later at each
// step; at the first it was ahead, or behind, from the start.
func jump(seconds int64) func(*scene, operation, int) (during, answer machine.Result) {
	return func(s *scene, o operation, step int) (during, answer machine.Result) {
		cmd := s.Command(s.Bin, s.arguments(o.args)...)
		during = jumping(s, cmd, seconds, time.Duration(step)*40*time.Millisecond)
		return during, noAnswer
	}
}

// jumping runs a command whose clock (CLOCK_REALTIME, no other) jumps after a while. Go
// reads the clock by code that the kernel maps into each process, the vDSO: it is replaced
// in this one process by code that asks the kernel and adds what is written behind it. A
// static program takes no library such as libfaketime in, and time namespaces move no
// such clock (time_namespaces(7)).
func jumping(s *scene, cmd *exec.Cmd, seconds int64, after time.Duration) machine.Result {
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.SysProcAttr.Ptrace = true
	runtime.LockOSThread() // who traces is a thread
	defer runtime.UnlockOSThread()
	started := time.Now()
	if err := cmd.Start(); err != nil {
		s.T.Fatal(err)
	}
	pid := cmd.Process.Pid
	var status syscall.WaitStatus
	_, err := syscall.Wait4(pid, &status, 0, nil)
	var at uintptr
	if err == nil {
		at, err = replaceClock(pid)
	}
	if err == nil && after == 0 {
		err = pokeSeconds(pid, at, seconds)
	}
	if err == nil {
		err = syscall.PtraceDetach(pid)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		s.T.Fatal("the clock: ", err)
	}
	if after > 0 {
		time.AfterFunc(after, func() { _ = writeSeconds(pid, at, seconds) })
	}
	limit := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	_ = cmd.Wait()
	return machine.Result{Stdout: out.String(), Stderr: complaint.String(), Code: cmd.ProcessState.ExitCode(), Took: time.Since(started)}
}

// jumpsHere is that addedClock is for this processor.
const jumpsHere = runtime.GOARCH == "amd64"

// addedClock is clock_gettime(2) with seconds added for CLOCK_REALTIME, which is 0:
//
//	mov eax, 228; syscall; test edi, edi; jne end; mov rcx, [rip+4]; add [rsi], rcx; end: ret; nop…; seconds
var addedClock = []byte{
	0xb8, 0xe4, 0, 0, 0, 0x0f, 0x05, 0x85, 0xff, 0x75, 0x0a,
	0x48, 0x8b, 0x0d, 14, 0, 0, 0, 0x48, 0x01, 0x0e, 0xc3,
	0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	0, 0, 0, 0, 0, 0, 0, 0,
}

// atSysinfoEHDR is the entry of the auxiliary vector that says where the vDSO is (getauxval(3)).
const atSysinfoEHDR = 33

// secondsAt is where in addedClock the seconds are.
const secondsAt = 32

// replaceClock puts addedClock into a traced process that has not run yet, and returns
// where the seconds are.
func replaceClock(pid int) (uintptr, error) {
	vector, err := os.ReadFile(fmt.Sprintf("/proc/%d/auxv", pid))
	if err != nil {
		return 0, err
	}
	base := uintptr(0)
	for ; len(vector) >= 16; vector = vector[16:] {
		if binary.NativeEndian.Uint64(vector) == atSysinfoEHDR {
			base = uintptr(binary.NativeEndian.Uint64(vector[8:]))
		}
	}
	image := make([]byte, 8192)
	n, err := syscall.PtracePeekData(pid, base, image)
	if err != nil && n < page {
		return 0, fmt.Errorf("reading the vDSO at %x: %w", base, err)
	}
	file, err := elf.NewFile(bytes.NewReader(image[:n]))
	if err != nil {
		return 0, err
	}
	symbols, err := file.DynamicSymbols()
	if err != nil {
		return 0, err
	}
	for _, s := range symbols {
		if s.Name == "__vdso_clock_gettime" {
			at := base + uintptr(s.Value)
			_, err := syscall.PtracePokeText(pid, at, addedClock)
			return at + secondsAt, err
		}
	}
	return 0, fmt.Errorf("the vDSO has no clock_gettime")
}

func pokeSeconds(pid int, at uintptr, seconds int64) error {
	_, err := syscall.PtracePokeData(pid, at, binary.NativeEndian.AppendUint64(nil, uint64(seconds)))
	return err
}

// writeSeconds is pokeSeconds for a process that runs.
func writeSeconds(pid int, at uintptr, seconds int64) error {
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer memory.Close()
	_, err = memory.WriteAt(binary.NativeEndian.AppendUint64(nil, uint64(seconds)), int64(at))
	return err
}
