package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"guanjia/internal/errs"
)

// VersionTable records which migrations a database has.
const VersionTable = "store_version"

// Migrations is what one room brings: files NNNNN_name.sql at the root of FS,
// numbered room*1000+step, each starting with "-- +goose Up". They are written
// in SQLite's words; TEXT, INTEGER and BLOB become PostgreSQL's TEXT COLLATE
// "C", BIGINT and BYTEA. A file named …_sqlite.sql or …_postgres.sql runs only
// there. Steps are never edited once released: a new step is added.
type Migrations struct {
	Room string
	FS   fs.FS
}

// Folder is the folder "migrations" that a room embeds, as its Module and
// Migrations want it. The folder is embedded at build time: a missing one is a
// fault of the program, hence the panic.
func Folder(embedded embed.FS) fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err)
	}
	return sub
}

var pgWords = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`\bTEXT\b`), `TEXT COLLATE "C"`},
	{regexp.MustCompile(`\bINTEGER\b`), `BIGINT`},
	{regexp.MustCompile(`\bBLOB\b`), `BYTEA`},
	{regexp.MustCompile(`\bWITHOUT ROWID\b`), ``},
}

// Migrate brings the database to the state of all rooms. A database that
// knows migrations this binary does not is refused: a downgrade would damage it.
func (db *DB) Migrate(ctx context.Context, rooms []Migrations) error {
	return db.migrate(ctx, rooms, nil)
}

// MigrateTo runs only the migrations listed, so that a backup is restored
// into the tables it was taken from. One that this binary does not know means
// the backup is from a newer version: refused.
func (db *DB) MigrateTo(ctx context.Context, rooms []Migrations, versions []int64) error {
	only := make(map[string]bool, len(versions))
	for _, v := range Shared(rooms, versions) {
		only[fmt.Sprintf("%05d", v)] = true
	}
	return db.migrate(ctx, rooms, only)
}

// Shared leaves out of versions the migrations that only one of the databases
// has, so that a backup of one goes into the other; unknown versions stay.
func Shared(rooms []Migrations, versions []int64) []int64 {
	only := map[int64]bool{}
	for _, room := range rooms {
		if room.FS == nil {
			continue
		}
		for _, pattern := range []string{"*_sqlite.sql", "*_postgres.sql"} {
			names, err := fs.Glob(room.FS, pattern)
			if err != nil {
				continue // merge says so
			}
			for _, name := range names {
				if n, err := strconv.ParseInt(name[:strings.IndexByte(name, '_')], 10, 64); err == nil {
					only[n] = true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(versions), func(v int64) bool { return only[v] })
}

func (db *DB) migrate(ctx context.Context, rooms []Migrations, only map[string]bool) error {
	merged, err := merge(db.dialect, rooms)
	if err != nil {
		return err
	}
	ours := map[string]bool{} // every migration this binary has
	for name := range merged {
		ours[name[:5]] = true
	}
	if only != nil {
		for name := range merged {
			if number := name[:5]; only[number] {
				delete(only, number)
			} else {
				delete(merged, name)
			}
		}
		for number := range only {
			return downgrade(number)
		}
	}
	if len(merged) == 0 {
		return nil
	}
	dialect := goose.DialectSQLite3
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	versions, err := database.NewStore(dialect, VersionTable)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectCustom, db.write, merged,
		goose.WithStore(versions), goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if db.writer != nil {
		// goose works on the write pool, whose only connection the writer
		// gives back when it drops it.
		release := db.writer.pause()
		defer release()
	}
	if err := db.refuseDowngrade(ctx, p, ours); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", translate(err))
	}
	return db.loadMark(ctx)
}

// refuseDowngrade refuses a database with migrations that are not among those of
// p: of a newer binary, or, where only some of ours are wanted, of ours.
func (db *DB) refuseDowngrade(ctx context.Context, p *goose.Provider, ours map[string]bool) error {
	known := map[int64]bool{0: true}
	for _, s := range p.ListSources() {
		known[s.Version] = true
	}
	if _, err := p.GetDBVersion(ctx); err != nil { // creates the table when missing
		return translate(err)
	}
	rows, err := db.write.QueryContext(ctx, "SELECT version_id FROM "+VersionTable)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return err
		}
		if number := fmt.Sprintf("%05d", v); !known[v] && ours[number] {
			return errs.Newf(errs.Conflict, "store.migrated",
				"这个数据库已经建好了表（迁移 %s 是备份里没有的），备份只能恢复进从没用过的数据库。数据没有改动，请另建一个空的。",
				"This database has its tables already (migration %s is not among those of the backup); a backup goes only into one that was never used. Nothing was changed: make an empty one.", number)
		} else if !known[v] {
			return downgrade(number)
		}
	}
	return rows.Err()
}

func downgrade(migration string) error {
	return errs.Newf(errs.Conflict, "store.downgrade",
		"数据是更新的版本建的（迁移 %s），这个旧程序不能打开它。数据没有改动，请换用新版本。",
		"These data were made by a newer version (migration %s); this older program refuses to open them. Nothing was changed: use the newer version.", migration)
}

// merge lays the rooms' files into one numbered folder in the words of d.
func merge(d Dialect, rooms []Migrations) (fstest.MapFS, error) {
	out := fstest.MapFS{}
	owner := map[string]string{}
	for _, room := range rooms {
		if room.FS == nil {
			continue
		}
		names, err := fs.Glob(room.FS, "*.sql")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if d == SQLite && strings.HasSuffix(name, "_postgres.sql") || d == Postgres && strings.HasSuffix(name, "_sqlite.sql") {
				continue
			}
			number, _, ok := strings.Cut(name, "_")
			if !ok || len(number) != 5 {
				return nil, fmt.Errorf("migration %s/%s: the name must be NNNNN_words.sql", room.Room, name)
			}
			if other, taken := owner[number]; taken {
				return nil, fmt.Errorf("migration number %s is taken by %s and %s", number, other, room.Room)
			}
			owner[number] = room.Room
			raw, err := fs.ReadFile(room.FS, name)
			if err != nil {
				return nil, err
			}
			sql := string(raw)
			if !strings.HasPrefix(sql, "-- +goose Up") {
				return nil, errors.New("migration " + name + " must start with -- +goose Up")
			}
			if d == Postgres {
				for _, w := range pgWords {
					sql = w.re.ReplaceAllString(sql, w.to)
				}
			}
			out[name] = &fstest.MapFile{Data: []byte(sql), Mode: 0o444}
		}
	}
	return out, nil
}
