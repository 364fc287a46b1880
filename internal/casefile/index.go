package casefile

import (
	"context"
	"slices"
	"sync"
	"time"

	"guanjia/internal/engine"
	"guanjia/internal/jobs"
	"guanjia/internal/procedure"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// The words of a case enter the search index in batches right after the
// commit, so that a ringing phone does not pay for them: text may lag by an
// instant. Numbers and phones are found in the case table itself and never lag.

// fillBatch is how many cases one transaction indexes when nobody else wants to
// write; while a phone rings it ends after fillStep of them.
const (
	fillBatch = 200
	fillStep  = 40
)

// filler runs at most one Fill at a time in this process.
type filler struct {
	mu             sync.Mutex
	running, again bool
}

// toIndex notes that the words of c are to be indexed, when they are new.
func (s *Service) toIndex(ctx context.Context, tx *store.Tx, c Case, events []engine.Event) error {
	if s.cfg.Search == nil || !newWords(events) {
		return nil
	}
	return s.waitsForIndex(ctx, tx, c)
}

func (s *Service) waitsForIndex(ctx context.Context, tx *store.Tx, c Case) error {
	// An update and not "do nothing": it waits for a filler that has read the
	// case as it was and is about to delete the row.
	_, err := tx.Exec(ctx, `INSERT INTO casefile_unindexed (project_id, case_id) VALUES (?, ?)
		ON CONFLICT (case_id) DO UPDATE SET project_id = excluded.project_id`, c.Project, c.ID)
	tx.AfterCommit(s.fillSoon)
	return err
}

func newWords(events []engine.Event) bool {
	for _, e := range events {
		if e.Kind == engine.EvOpened || e.Kind == engine.EvAmend || e.Kind == engine.EvAbout {
			return true
		}
	}
	return false
}

// fillRest is how long the filler waits before it begins, so that what comes in
// together is indexed together and the next caller is not kept waiting for the
// words of the one before.
const fillRest = 30 * time.Millisecond

// fillSoon indexes in the background. What a crash leaves over is in the table
// and taken up by the periodic job.
func (s *Service) fillSoon() {
	s.filler.mu.Lock()
	defer s.filler.mu.Unlock()
	s.filler.again = true
	if s.filler.running {
		return
	}
	s.filler.running = true
	go func() {
		for {
			time.Sleep(fillRest) // a machine duration
			s.filler.mu.Lock()
			if !s.filler.again {
				s.filler.running = false
				s.filler.mu.Unlock()
				return
			}
			s.filler.again = false
			s.filler.mu.Unlock()
			if err := s.Fill(context.Background()); err != nil {
				// The job tries again and reports what stays wrong.
				s.cfg.Log.Debug("casefile: indexing words", "error", err)
			}
		}
	}()
}

// Fill indexes every case that waits for it.
func (s *Service) Fill(ctx context.Context) error {
	if s.cfg.Search == nil {
		return nil
	}
	for {
		waiting, err := s.readUnindexed(ctx)
		for err == nil && len(waiting) > 0 {
			done := 0
			err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				done, err = s.fillOnce(ctx, tx, waiting)
				return err
			})
			waiting = waiting[done:]
		}
		if err != nil || waiting == nil {
			return err
		}
	}
}

func (s *Service) fillJob(ctx context.Context, _ jobs.Job) error { return s.Fill(ctx) }

// unindexed is a case that waits with the version its document was made of.
type unindexed struct {
	id, project int64
	version     int
	doc         search.Doc
}

// readUnindexed makes the documents of the next cases that wait, beside the
// writer; nil when none does.
func (s *Service) readUnindexed(ctx context.Context) (list []unindexed, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		ids, err := store.All(ctx, tx, store.Value[int64], "SELECT c.id FROM casefile_unindexed u JOIN casefile_case c ON c.id = u.case_id ORDER BY u.case_id LIMIT ?", fillBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		cases, err := store.All(ctx, tx, scanCase, "SELECT "+caseColumns+" FROM casefile_case WHERE id IN ("+store.Marks(len(ids))+") ORDER BY id", anys(ids)...)
		if err != nil {
			return err
		}
		for _, c := range cases {
			def, err := s.docs.definition(ctx, tx, c.DefHash)
			if err != nil {
				return err
			}
			list = append(list, unindexed{c.ID, c.Project, c.State.Version, search.Prepare(s.document(c, def))})
		}
		return nil
	})
	return list, err
}

// fillOnce indexes the first of list and returns how many it is done with. What
// changed since it was read stays for the next turn.
func (s *Service) fillOnce(ctx context.Context, tx *store.Tx, list []unindexed) (done int, err error) {
	for done < len(list) {
		step := list[done:min(done+fillStep, len(list))]
		if tx.Dialect() == store.Postgres { // nothing is gained by small steps
			step = list[done:]
		}
		ids := make([]int64, len(step))
		for i, u := range step {
			ids[i] = u.id
		}
		args := anys(ids)
		// The lock makes fillers wait for each other: when Fill returns, everything
		// that was committed before is indexed. Who amends a case waits, too.
		waiting, err := store.All(ctx, tx, store.Value[int64], "SELECT case_id FROM casefile_unindexed WHERE case_id IN ("+store.Marks(len(ids))+") ORDER BY case_id"+tx.Lock(), args...)
		if err != nil {
			return 0, err
		}
		versions, err := store.All(ctx, tx, scanVersion, "SELECT id, version FROM casefile_case WHERE id IN ("+store.Marks(len(ids))+")", args...)
		if err != nil {
			return 0, err
		}
		byProject, fit := map[int64][]search.Doc{}, []any{}
		for _, u := range step {
			if slices.Contains(waiting, u.id) && slices.Contains(versions, caseVersion{u.id, u.version}) {
				byProject[u.project] = append(byProject[u.project], u.doc)
				fit = append(fit, u.id)
			}
		}
		for _, docs := range byProject {
			if err := s.cfg.Search.PutAll(ctx, tx, docs); err != nil {
				return 0, err
			}
		}
		if len(fit) > 0 {
			if _, err := tx.Exec(ctx, "DELETE FROM casefile_unindexed WHERE case_id IN ("+store.Marks(len(fit))+")", fit...); err != nil {
				return 0, err
			}
		}
		done += len(step)
		if s.db.Busy() {
			break
		}
	}
	return done, nil
}

type caseVersion struct {
	id      int64
	version int
}

func scanVersion(scan store.Scan) (caseVersion, error) {
	var v caseVersion
	err := scan(&v.id, &v.version)
	return v, err
}

// document is what a case is found by: its number, who called, what was said
// and answered in words. Phones are keys, never shown.
func (s *Service) document(c Case, def *procedure.Definition) search.Doc {
	words := c.Words + "\n" + c.Place + "\n" + c.Plate
	for _, f := range def.Fields {
		if v, ok := c.State.Fields[f.Name].(string); ok && (f.Type == procedure.TypeWords || f.Type == procedure.TypeText) {
			words += "\n" + v
		}
	}
	sub := def.Title.ZH
	if c.Plate != "" {
		sub += " · " + c.Plate
	}
	return search.Doc{
		Project: c.Project, ID: c.ID, Kind: "case", Title: c.Number + " " + c.Subject, Sub: sub,
		URL: s.Path(c), Text: text.Cut(words, maxWords),
		Keys: search.NumberKeys(c.Number), Names: []string{c.Caller}, Phones: []string{c.Phone}, Rooms: []string{c.Plate},
	}
}

// Path is the page of c.
func (s *Service) Path(c Case) string {
	return "/p/" + s.cfg.Handbook.ProjectCode(c.Project) + "/cases/" + c.Number
}

// Reindex puts every case into the search index anew: after a restore, whose
// archive leaves the index out.
func (s *Service) Reindex(ctx context.Context) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO casefile_unindexed (project_id, case_id)
			SELECT project_id, id FROM casefile_case WHERE id > 0 ON CONFLICT (case_id) DO NOTHING`)
		return err
	})
	if err != nil {
		return err
	}
	return s.Fill(ctx)
}
