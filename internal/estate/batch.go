package estate

import (
	"context"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Batch is one import of opening data (EST-17): its rows are invisible until
// one flip publishes them, and can be taken back whole.
type Batch struct {
	ID        int64
	Project   int64
	Title     string
	Source    string // name of the workbook
	State     string // open, published, reverting, reverted
	Rows      int64
	Actor     string
	Created   time.Time
	Published time.Time
	Reverted  time.Time
}

// States of a batch.
const (
	BatchOpen      = "open"
	BatchPublished = "published"
	BatchReverting = "reverting"
	BatchReverted  = "reverted"
)

// BatchRows is one chunk of a batch. Rows name one another by ids the caller
// takes from Service.NewID, across chunks too; a chunk is one transaction, so
// it should hold some hundred rows.
type BatchRows struct {
	Units       []NewUnit
	People      []NewPerson
	Occupancies []Occupancy
	Entries     []NewEntry
}

// NewEntry is a line of a register as an import brings it: read and checked
// already, its unit and person by id.
type NewEntry struct {
	Register string // "spaces", "vehicles", "mailboxes", "keys"
	Label    string
	Unit     int64
	Person   int64
	State    string // "" takes the first of the register
	Holder   string
	Since    string            // ISO
	Due      string            // ISO
	Data     map[string]string // further fields as stored: money in fen, phones as phone.Number.Key
}

// chunkRows bounds a chunk, so that no write takes long.
const chunkRows = 1000

// InUse counts what other rooms keep about units and people, so that an import
// is not taken back from under a case.
type InUse func(ctx context.Context, tx *store.Tx, project int64, units, people []int64) (int, error)

// NewID makes an identifier for a row of a batch.
func (s *Service) NewID() int64 { return s.db.NewID() }

const batchColumns = "id, project_id, title, source, state, row_count, account_name, created_at, published_at, reverted_at"

func scanBatch(scan store.Scan) (Batch, error) {
	var b Batch
	var created, published, reverted int64
	err := scan(&b.ID, &b.Project, &b.Title, &b.Source, &b.State, &b.Rows, &b.Actor, &created, &published, &reverted)
	b.Created, b.Published, b.Reverted = store.Time(created), store.Time(published), store.Time(reverted)
	return b, err
}

// OpenBatch begins an import. Errors: Forbidden.
func (s *Service) OpenBatch(ctx context.Context, actor auth.Actor, project int64, title, source string) (Batch, error) {
	if err := need(actor, PermImport, project); err != nil {
		return Batch{}, err
	}
	b := Batch{Project: project, Title: text.Clean(title), Source: text.Clean(source), State: BatchOpen, Actor: actor.Name}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		b.ID, b.Created = tx.NewID(), tx.Now()
		if _, err := tx.Exec(ctx, "INSERT INTO estate_batch (project_id, id, title, source, state, account_id, account_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			project, b.ID, b.Title, b.Source, b.State, actor.Account, actor.Name, store.Micros(tx.Now())); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, actor, project, "batch", b.ID, "open", nil); err != nil {
			return err
		}
		return s.index.Hide(ctx, tx, project, b.ID)
	})
	return b, err
}

// AddToBatch inserts a chunk of an open batch. A faulty row refuses the whole
// chunk (Invalid, Conflict): the dry run finds faults before.
func (s *Service) AddToBatch(ctx context.Context, actor auth.Actor, b Batch, rows BatchRows) error {
	if err := need(actor, PermImport, b.Project); err != nil {
		return err
	}
	n := len(rows.Units) + len(rows.People) + len(rows.Occupancies) + len(rows.Entries)
	if n > chunkRows {
		return errs.Newf(errs.Invalid, "estate.batch.chunk", "一块最多 %d 行。", "A chunk has at most %d rows.", chunkRows)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.inState(ctx, tx, b, BatchOpen); err != nil {
			return err
		}
		units, people := []int64{}, []int64{}
		if len(rows.Units) > 0 {
			made, err := s.insertUnits(ctx, tx, actor, b.Project, b.ID, rows.Units)
			if err != nil {
				return err
			}
			for _, u := range made {
				units = append(units, u.ID)
			}
		}
		if len(rows.People) > 0 {
			made, err := s.insertPeople(ctx, tx, b.Project, b.ID, rows.People)
			if err != nil {
				return err
			}
			for _, p := range made {
				people = append(people, p.ID)
			}
		}
		for i := range rows.Occupancies {
			o := &rows.Occupancies[i]
			if err := o.check(); err != nil {
				return err
			}
			o.Project = b.Project
			if o.ID == 0 {
				o.ID = tx.NewID()
			}
			units, people = append(units, o.Unit), append(people, o.Person)
		}
		if err := s.insertOccupancies(ctx, tx, b.ID, rows.Occupancies); err != nil {
			return err
		}
		if err := s.insertEntries(ctx, tx, b, rows.Entries); err != nil {
			return err
		}
		if err := s.indexUnits(ctx, tx, b.Project, unique(units)); err != nil {
			return err
		}
		if err := s.indexPeople(ctx, tx, b.Project, unique(people)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_batch SET row_count = row_count + ? WHERE id = ?", n, b.ID); err != nil {
			return err
		}
		return s.changed(ctx, tx, actor, b.Project, "batch", b.ID, "add", map[string]any{"rows": n})
	})
}

// PublishBatch makes all rows of a batch visible at once. Errors: Forbidden,
// Conflict (not open).
func (s *Service) PublishBatch(ctx context.Context, actor auth.Actor, b Batch) error {
	if err := need(actor, PermImport, b.Project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.inState(ctx, tx, b, BatchOpen); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_batch SET state = ?, published_at = ? WHERE id = ?", BatchPublished, store.Micros(tx.Now()), b.ID); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, actor, b.Project, "batch", b.ID, "publish", nil); err != nil {
			return err
		}
		return s.index.Reveal(ctx, tx, b.Project, b.ID)
	})
}

// RevertBatch takes an import back whole: it vanishes at once, its rows are
// removed in chunks after that; a second call goes on where one was cut off.
// The reason stands on the trail; "" where the house itself takes back what an
// import left undone. Errors: Forbidden, Conflict (its units or people are in
// use elsewhere).
func (s *Service) RevertBatch(ctx context.Context, actor auth.Actor, b Batch, reason string, inUse ...InUse) error {
	if err := need(actor, PermImport, b.Project); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := store.One(ctx, tx, scanBatch, "SELECT "+batchColumns+" FROM estate_batch WHERE project_id = ? AND id = ?"+tx.Lock(), b.Project, b.ID)
		if err != nil || now.State == BatchReverting || now.State == BatchReverted {
			return err
		}
		if err := s.mayRevert(ctx, tx, b, inUse); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE estate_batch SET state = ? WHERE id = ?", BatchReverting, b.ID); err != nil {
			return err
		}
		data := map[string]any{"rows": now.Rows}
		if reason != "" {
			data["reason"] = reason
		}
		if err := s.changed(ctx, tx, actor, b.Project, "batch", b.ID, "revert", data); err != nil {
			return err
		}
		return s.index.Hide(ctx, tx, b.Project, b.ID)
	})
	if err != nil {
		return err
	}
	for _, table := range batchTables {
		for {
			var left bool
			err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				left, err = s.revertChunk(ctx, tx, b, table)
				return err
			})
			if err != nil {
				return err
			}
			if !left {
				break
			}
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE estate_batch SET state = ?, reverted_at = ? WHERE id = ?", BatchReverted, store.Micros(tx.Now()), b.ID); err != nil {
			return err
		}
		return s.index.Reveal(ctx, tx, b.Project, b.ID)
	})
}

// batchTables hold rows of imports, dependent ones first.
var batchTables = []string{"estate_entry", "estate_occupancy", "estate_phone", "estate_unit_state", "estate_person", "estate_unit", "estate_entrance", "estate_building"}

// revertChunk removes some rows of a table; left says whether more may be there.
func (s *Service) revertChunk(ctx context.Context, tx *store.Tx, b Batch, table string) (left bool, err error) {
	ids, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM "+table+" WHERE batch_id = ? ORDER BY id LIMIT 500", b.ID)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	if table == "estate_person" {
		refs, err := store.All(ctx, tx, store.Value[int64], "SELECT id_ref FROM estate_person WHERE project_id = ? AND id_ref <> 0 AND id IN ("+store.Marks(len(ids))+")", argsOf(b.Project, ids)...)
		if err != nil {
			return false, err
		}
		for _, ref := range refs {
			if err := s.vault.Erase(ctx, tx, ref); err != nil {
				return false, err
			}
		}
	}
	if table == "estate_person" || table == "estate_unit" || table == "estate_entry" {
		if err := s.index.Remove(ctx, tx, b.Project, ids...); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM "+table+" WHERE project_id = ? AND id IN ("+store.Marks(len(ids))+")", argsOf(b.Project, ids)...)
	return true, err
}

// BatchHolds is what an import holds now, by sort.
type BatchHolds struct{ Units, People, Occupancies, Entries int64 }

// BatchHolds counts what taking a batch back would remove. Errors: Forbidden.
func (s *Service) BatchHolds(ctx context.Context, actor auth.Actor, project, batch int64) (h BatchHolds, err error) {
	if err := need(actor, PermImport, project); err != nil {
		return h, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for table, n := range map[string]*int64{"estate_unit": &h.Units, "estate_person": &h.People, "estate_occupancy": &h.Occupancies, "estate_entry": &h.Entries} {
			if *n, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM "+table+" WHERE project_id = ? AND batch_id = ?", project, batch); err != nil {
				return err
			}
		}
		return nil
	})
	return h, err
}

// mayRevert refuses when somebody built on the rows since.
func (s *Service) mayRevert(ctx context.Context, tx *store.Tx, b Batch, inUse []InUse) error {
	n, err := store.One(ctx, tx, store.Value[int64], `SELECT
 (SELECT count(*) FROM estate_unit WHERE batch_id = ? AND version > 1) + (SELECT count(*) FROM estate_person WHERE batch_id = ? AND version > 1) + (SELECT count(*) FROM estate_entry WHERE batch_id = ? AND version > 1) +
 (SELECT count(*) FROM estate_building WHERE batch_id = ? AND version > 1) +
 (SELECT count(*) FROM estate_entry e WHERE e.project_id = ? AND e.batch_id <> ? AND EXISTS (SELECT 1 FROM estate_unit u WHERE u.id = e.unit_id AND u.batch_id = ?)) +
 (SELECT count(*) FROM estate_occupancy o WHERE o.project_id = ? AND o.batch_id <> ? AND (EXISTS (SELECT 1 FROM estate_unit u WHERE u.id = o.unit_id AND u.batch_id = ?) OR EXISTS (SELECT 1 FROM estate_person p WHERE p.id = o.person_id AND p.batch_id = ?))) +
 (SELECT count(*) FROM estate_unit u WHERE u.project_id = ? AND u.batch_id <> ? AND EXISTS (SELECT 1 FROM estate_building x WHERE x.id = u.building_id AND x.batch_id = ?))`,
		b.ID, b.ID, b.ID, b.ID, b.Project, b.ID, b.ID, b.Project, b.ID, b.ID, b.ID, b.Project, b.ID, b.ID)
	if err != nil {
		return err
	}
	used := int(n)
	if len(inUse) > 0 {
		units, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM estate_unit WHERE batch_id = ?", b.ID)
		if err != nil {
			return err
		}
		people, err := store.All(ctx, tx, store.Value[int64], "SELECT id FROM estate_person WHERE batch_id = ?", b.ID)
		if err != nil {
			return err
		}
		for _, fn := range inUse {
			k, err := fn(ctx, tx, b.Project, units, people)
			if err != nil {
				return err
			}
			used += k
		}
	}
	if used > 0 {
		return errs.Newf(errs.Conflict, "estate.batch.used", "导入之后已有 %d 条记录改过或用到这些房屋和客户，不能整批撤回，数据没有改动。请逐条更正。",
			"Since the import %d records changed or use its units and people; it cannot be taken back whole. Nothing was changed: correct them one by one.", used)
	}
	return nil
}

// Batches lists the imports of a project, newest first.
func (s *Service) Batches(ctx context.Context, actor auth.Actor, project int64) ([]Batch, error) {
	if err := need(actor, PermImport, project); err != nil {
		return nil, err
	}
	var list []Batch
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = store.All(ctx, tx, scanBatch, "SELECT "+batchColumns+" FROM estate_batch WHERE project_id = ? ORDER BY created_at DESC, id DESC LIMIT 200", project)
		return err
	})
	return list, err
}

func (s *Service) inState(ctx context.Context, tx *store.Tx, b Batch, state string) error {
	now, err := store.One(ctx, tx, scanBatch, "SELECT "+batchColumns+" FROM estate_batch WHERE project_id = ? AND id = ?"+tx.Lock(), b.Project, b.ID)
	if err != nil {
		return err
	}
	if now.State != state {
		return errs.New(errs.Conflict, "estate.batch.state", "这批导入已经发布或撤回，没有改动。", "This import was published or taken back already; nothing was changed.")
	}
	return nil
}

func unique(ids []int64) []int64 {
	seen := map[int64]bool{}
	var out []int64
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
