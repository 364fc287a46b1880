package handbook

import (
	"context"
	"embed"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

const changeColumns = `project_id, id, sort, was, becomes, reason, state, proposed_by, proposed_at, decided_by, decided_at, note, from_at, in_force_at`

func scanChange(scan store.Scan) (Change, error) {
	var c Change
	var at, decided, from, force int64
	err := scan(&c.Project, &c.ID, &c.Sort, &c.Before, &c.After, &c.Reason, &c.State, &c.By, &at, &c.Decided, &decided, &c.Note, &from, &force)
	c.At, c.DecidedAt, c.From, c.InForceAt = store.Time(at), store.Time(decided), store.Time(from), store.Time(force)
	return c, err
}

func insertChange(ctx context.Context, tx *store.Tx, c Change) error {
	_, err := tx.Exec(ctx, "INSERT INTO handbook_change ("+changeColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.Project, c.ID, string(c.Sort), c.Before, c.After, c.Reason, string(c.State), c.By, store.Micros(c.At),
		c.Decided, store.Micros(c.DecidedAt), c.Note, store.Micros(c.From), store.Micros(c.InForceAt))
	return err
}

func changeByID(ctx context.Context, tx *store.Tx, id int64) (Change, error) {
	c, err := store.One(ctx, tx, scanChange, "SELECT "+changeColumns+" FROM handbook_change WHERE id = ?"+tx.Lock(), id)
	if errs.KindOf(err) == errs.NotFound {
		return c, noChange()
	}
	return c, err
}

// changesShown bounds the page; older ones are in the audit trail.
const changesShown = 200

// changesOf lists the company's changes and those of one project, newest first.
func changesOf(ctx context.Context, tx *store.Tx, project int64) ([]Change, error) {
	return store.All(ctx, tx, scanChange, "SELECT "+changeColumns+" FROM handbook_change WHERE project_id = ? OR project_id = 0 ORDER BY id DESC LIMIT ?", project, changesShown)
}

func undecided(ctx context.Context, tx *store.Tx, project int64, sort ChangeSort) ([]Change, error) {
	return store.All(ctx, tx, scanChange, "SELECT "+changeColumns+" FROM handbook_change WHERE project_id = ? AND sort = ? AND state IN ('waiting', 'approved') ORDER BY id",
		project, string(sort))
}

func due(ctx context.Context, tx *store.Tx, now time.Time) ([]Change, error) {
	return store.All(ctx, tx, scanChange, "SELECT "+changeColumns+" FROM handbook_change WHERE state = 'approved' AND from_at <= ? ORDER BY from_at, id", store.Micros(now))
}

// settle puts a change in force in the place of what stood before. It does
// nothing when another node was faster.
func settle(ctx context.Context, tx *store.Tx, c Change) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE handbook_change SET state = 'in_force', in_force_at = ? WHERE id = ? AND state = 'approved'", store.Micros(tx.Now()), c.ID)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, "UPDATE handbook_change SET state = 'past' WHERE project_id = ? AND sort = ? AND state = 'in_force' AND id <> ?", c.Project, string(c.Sort), c.ID)
	return true, err
}

// saveVersion keeps a handbook's files under its hash.
func saveVersion(ctx context.Context, tx *store.Tx, hash string, source []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO handbook_version (hash, source, saved_at) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING", hash, source, store.Micros(tx.Now()))
	return err
}

func versionSource(ctx context.Context, tx *store.Tx, hash string) ([]byte, error) {
	return store.One(ctx, tx, store.Value[[]byte], "SELECT source FROM handbook_version WHERE hash = ?", hash)
}

// hashInForce is the hash of the handbook in force, "" before the first start.
func hashInForce(ctx context.Context, tx *store.Tx) (string, error) {
	list, err := store.All(ctx, tx, store.Value[string], "SELECT becomes FROM handbook_change WHERE project_id = 0 AND sort = 'handbook' AND state = 'in_force' ORDER BY id DESC LIMIT 1")
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}
