package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guanjia/internal/errs"
)

func openForFlush(t *testing.T, sync func(*os.File) error) *DB {
	t.Helper()
	db, err := Open(context.Background(), Config{DSN: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := put(db, "CREATE TABLE a (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	db.writer.flush.busy.Wait()
	db.writer.flush.sync = sync // seen by the flusher with the next batch
	return db
}

func put(db *DB, query string) error {
	return db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, query)
		return err
	})
}

func rows(t *testing.T, db *DB) int64 {
	t.Helper()
	var n int64
	err := db.Read(context.Background(), func(ctx context.Context, tx *Tx) (err error) {
		n, err = One(ctx, tx, Value[int64], "SELECT count(*) FROM a")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Nobody is told that something is saved before a flush that began after its
// commit has ended; the writer goes on meanwhile.
func TestAnswersComeAfterTheFlush(t *testing.T) {
	t.Parallel()
	flushes, release := make(chan struct{}), make(chan struct{})
	db := openForFlush(t, func(log *os.File) error {
		flushes <- struct{}{}
		<-release
		return toDisk(log)
	})
	first, second, ran := make(chan error, 1), make(chan error, 1), make(chan struct{})
	go func() { first <- put(db, "INSERT INTO a VALUES (1)") }()
	<-flushes // of the first
	go func() {
		second <- db.Write(context.Background(), func(ctx context.Context, tx *Tx) error {
			close(ran)
			_, err := tx.Exec(ctx, "INSERT INTO a VALUES (2)")
			return err
		})
	}()
	<-ran
	select {
	case err := <-first:
		t.Fatalf("the first was answered before its flush ended: %v", err)
	case err := <-second:
		t.Fatalf("the second was answered before any flush ended: %v", err)
	default:
	}
	release <- struct{}{}
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	<-flushes // a second one, for what was committed after the first had begun
	select {
	case err := <-second:
		t.Fatalf("the second was answered by the flush before it: %v", err)
	default:
	}
	release <- struct{}{}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	if n := rows(t, db); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

// After a flush that failed nothing more is taken in, even when the disk says
// yes again: what it holds by then is not known.
func TestAFlushThatFails(t *testing.T) {
	t.Parallel()
	broken := true
	db := openForFlush(t, func(log *os.File) error {
		if broken {
			broken = false
			return errors.New("input/output error")
		}
		return toDisk(log)
	})
	if err := db.Saving(); err != nil {
		t.Fatal(err)
	}
	if err := put(db, "INSERT INTO a VALUES (1)"); errs.CodeOf(err) != "store.unsure" || errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a write that was not flushed: %v", err)
	}
	if db.Saving() == nil {
		t.Error("pages are not told")
	}
	if err := db.Reading(context.Background()); err != nil {
		t.Errorf("reading after it: %v", err)
	}
	before := rows(t, db)
	if err := put(db, "INSERT INTO a VALUES (2)"); errs.CodeOf(err) != "store.unsure" {
		t.Errorf("a write after it: %v", err)
	}
	if n := rows(t, db); n != before {
		t.Errorf("%d rows, want %d: it was carried out nevertheless", n, before)
	}
}

// The writer's connection commits to the disk itself as soon as somebody else
// has it, migrations above all.
func TestBorrowedConnectionFlushesItself(t *testing.T) {
	t.Parallel()
	db := openForFlush(t, toDisk)
	release := db.writer.pause()
	defer release()
	var level int
	if err := db.write.QueryRowContext(context.Background(), "PRAGMA synchronous").Scan(&level); err != nil {
		t.Fatal(err)
	}
	if full := 2; level != full {
		t.Errorf("synchronous = %d, want %d", level, full)
	}
}
