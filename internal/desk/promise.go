package desk

import (
	"time"

	"guanjia/internal/store"
)

// Promise is a word given to a customer with a time: a clock of its own (DSK-06).
type Promise struct {
	Project int64
	ID      int64
	Case    int64
	Unit    int64
	Person  int64
	Words   string
	Due     time.Time
	MadeBy  int64
	MadeAt  time.Time
	Owner   int64
	KeptAt  time.Time // zero: open
	KeptBy  int64
	Result  string
}

// Kept reports whether the promise was kept in time: open ones are not.
func (p Promise) Kept() bool { return !p.KeptAt.IsZero() && !p.KeptAt.After(p.Due) }

const promiseColumns = `project_id, id, case_id, unit_id, person_id, words, due, made_by, made_at, owner, kept_at, kept_by, result`

func scanPromise(scan store.Scan) (Promise, error) {
	var p Promise
	var due, made, kept int64
	err := scan(&p.Project, &p.ID, &p.Case, &p.Unit, &p.Person, &p.Words, &due, &p.MadeBy, &made, &p.Owner, &kept, &p.KeptBy, &p.Result)
	p.Due, p.MadeAt, p.KeptAt = store.Time(due), store.Time(made), store.Time(kept)
	return p, err
}
