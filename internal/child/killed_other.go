//go:build !linux && !windows

package child

import "syscall"

// killedWithUs: this system does not kill a command with the process that started it.
func killedWithUs() *syscall.SysProcAttr { return nil }
