package search

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Doc is one thing that can be found.
type Doc struct {
	Project int64
	ID      int64 // of the thing itself, from tx.NewID: newest have the largest
	Kind    string
	Title   string   // what the hit is called: a plate, a name, a number
	Sub     string   // what tells it apart; personal numbers masked
	URL     string   // the page of it
	Text    string   // words it is found by, with Title; not stored
	Keys    []string // exact look-ups of its own, from NameKeys, PhoneKeys, NumberKeys, RoomKeys
	Names   []string // of those it is about, as written; many documents may share one
	Phones  []string // of those it is about
	Rooms   []string // plates it is about: "3栋1单元-1502"
	Batch   int64    // 0, or an import that may still be hidden (Hide)

	ready *ready
}

// ready is what the index keeps of a document, worked out from its texts.
type ready struct {
	keys, tokens []string
	terms        []term
}

// Prepare works out beforehand what Put needs of d, so that a writing
// transaction need not; d must not be changed afterwards.
func Prepare(d Doc) Doc {
	d.ready = &ready{keys: cleanKeys(d.Keys), tokens: indexTokens(d.Title, d.Text), terms: termsOf(d)}
	return d
}

// Index writes and reads the search tables of one database.
type Index struct{ scopes sync.Map } // project id → its short number

// New makes an Index. All of its state is a cache.
func New() *Index { return &Index{} }

const (
	maxTitle = 120
	maxSub   = 200
	maxKey   = 64 // runes
	maxKeys  = 200
)

// Put makes d findable, or found as it is now, from the commit of tx on.
func (x *Index) Put(ctx context.Context, tx *store.Tx, d Doc) error {
	return x.PutAll(ctx, tx, []Doc{d})
}

// PutAll is Put for many documents of one project in few statements; for
// imports, in chunks of some hundred.
func (x *Index) PutAll(ctx context.Context, tx *store.Tx, docs []Doc) error {
	if len(docs) == 0 {
		return nil
	}
	scope, err := x.scope(ctx, tx, docs[0].Project)
	if err != nil {
		return err
	}
	ids := make([]int64, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	if err := x.Remove(ctx, tx, docs[0].Project, ids...); err != nil {
		return err
	}
	rows, keys, posts, words := values{cols: 7}, values{cols: 3}, values{cols: 3}, values{cols: 2}
	terms := map[string]term{}
	docs = slices.Clone(docs)
	for i, d := range docs {
		if d.ready == nil {
			docs[i] = Prepare(d)
		}
		for _, t := range docs[i].ready.terms {
			terms[t.word] = t
		}
	}
	known, err := putTerms(ctx, tx, docs[0].Project, terms, &keys)
	if err != nil {
		return err
	}
	for _, d := range docs {
		rows.add(d.Project, d.ID, d.Kind, text.Cut(text.Clean(d.Title), maxTitle), text.Cut(text.Clean(d.Sub), maxSub), d.URL, d.Batch)
		for _, k := range d.ready.keys {
			keys.add(d.Project, k, -d.ID)
		}
		if len(d.ready.keys) > 0 {
			posts.add(d.Project, -d.ID, -d.ID)
		}
		for _, t := range d.ready.terms {
			posts.add(d.Project, known[t.word], -d.ID)
		}
		var line strings.Builder
		for _, w := range d.ready.tokens {
			line.WriteString(scoped(scope, w))
			line.WriteByte(' ')
		}
		line.WriteString(kindToken(scope, d.Kind))
		words.add(d.ID, line.String())
	}
	if err := rows.insert(ctx, tx, "INSERT INTO search_doc (project_id, id, kind, title, sub, url, batch_id) VALUES ", "(?, ?, ?, ?, ?, ?, ?)"); err != nil {
		return err
	}
	if err := keys.insert(ctx, tx, "INSERT INTO search_key (project_id, word, term) VALUES ", "(?, ?, ?)"); err != nil {
		return err
	}
	if err := posts.insert(ctx, tx, "INSERT INTO search_post (project_id, term, back) VALUES ", "(?, ?, ?)"); err != nil {
		return err
	}
	if tx.Dialect() == store.Postgres {
		return words.insert(ctx, tx, "INSERT INTO search_words (doc_id, words) VALUES ",
			"(?, array_to_tsvector(string_to_array(?, ' ')))")
	}
	return words.insert(ctx, tx, "INSERT INTO search_words (rowid, words) VALUES ", "(?, ?)")
}

// Remove makes things unfindable; unknown ids are no error.
func (x *Index) Remove(ctx context.Context, tx *store.Tx, project int64, ids ...int64) error {
	for chunk := range slices.Chunk(ids, maxArgs-1) {
		args, minus := []any{project}, make([]any, 0, len(chunk))
		for _, id := range chunk {
			args, minus = append(args, id), append(minus, -id)
		}
		these := " IN (" + store.Marks(len(chunk)) + ")"
		n, err := tx.Exec(ctx, "DELETE FROM search_doc WHERE project_id = ? AND id"+these, args...)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM search_key WHERE term"+these, minus...); err != nil {
			return err
		}
		terms, err := store.All(ctx, tx, store.Value[int64], "SELECT DISTINCT term FROM search_post WHERE back"+these+" AND term <> back", minus...)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM search_post WHERE back"+these, minus...); err != nil {
			return err
		}
		for some := range slices.Chunk(terms, maxArgs) {
			used := make([]any, len(some))
			for i, t := range some {
				used[i] = t
			}
			if err := dropTerms(ctx, tx, used); err != nil {
				return err
			}
		}
		del := "DELETE FROM search_words WHERE rowid" + these
		if tx.Dialect() == store.Postgres {
			del = "DELETE FROM search_words WHERE doc_id" + these
		}
		if _, err := tx.Exec(ctx, del, args[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// Hide keeps the documents of a batch from being found until Reveal.
func (x *Index) Hide(ctx context.Context, tx *store.Tx, project, batch int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO search_hidden (project_id, batch_id) VALUES (?, ?) ON CONFLICT (batch_id) DO NOTHING", project, batch)
	return err
}

// Reveal publishes all documents of a batch at once.
func (x *Index) Reveal(ctx context.Context, tx *store.Tx, project, batch int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM search_hidden WHERE project_id = ? AND batch_id = ?", project, batch)
	return err
}

// scope is the short number of a project, made on first use.
func (x *Index) scope(ctx context.Context, tx *store.Tx, project int64) (string, error) {
	if s, err := x.knownScope(ctx, tx, project); s != "" || err != nil {
		return s, err
	}
	for {
		// Two nodes may reach for the same number: the loser looks again.
		n, err := tx.Exec(ctx, `INSERT INTO search_scope (project_id, n) SELECT ?, coalesce(max(n), 0) + 1 FROM search_scope WHERE 1 = 1
ON CONFLICT DO NOTHING`, project)
		if err != nil {
			return "", err
		}
		s, err := x.readScope(ctx, tx, project)
		if err != nil {
			return "", err
		}
		if s != "" {
			tx.AfterCommit(func() { x.scopes.Store(project, s) })
			return s, nil
		}
		if n > 0 || ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
}

// knownScope is the project's short number, "" when nothing was ever put.
func (x *Index) knownScope(ctx context.Context, tx *store.Tx, project int64) (string, error) {
	if s, ok := x.scopes.Load(project); ok {
		return s.(string), nil
	}
	return x.readScope(ctx, tx, project)
}

func (x *Index) readScope(ctx context.Context, tx *store.Tx, project int64) (string, error) {
	ns, err := store.All(ctx, tx, store.Value[int64], "SELECT n FROM search_scope WHERE project_id = ?", project)
	if err != nil || len(ns) == 0 {
		return "", err
	}
	return strconv.FormatInt(ns[0], 36), nil
}

func cleanKeys(keys []string) []string {
	var out []string
	for _, k := range keys {
		k = Dashed(short(k))
		if k != "" && !slices.Contains(out, k) && len(out) < maxKeys {
			out = append(out, k)
		}
	}
	return out
}

// maxArgs bounds the arguments of one statement, well below both databases' limits.
const maxArgs = 2000

// values collects rows for INSERTs of several rows.
type values struct {
	cols int
	args []any
}

func (v *values) add(row ...any) { v.args = append(v.args, row...) }

func (v *values) insert(ctx context.Context, tx *store.Tx, head, row string) error {
	for chunk := range slices.Chunk(v.args, maxArgs/v.cols*v.cols) {
		rows := strings.TrimSuffix(strings.Repeat(row+", ", len(chunk)/v.cols), ", ")
		if _, err := tx.Exec(ctx, head+rows, chunk...); err != nil {
			return err
		}
	}
	return nil
}
