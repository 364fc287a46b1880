package store

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"guanjia/internal/errs"
)

// flusher makes the commits of the SQLite writer durable and only then answers
// those who wait for them. The writer commits without waiting for the disk and
// goes on with the next transactions meanwhile; one flush of the log carries
// every commit that was made before it began.
type flusher struct {
	todo chan written
	busy sync.WaitGroup // batches handed over and not yet answered
	held atomic.Int32   // how many those are
	// broken is set for good when the disk refuses a flush: what the system then
	// keeps in memory and what is on the disk may differ, and a later flush that
	// succeeds says nothing about it.
	broken atomic.Pointer[error]
	wrote  atomic.Bool              // something was committed since putBack looked
	sync   func(log *os.File) error // File.Sync; another one in tests
}

// written is a batch that is committed but perhaps not yet on the disk.
type written struct {
	batch []*writeRequest
	log   *os.File
}

func startFlusher() *flusher {
	f := &flusher{todo: make(chan written, 64), sync: toDisk}
	go f.loop()
	return f
}

// hand passes a committed batch on; it is answered after the flush.
func (f *flusher) hand(b written) {
	f.busy.Add(1)
	f.held.Add(1)
	f.todo <- b
}

// flushing reports whether the disk is at work for an earlier batch.
func (f *flusher) flushing() bool { return f.held.Load() > 0 }

// failed is why nothing can be saved any more, nil as long as all is well.
func (f *flusher) failed() error {
	if err := f.broken.Load(); err != nil {
		return *err
	}
	return nil
}

func (f *flusher) loop() {
	for first := range f.todo {
		all := []written{first}
		for more := true; more; {
			select {
			case b, open := <-f.todo:
				if more = open; open {
					all = append(all, b)
				}
			default:
				more = false
			}
		}
		f.wrote.Store(true)
		err := f.failed()
		if err == nil {
			if err = f.sync(first.log); err != nil {
				err = unsure(err)
				f.broken.Store(&err)
			}
		}
		for _, b := range all {
			f.held.Add(-1)
			answer(b.batch, err)
			f.busy.Done()
		}
	}
}

// openLog opens the write-ahead log of the database at path, beside SQLite's own
// handle. The log bears none of SQLite's locks, so closing it here is safe. Its
// entry in the folder is made durable, too.
func openLog(path string) (*os.File, error) {
	log, err := os.OpenFile(path+"-wal", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := SyncFolder(filepath.Dir(path)); err != nil {
		_ = log.Close()
		return nil, err
	}
	return log, nil
}

// SyncFolder puts the entries of a folder on the disk: a file made or renamed in
// it is there after a power cut, too.
func SyncFolder(path string) error {
	dir, err := os.Open(path) //nolint:gosec // the folder of a file of ours
	if err != nil {
		return err
	}
	err = dir.Sync()
	if e := dir.Close(); err == nil {
		err = e
	}
	return err
}

func unsure(err error) error {
	return errs.New(errs.Unavailable, "store.unsure",
		"磁盘没有确认写入，刚才那次是否已保存还不能肯定；在此之前的都已保存。系统不再接受新内容，请管理员检查磁盘并重新启动，再核对最后一次输入。",
		"The disk did not confirm the write: whether the last entry is saved is not certain, everything before it is. "+
			"Nothing more is taken in: ask the administrator to check the disk and restart, then check the last entry.").Wrap(err)
}
