//go:build !linux

package store

import "os"

// toDisk flushes what was written to f.
func toDisk(f *os.File) error { return f.Sync() }
