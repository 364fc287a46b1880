package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"guanjia/internal/errs"
)

// batchTime bounds how long the writer keeps adding transactions to one
// commit; batchSize how many. A ringing phone waits at most for one batch.
const (
	batchTime = 10 * time.Millisecond
	batchSize = 64
)

type writingKey struct{}

var errNestedWrite = errors.New("store: Write inside Write; pass the tx on instead")

// writer is the one goroutine that changes a SQLite file. Transactions that
// wait together run one after another, each behind a savepoint, and share one
// commit: one fsync for all of them. None is answered before that commit.
type writer struct {
	db      *DB
	queue   chan *writeRequest
	quit    chan struct{}
	stopped chan struct{}
	pauses  chan chan struct{}
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
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
		db: db, queue: make(chan *writeRequest, 256), quit: make(chan struct{}),
		stopped: make(chan struct{}), pauses: make(chan chan struct{}), stmts: map[string]*sql.Stmt{},
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
		w.answer([]*writeRequest{first}, err)
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
			w.answer(batch, lost)
			return
		}
		req = nil
		if len(batch) < batchSize && time.Since(began) < batchTime {
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
		w.answer(batch, err)
		return
	}
	w.db.mark.raise(reached)
	w.answer(batch, nil)
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

func (w *writer) answer(batch []*writeRequest, err error) {
	for _, req := range batch {
		if req.err == nil {
			req.err = err
		}
		close(req.done)
	}
}

func (w *writer) begin() error {
	if w.conn == nil {
		conn, err := w.db.write.Conn(context.Background())
		if err != nil {
			return err
		}
		w.conn = conn
	}
	return w.command("BEGIN IMMEDIATE")
}

func (w *writer) rollback() { _ = w.command("ROLLBACK") }

// drop forgets the connection and its statements; the next batch opens anew.
func (w *writer) drop() {
	for _, s := range w.stmts {
		_ = s.Close()
	}
	clear(w.stmts)
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
}

func (w *writer) command(query string) error {
	_, err := w.exec(context.Background(), query, nil)
	return err
}

// maxStmts bounds the prepared statements kept by a connection.
const maxStmts = 512

func (w *writer) prepare(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	if len(w.stmts) >= maxStmts {
		for k, s := range w.stmts {
			_ = s.Close()
			delete(w.stmts, k)
			break
		}
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s
	return s, nil
}

func (w *writer) exec(_ context.Context, query string, args []any) (sql.Result, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args...)
}

func (w *writer) query(_ context.Context, query string, args []any) (*sql.Rows, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), args...)
}

func errClosed() error {
	return errs.New(errs.Unavailable, "store.closed",
		"系统正在停止，这次没有保存。请稍后再试。", "The system is stopping; nothing was saved. Try again shortly.")
}
