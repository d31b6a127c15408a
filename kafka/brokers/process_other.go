//go:build !linux

package brokers

import "syscall"

// dieWithParent has no equivalent here: a parent that is killed leaves its
// brokers behind.
func dieWithParent() *syscall.SysProcAttr { return nil }
