package search

import (
	"context"
	"slices"
	"strings"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

// A term is what many documents are found by: a caller's name and phone and the
// room stand in each of his cases, so their keys (nine for a phone alone) are
// written once and each document adds one row. Own keys come before terms: the
// person and the room stand before what happened to them.

// term is one such word with its keys.
type term struct {
	word string
	keys []string
}

// termsOf lists the terms of a document; what has no keys is none.
func termsOf(d Doc) []term {
	var list []term
	add := func(word string, keys []string) {
		if len(keys) > 0 && !slices.ContainsFunc(list, func(t term) bool { return t.word == word }) {
			list = append(list, term{word, cleanKeys(keys)})
		}
	}
	for _, n := range d.Names {
		add("n:"+short(n), NameKeys(n))
	}
	for _, p := range d.Phones {
		add("p:"+text.Digits(short(p)), PhoneKeys(p))
	}
	for _, r := range d.Rooms {
		add("r:"+Dashed(short(r)), plateKeys(r))
	}
	return list
}

// putTerms finds or makes the terms by their words and returns their ids. The
// keys of those it makes are added to keys.
func putTerms(ctx context.Context, tx *store.Tx, project int64, terms map[string]term, keys *values) (map[string]int64, error) {
	ids := make(map[string]int64, len(terms))
	missing := make([]string, 0, len(terms))
	for w := range terms {
		missing = append(missing, w)
	}
	slices.Sort(missing)
	for len(missing) > 0 && ctx.Err() == nil {
		for chunk := range slices.Chunk(missing, maxArgs-1) {
			if err := readTerms(ctx, tx, project, chunk, ids); err != nil {
				return nil, err
			}
		}
		missing = slices.DeleteFunc(missing, func(w string) bool { return ids[w] != 0 })
		for chunk := range slices.Chunk(missing, maxArgs/3) {
			args := make([]any, 0, len(chunk)*3)
			for _, w := range chunk {
				args = append(args, project, w, tx.NewID())
			}
			rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", len(chunk)), ", ")
			// Another node may have made one meanwhile: it is read in the next turn.
			made, err := store.All(ctx, tx, scanTerm, "INSERT INTO search_term (project_id, word, id) VALUES "+rows+" ON CONFLICT (project_id, word) DO NOTHING RETURNING word, id", args...)
			if err != nil {
				return nil, err
			}
			for _, m := range made {
				ids[m.word] = m.id
				for _, k := range terms[m.word].keys {
					keys.add(project, k, m.id)
				}
			}
		}
		missing = slices.DeleteFunc(missing, func(w string) bool { return ids[w] != 0 })
	}
	return ids, ctx.Err()
}

type termRow struct {
	word string
	id   int64
}

func scanTerm(scan store.Scan) (termRow, error) {
	var r termRow
	err := scan(&r.word, &r.id)
	return r, err
}

// readTerms reads what is known of words; on PostgreSQL nobody can drop them
// until this transaction ends.
func readTerms(ctx context.Context, tx *store.Tx, project int64, words []string, ids map[string]int64) error {
	args := make([]any, 0, len(words)+1)
	args = append(args, project)
	for _, w := range words {
		args = append(args, w)
	}
	query := "SELECT word, id FROM search_term WHERE project_id = ? AND word IN (" + store.Marks(len(words)) + ")"
	if tx.Dialect() == store.Postgres {
		query += " ORDER BY word FOR SHARE"
	}
	list, err := store.All(ctx, tx, scanTerm, query, args...)
	for _, r := range list {
		ids[r.word] = r.id
	}
	return err
}

// dropTerms removes those terms that no document has any more, with their
// keys: an erased name leaves nothing behind (LAW-03).
func dropTerms(ctx context.Context, tx *store.Tx, ids []any) error {
	if len(ids) == 0 {
		return nil
	}
	unused := "SELECT t.id FROM search_term t WHERE t.id IN (" + store.Marks(len(ids)) + ") AND NOT EXISTS (SELECT 1 FROM search_post p WHERE p.term = t.id)"
	gone, err := store.All(ctx, tx, store.Value[int64], unused+" ORDER BY t.id"+tx.Lock(), ids...)
	if err != nil || len(gone) == 0 {
		return err
	}
	if tx.Dialect() == store.Postgres { // who held the lock may have used one meanwhile
		if gone, err = store.All(ctx, tx, store.Value[int64], unused, ids...); err != nil || len(gone) == 0 {
			return err
		}
	}
	args := make([]any, len(gone))
	for i, id := range gone {
		args[i] = id
	}
	if _, err := tx.Exec(ctx, "DELETE FROM search_key WHERE term IN ("+store.Marks(len(gone))+")", args...); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM search_term WHERE id IN ("+store.Marks(len(gone))+")", args...)
	return err
}
