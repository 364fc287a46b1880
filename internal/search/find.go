package search

import (
	"context"
	"strings"

	"guanjia/internal/store"
)

// Hit is one thing that was found.
type Hit struct {
	ID    int64
	Kind  string
	Title string
	Sub   string
	URL   string
	Exact bool // by a key as typed, not by its beginning or by words
}

// MaxHits is the most Find returns; it stops there.
const MaxHits = 50

// Find lists what q finds in a project: keys first (exact, then by their
// order), then words, newest first. kinds nil means all. Nothing that can be
// typed is an error; a query without letters or digits finds nothing.
func (x *Index) Find(ctx context.Context, tx *store.Tx, project int64, q string, kinds []string, limit int) ([]Hit, error) {
	if limit <= 0 || limit > MaxHits {
		limit = MaxHits
	}
	if rs := []rune(q); len(rs) > maxQuery {
		q = string(rs[:maxQuery])
	}
	scope, err := x.knownScope(ctx, tx, project)
	if err != nil || scope == "" {
		return nil, err
	}
	found := &hits{limit: limit, seen: map[int64]bool{}}
	dashed := Dashed(q)
	forms := []string{dashed}
	if c := strings.ReplaceAll(dashed, "-", ""); c != dashed {
		forms = append(forms, c)
	}
	for _, f := range forms {
		// Typed with its parts and found so: the run-together form would add
		// 31-1-502 to 3-1-1502.
		if f == "" || found.full() || found.exact {
			continue
		}
		if err := x.byKey(ctx, tx, found, project, f, kinds); err != nil {
			return nil, err
		}
	}
	// A room, a plate, a number or the end of a phone that was found as typed is
	// what was meant; the many texts with the same short numbers in them are not.
	if found.exact && shortNumbers(q) {
		return found.list, nil
	}
	if tokens := queryTokens(q); len(tokens) > 0 && !found.full() {
		if err := x.byWords(ctx, tx, found, project, scope, tokens, kinds); err != nil {
			return nil, err
		}
	}
	return found.list, nil
}

// longNumber is from how many digits on a number in a text is worth finding
// beside what has it as its key: a phone, not a room.
const longNumber = 7

// shortNumbers reports whether q has numbers, and short ones only.
func shortNumbers(q string) bool {
	short, long := false, false
	runs(lower(q), maxQuery, func(k runKind, run []rune) {
		if k == digit {
			short, long = true, long || len(run) >= longNumber
		}
	})
	return short && !long
}

const visible = ` AND (d.batch_id = 0 OR NOT EXISTS (SELECT 1 FROM search_hidden h WHERE h.batch_id = d.batch_id))`

func (x *Index) byKey(ctx context.Context, tx *store.Tx, found *hits, project int64, form string, kinds []string) error {
	// In the order of the indexes, so that it ends with the last hit wanted.
	query := `SELECT d.id, d.kind, d.title, d.sub, d.url, k.word FROM search_key k CROSS JOIN search_post p CROSS JOIN search_doc d
WHERE k.project_id = ? AND k.word >= ? AND k.word < ? AND p.term = k.term AND d.id = -p.back` + visible
	args := []any{project, form, form + "\U0010FFFF"}
	if len(kinds) > 0 {
		query += " AND d.kind IN (" + store.Marks(len(kinds)) + ")"
		for _, k := range kinds {
			args = append(args, k)
		}
	}
	// One thing may have several keys that begin so; a few times the limit
	// leaves enough after the doubles are dropped.
	query += " ORDER BY k.word, k.term, p.back LIMIT ?"
	rows, err := tx.Query(ctx, query, append(args, found.limit*4)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for !found.full() && rows.Next() {
		var h Hit
		var word string
		if err := rows.Scan(&h.ID, &h.Kind, &h.Title, &h.Sub, &h.URL, &word); err != nil {
			return err
		}
		h.Exact = word == form
		found.add(h)
	}
	return rows.Err()
}

func (x *Index) byWords(ctx context.Context, tx *store.Tx, found *hits, project int64, scope string, tokens []token, kinds []string) error {
	wanted := found.limit + len(found.list) // hits by key may come again by words
	read := func(query string, args ...any) ([]Hit, error) {
		return store.All(ctx, tx, func(scan store.Scan) (Hit, error) {
			var h Hit
			err := scan(&h.ID, &h.Kind, &h.Title, &h.Sub, &h.URL)
			return h, err
		}, query, args...)
	}
	if tx.Dialect() == store.Postgres {
		match := tsQuery(scope, tokens, kinds)
		list, err := read(wordsAmongNewest, newest, match, project, wanted)
		if err == nil && len(list) < wanted {
			list, err = read(wordsPostgres, match, project, wanted)
		}
		found.add(list...)
		return err
	}
	list, err := read(wordsSQLite, ftsMatch(scope, tokens, kinds), project, wanted)
	found.add(list...)
	return err
}

// newest is among how many documents PostgreSQL looks for words first, in their
// order. Frequent words end there; by its index it would read every document
// that holds them before it sorts, because it takes words that always stand
// together for rare.
const newest = 4000

const (
	wordsSQLite = `SELECT d.id, d.kind, d.title, d.sub, d.url FROM search_words w CROSS JOIN search_doc d
WHERE search_words MATCH ? AND d.id = w.rowid AND d.project_id = ?` + visible + ` ORDER BY w.rowid DESC LIMIT ?`
	wordsPostgres = `SELECT d.id, d.kind, d.title, d.sub, d.url FROM search_words w JOIN search_doc d ON d.id = w.doc_id
WHERE w.words @@ CAST(? AS tsquery) AND d.project_id = ?` + visible + ` ORDER BY w.doc_id DESC LIMIT ?`
	wordsAmongNewest = `SELECT d.id, d.kind, d.title, d.sub, d.url FROM (SELECT doc_id, words FROM search_words ORDER BY doc_id DESC LIMIT ?) w
JOIN search_doc d ON d.id = w.doc_id WHERE w.words @@ CAST(? AS tsquery) AND d.project_id = ?` + visible + ` ORDER BY w.doc_id DESC LIMIT ?`
)

type hits struct {
	limit int
	exact bool
	list  []Hit
	seen  map[int64]bool
}

func (h *hits) full() bool { return len(h.list) >= h.limit }

func (h *hits) add(list ...Hit) {
	for _, hit := range list {
		h.exact = h.exact || hit.Exact
		if !h.full() && !h.seen[hit.ID] {
			h.seen[hit.ID] = true
			h.list = append(h.list, hit)
		}
	}
}
