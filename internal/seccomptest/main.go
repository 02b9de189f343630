// Command seccomptest runs a command in a process whose kernel refuses
// keyctl(2) and its relatives, as many containers do:
//
//	seccomptest [-errno EPERM|ENOSYS] COMMAND [ARGUMENTS…]
//
// It is for tests only, and knows amd64 and arm64.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	errno := flag.String("errno", "EPERM", "error of the refused calls: EPERM or ENOSYS")
	flag.Parse()
	if err := run(*errno, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "seccomptest:", err)
		os.Exit(125)
	}
}

// run returns only if it fails: a filter stays over execve.
func run(errno string, command []string) error {
	refusals := map[string]syscall.Errno{"EPERM": syscall.EPERM, "ENOSYS": syscall.ENOSYS}
	refusal, ok := refusals[errno]
	if !ok || len(command) == 0 {
		return fmt.Errorf("usage: seccomptest [-errno EPERM|ENOSYS] COMMAND [ARGUMENTS…]")
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	if err := refuseKeys(refusal); err != nil {
		return err
	}
	return syscall.Exec(path, command, os.Environ())
}
