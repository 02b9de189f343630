package child

import "syscall"

// killedWithUs has the kernel kill the command when this process is killed. prctl(2).
func killedWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
