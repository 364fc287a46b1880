package power

import "syscall"

// freeBytes is the room left on the disk that folder lies on.
func freeBytes(folder string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil //nolint:gosec // a disk smaller than 8 EiB
}
