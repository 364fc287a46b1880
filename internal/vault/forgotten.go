package vault

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// Subject is something that a room erased by itself, by number: a case whose
// words went, a person. It says nothing of what was erased.
type Subject struct {
	Project int64
	Kind    string // room.noun: "casefile.case"
	ID      int64
}

// Forgot notes in the transaction of the erasure that a room erased a subject,
// so that Replay erases it again when an older backup brings it back.
func (s *Service) Forgot(ctx context.Context, tx *store.Tx, x Subject) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_forgotten (project_id, kind, subject_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (project_id, kind, subject_id) DO NOTHING`, x.Project, x.Kind, x.ID, store.Micros(s.clock.Now()))
	return err
}

// Again erases a subject of one kind once more, in a transaction of its own.
// It reports whether there was something to erase; a subject that is not there
// (the backup is older than it) is none.
type Again func(ctx context.Context, project, id int64) (bool, error)

// forgotten lists what rooms erased, as lines of the erasure file.
func (s *Service) forgotten(ctx context.Context, tx *store.Tx) ([]erasure, error) {
	return store.All(ctx, tx, func(scan store.Scan) (erasure, error) {
		var e erasure
		var at int64
		err := scan(&e.Project, &e.Kind, &e.Subject, &at)
		e.At = store.Time(at)
		return e, err
	}, "SELECT project_id, kind, subject_id, at FROM vault_forgotten ORDER BY at, kind, subject_id")
}

// again has the rooms erase what the erasure file names, in the order it was
// erased in, and notes it in this database too.
func (s *Service) again(ctx context.Context, have map[key]erasure, rooms map[string]Again) (int, error) {
	list := slices.SortedFunc(maps.Values(have), func(a, b erasure) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	n := 0
	for _, e := range list {
		if e.Kind == "" {
			continue
		}
		room := rooms[e.Kind]
		if room == nil {
			return n, errs.Newf(errs.Internal, "vault.forgotten.kind", "删除记录里有不认识的种类 %s，恢复没有做完。", "The erasure file names the kind %s, which nobody erases; the restore is not complete.", e.Kind)
		}
		did, err := room(ctx, e.Project, e.Subject)
		if err != nil {
			return n, err
		}
		if did {
			n++
		}
		err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return s.Forgot(ctx, tx, Subject{Project: e.Project, Kind: e.Kind, ID: e.Subject})
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// key tells lines of the erasure file apart: a value, or a room's subject.
type key struct {
	value   int64
	project int64
	kind    string
	subject int64
}

// erasure is a line of the erasure file.
type erasure struct {
	ID      int64     `json:"id,omitempty"`
	Value   int64     `json:"value,omitempty"`
	At      time.Time `json:"at"`
	Project int64     `json:"project,omitempty"`
	Kind    string    `json:"kind,omitempty"`
	Subject int64     `json:"subject,omitempty"`
}

func (e erasure) key() key { return key{e.Value, e.Project, e.Kind, e.Subject} }
