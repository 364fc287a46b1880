package store

import (
	"os"
	"syscall"
)

// toDisk flushes what was written to f, without the time of the last change,
// which nobody reads.
func toDisk(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err != syscall.EINTR { //nolint:errorlint // a plain errno
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
