package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"guanjia/internal/errs"
)

// batchTime bounds how long the writer keeps adding transactions to one
// commit; batchSize how many. A ringing phone waits at most for one batch. From
// batchLow on it commits as soon as the disk is free, so that the disk and those
// who wait for it are not kept idle while more comes in.
const (
	batchTime = 10 * time.Millisecond
	batchSize = 64
	batchLow  = 4
)

type writingKey struct{}

var errNestedWrite = errors.New("store: Write inside Write; pass the tx on instead")

// writer is the one goroutine that changes a SQLite file. Transactions that
// wait together run one after another, each behind a savepoint, and share one
// commit. None is answered before that commit is on the disk (flusher).
type writer struct {
	db      *DB
	flush   *flusher
	log     *os.File // the log that commits go into, open as long as conn
	queue   chan *writeRequest
	quit    chan struct{}
	stopped chan struct{}
	pauses  chan chan struct{}
	conn    *sql.Conn
	execs   map[string]driver.Stmt // prepared on conn
	queries map[string]*sql.Stmt
}

type writeRequest struct {
	ctx   context.Context
	fn    func(context.Context, *Tx) error
	done  chan struct{}
	err   error
	panic any
	tx    *Tx
}

func startWriter(db *DB) *writer {
	w := &writer{
		db: db, flush: startFlusher(), queue: make(chan *writeRequest, 256), quit: make(chan struct{}),
		stopped: make(chan struct{}), pauses: make(chan chan struct{}), execs: map[string]driver.Stmt{}, queries: map[string]*sql.Stmt{},
	}
	go w.loop()
	return w
}

func (w *writer) stop() {
	close(w.quit)
	<-w.stopped
}

// do hands fn to the writer and waits for the commit that carries it.
func (w *writer) do(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if ctx.Value(writingKey{}) != nil {
		return errNestedWrite
	}
	req := &writeRequest{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case w.queue <- req:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed()
	}
	select {
	case <-req.done:
	case <-w.stopped:
		select {
		case <-req.done: // answered while stopping
		default:
			return errClosed()
		}
	}
	if req.panic != nil {
		panic(req.panic)
	}
	if req.err != nil {
		return translate(req.err)
	}
	req.tx.committed()
	return nil
}

// pause makes the writer give its connection back and wait until release is
// called; for migrations and backups, which need the connection themselves.
func (w *writer) pause() (release func()) {
	resume := make(chan struct{})
	select {
	case w.pauses <- resume:
		<-resume
		return func() { close(resume) }
	case <-w.stopped:
		return func() {}
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	defer close(w.flush.todo)
	defer w.drop()
	for {
		select {
		case req := <-w.queue:
			w.batch(req)
		case resume := <-w.pauses:
			w.drop()
			resume <- struct{}{} // paused
			<-resume             // until released
		case <-w.quit:
			for {
				select {
				case req := <-w.queue:
					w.batch(req)
				default:
					return
				}
			}
		}
	}
}

// batch runs first and whatever else is waiting in one commit.
func (w *writer) batch(first *writeRequest) {
	if err := w.begin(); err != nil {
		w.drop()
		answer([]*writeRequest{first}, err)
		return
	}
	began := time.Now() //nolint:forbidigo // a machine duration, not business time
	batch := make([]*writeRequest, 0, batchSize)
	req := first
	for req != nil {
		lost := w.run(req)
		batch = append(batch, req)
		if lost != nil {
			// The database gave up the whole transaction (disk full, I/O
			// error): nobody in this batch may be told that it is saved.
			w.rollback()
			w.drop()
			answer(batch, lost)
			return
		}
		req = nil
		if len(batch) < batchSize && time.Since(began) < batchTime && (len(batch) < batchLow || w.flush.flushing()) {
			select {
			case req = <-w.queue:
			default:
			}
		}
	}
	reached, err := w.db.reserve(func(query string, args ...any) error {
		_, err := w.exec(context.Background(), query, args)
		return err
	})
	if err == nil {
		err = w.command("COMMIT")
	}
	if err != nil {
		w.rollback()
		w.drop()
		answer(batch, err)
		return
	}
	w.db.mark.raise(reached) // the log keeps its order: what comes later is lost first
	w.flush.hand(written{batch, w.log})
}

// run executes one request behind a savepoint. The returned error means that
// the enclosing transaction is gone.
func (w *writer) run(req *writeRequest) (lost error) {
	if err := req.ctx.Err(); err != nil {
		req.err = err
		return nil
	}
	if err := w.command("SAVEPOINT one"); err != nil {
		return err
	}
	// The request's own cancellation must not tear a statement in the shared
	// transaction, hence WithoutCancel.
	ctx := context.WithValue(context.WithoutCancel(req.ctx), writingKey{}, true)
	req.tx = &Tx{db: w.db, now: w.db.clock.Now(), run: w}
	func() {
		defer func() {
			if p := recover(); p != nil {
				req.panic = p
				req.err = fmt.Errorf("panic: %v", p)
			}
		}()
		req.err = req.fn(ctx, req.tx)
	}()
	if req.err != nil {
		if err := w.command("ROLLBACK TO one"); err != nil {
			return errors.Join(req.err, err)
		}
	}
	if err := w.command("RELEASE one"); err != nil {
		return err
	}
	return nil
}

// answer tells everybody in batch how it went; err goes to those who think that
// they succeeded.
func answer(batch []*writeRequest, err error) {
	for _, req := range batch {
		if req.err == nil {
			req.err = err
		}
		close(req.done)
	}
}

func (w *writer) begin() error {
	if err := w.flush.failed(); err != nil {
		return err
	}
	if w.conn == nil {
		conn, err := w.db.write.Conn(context.Background())
		if err != nil {
			return err
		}
		w.conn = conn
		// The flusher waits for the disk, not the commit.
		if err := w.command("PRAGMA synchronous = NORMAL"); err != nil {
			return err
		}
	}
	if err := w.command("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if w.log == nil { // SQLite has made it by now
		log, err := openLog(w.db.path)
		if err != nil {
			w.rollback()
			return unreadable(err)
		}
		w.log = log
	}
	return nil
}

func (w *writer) rollback() { _ = w.command("ROLLBACK") }

// drop forgets the connection and its statements once everything committed is
// on the disk; the next batch opens anew.
func (w *writer) drop() {
	w.flush.busy.Wait()
	if w.log != nil {
		_ = w.log.Close() // read by nobody, written by SQLite
		w.log = nil
	}
	for _, s := range w.queries {
		_ = s.Close()
	}
	clear(w.queries)
	if w.conn != nil {
		_ = w.conn.Raw(func(any) error { // the statements go with the connection
			for _, s := range w.execs {
				_ = s.Close()
			}
			return nil
		})
		// Whoever borrows the connection next commits to the disk himself.
		_, _ = w.conn.ExecContext(context.Background(), "PRAGMA synchronous = FULL")
		_ = w.conn.Close()
		w.conn = nil
	}
	clear(w.execs)
}

func (w *writer) command(query string) error {
	_, err := w.exec(context.Background(), query, nil)
	return err
}

// maxStmts bounds the prepared statements kept by a connection, of each sort.
const maxStmts = 512

// exec goes to the driver itself: nobody shares the connection, and most of
// what a write does is short statements.
func (w *writer) exec(_ context.Context, query string, args []any) (res sql.Result, err error) {
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	err = w.conn.Raw(func(c any) (err error) {
		s, ok := w.execs[query]
		if !ok {
			if s, err = c.(driver.ConnPrepareContext).PrepareContext(context.Background(), query); err != nil {
				return err
			}
			room(w.execs)
			w.execs[query] = s
		}
		res, err = s.(driver.StmtExecContext).ExecContext(context.Background(), named)
		return err
	})
	return res, err
}

// room makes place for one more statement.
func room[S io.Closer](kept map[string]S) {
	if len(kept) < maxStmts {
		return
	}
	for k, s := range kept {
		_ = s.Close()
		delete(kept, k)
		return
	}
}

func (w *writer) query(_ context.Context, query string, args []any) (*sql.Rows, error) {
	s, ok := w.queries[query]
	if !ok {
		var err error
		if s, err = w.conn.PrepareContext(context.Background(), query); err != nil {
			return nil, err
		}
		room(w.queries)
		w.queries[query] = s
	}
	return s.QueryContext(context.Background(), args...)
}

func errClosed() error {
	return errs.New(errs.Unavailable, "store.closed",
		"系统正在停止，这次没有保存。请稍后再试。", "The system is stopping; nothing was saved. Try again shortly.")
}
