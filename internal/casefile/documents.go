package casefile

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// documents keeps published versions: whole in the database by content hash,
// read once into memory. What a hash names never changes, so nothing here ever
// goes stale.
type documents struct {
	mu      sync.RWMutex
	stored  map[string]bool // committed in the database
	defs    map[string]*procedure.Definition
	figures map[string]*procedure.Figures
	cals    map[string]*calendar.Calendar
}

func newDocuments() *documents {
	return &documents{
		stored: map[string]bool{}, defs: map[string]*procedure.Definition{},
		figures: map[string]*procedure.Figures{}, cals: map[string]*calendar.Calendar{},
	}
}

// figuresSource is how figures are stored: the profile as published and the
// project's own values on top.
type figuresSource struct {
	Source    string            `json:"source"`
	Overrides map[string]string `json:"overrides,omitempty"`
}

// save stores what is not yet stored; usually nothing.
func (d *documents) save(ctx context.Context, tx *store.Tx, s Stamp) error {
	d.mu.RLock()
	known := d.stored[s.Def.Hash] && d.stored[s.Figures.Hash] && d.stored[s.Calendar.Hash]
	d.mu.RUnlock()
	if known {
		return nil
	}
	fig, err := json.Marshal(figuresSource{Source: s.Figures.Source, Overrides: s.Overrides})
	if err != nil {
		return err
	}
	for _, doc := range [...][4]string{
		{s.Def.Hash, "definition", s.Def.Name, s.Def.Source},
		{s.Figures.Hash, "figures", s.Figures.Profile, string(fig)},
		{s.Calendar.Hash, "calendar", "calendar", string(s.Calendar.JSON())},
	} {
		if _, err := tx.Exec(ctx, `INSERT INTO casefile_document (hash, sort, name, source, saved_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`,
			doc[0], doc[1], doc[2], doc[3], store.Micros(tx.Now())); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.stored[s.Def.Hash], d.stored[s.Figures.Hash], d.stored[s.Calendar.Hash] = true, true, true
		d.defs[s.Def.Hash], d.figures[s.Figures.Hash], d.cals[s.Calendar.Hash] = s.Def, s.Figures, s.Calendar
	})
	return nil
}

// Publish stores the versions of a handbook before any case uses them.
func (s *Service) Publish(ctx context.Context, tx *store.Tx, stamps []Stamp) error {
	for _, st := range stamps {
		if err := s.docs.save(ctx, tx, st); err != nil {
			return err
		}
	}
	return nil
}

func (d *documents) definition(ctx context.Context, tx *store.Tx, hash string) (*procedure.Definition, error) {
	return document(ctx, tx, d, d.defs, hash, func(name, source string) (*procedure.Definition, string, error) {
		def, problems := procedure.Read("procedures/"+name+".yaml", []byte(source))
		if procedure.Refused(problems) {
			return nil, "", fmt.Errorf("%s", problems[0])
		}
		return def, def.Hash, nil
	})
}

func (d *documents) figuresOf(ctx context.Context, tx *store.Tx, hash string) (*procedure.Figures, error) {
	return document(ctx, tx, d, d.figures, hash, func(name, source string) (*procedure.Figures, string, error) {
		var stored figuresSource
		if err := json.Unmarshal([]byte(source), &stored); err != nil {
			return nil, "", err
		}
		f, problems := procedure.LoadFigures("profiles/"+name+".yaml", []byte(stored.Source))
		if procedure.Refused(problems) {
			return nil, "", fmt.Errorf("%s", problems[0])
		}
		if len(stored.Overrides) > 0 {
			if f, problems = f.Override(stored.Overrides); procedure.Refused(problems) {
				return nil, "", fmt.Errorf("%s", problems[0])
			}
		}
		return f, f.Hash, nil
	})
}

func (d *documents) calendar(ctx context.Context, tx *store.Tx, hash string) (*calendar.Calendar, error) {
	return document(ctx, tx, d, d.cals, hash, func(_, source string) (*calendar.Calendar, string, error) {
		c, err := calendar.Parse([]byte(source))
		if err != nil {
			return nil, "", err
		}
		return c, c.Hash, nil
	})
}

func document[T any](ctx context.Context, tx *store.Tx, d *documents, cache map[string]T, hash string,
	read func(name, source string) (T, string, error),
) (T, error) {
	d.mu.RLock()
	v, ok := cache[hash]
	d.mu.RUnlock()
	if ok {
		return v, nil
	}
	row, err := store.One(ctx, tx, func(scan store.Scan) ([2]string, error) {
		var r [2]string
		err := scan(&r[0], &r[1])
		return r, err
	}, "SELECT name, source FROM casefile_document WHERE hash = ?", hash)
	if err != nil {
		return v, fmt.Errorf("casefile: stored version %.12s: %w", hash, err)
	}
	v, got, err := read(row[0], row[1])
	if err != nil {
		return v, fmt.Errorf("casefile: reading stored version %.12s of %s: %w", hash, row[0], err)
	}
	if got != hash {
		return v, fmt.Errorf("casefile: stored version %.12s of %s reads as %.12s", hash, row[0], got)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	cache[hash] = v
	return v, nil
}
