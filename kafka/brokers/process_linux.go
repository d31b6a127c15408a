package brokers

import "syscall"

// dieWithParent has the kernel kill a child when its parent is gone, also when
// that was killed itself.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
