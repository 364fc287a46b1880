package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"guanjia/internal/errs"
)

// translate turns what a driver reports into the kinds of errs, by code and
// never by message. Errors that are already *errs.Error, and cancellations,
// stay as they are.
func translate(err error) error {
	if err == nil || errs.As(err) != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
			return duplicate(err)
		}
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return errs.New(errs.Unavailable, "store.full",
				"磁盘已满，这次没有保存，已有数据没有损坏。请腾出空间后再试。",
				"The disk is full: nothing was saved, existing data are safe. Free some space and try again.").Wrap(err)
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return unavailable(err)
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return unreadable(err)
		}
		return err
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case pe.Code == "23505":
			return duplicate(err)
		case pe.Code == "40001" || pe.Code == "40P01":
			return errs.New(errs.Conflict, "store.serialization",
				"同一时刻有人改了同一条记录，这次没有保存，请再试一次。",
				"Somebody changed the same record at the same moment; nothing was saved, try again.").Wrap(err)
		case pe.Code == "53100":
			return errs.New(errs.Unavailable, "store.full",
				"数据库磁盘已满，这次没有保存。请通知管理员。", "The database's disk is full; nothing was saved. Tell the administrator.").Wrap(err)
		case pe.Code[:2] == "08" || pe.Code[:2] == "57" || pe.Code[:2] == "53":
			return unavailable(err)
		}
		return err
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	if errors.As(err, &ne) || errors.As(err, &ce) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || pgconn.SafeToRetry(err) {
		return unavailable(err)
	}
	return err
}

// CodeDuplicate is the code of the Conflict that a unique index raises.
const CodeDuplicate = "store.duplicate"

func duplicate(err error) error {
	return errs.New(errs.Conflict, CodeDuplicate, "这条记录已经有了，没有重复保存。", "This record already exists; it was not saved twice.").Wrap(err)
}

func unreadable(err error) error {
	return errs.New(errs.Unavailable, "store.io",
		"数据文件读写出错，这次没有保存。请通知管理员检查磁盘。",
		"The data file could not be read or written; nothing was saved. Ask the administrator to check the disk.").Wrap(err)
}

func unavailable(err error) error {
	return errs.New(errs.Unavailable, "store.unavailable",
		"数据库暂时连不上，这次没有保存。请稍后再试。", "The database cannot be reached; nothing was saved. Try again shortly.").Wrap(err)
}

// IsDuplicate reports whether err comes from a unique index.
func IsDuplicate(err error) bool { return errs.CodeOf(err) == CodeDuplicate }
