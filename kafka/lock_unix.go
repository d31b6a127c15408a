//go:build unix

package kafka

import (
	"os"
	"syscall"
)

// lockFile takes a file until it is closed or the process ends, however it does.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
