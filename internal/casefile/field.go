package casefile

import (
	"context"
	"strconv"

	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// fieldRow is an indexed answer (Field.Index) as lists and reports find it.
type fieldRow struct {
	name, word string
	num        int64
}

// indexed lists the answers of a case that its definition wants found.
func indexed(def *procedure.Definition, state engine.State) []fieldRow {
	var rows []fieldRow
	for _, f := range def.Fields {
		v, ok := state.Fields[f.Name]
		if !f.Index || !ok || v == nil {
			continue
		}
		if r, ok := indexRow(f.Name, v); ok {
			rows = append(rows, r)
		}
	}
	return rows
}

func indexRow(name string, v any) (fieldRow, bool) {
	switch v := v.(type) {
	case string:
		return fieldRow{name: name, word: text.Cut(v, 200)}, true
	case bool:
		if v {
			return fieldRow{name: name, word: "yes", num: 1}, true
		}
		return fieldRow{name: name, word: "no"}, true
	case int64:
		return fieldRow{name: name, word: strconv.FormatInt(v, 10), num: v}, true
	default:
		return fieldRow{}, false
	}
}

// writeFields writes the indexed answers that differ from before.
func writeFields(ctx context.Context, tx *store.Tx, c Case, before, after []fieldRow) error {
	old := map[string]fieldRow{}
	for _, r := range before {
		old[r.name] = r
	}
	var args []any
	n := 0
	for _, r := range after {
		if prev, ok := old[r.name]; !ok || prev != r {
			n++
			args = append(args, c.Project, c.ID, c.Procedure, r.name, r.word, r.num)
		}
		delete(old, r.name)
	}
	for name := range old {
		if _, err := tx.Exec(ctx, "DELETE FROM casefile_field WHERE case_id = ? AND name = ?", c.ID, name); err != nil {
			return err
		}
	}
	if n == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, insertRows("casefile_field (project_id, case_id, procedure, name, word, num)", 6, n)+
		" ON CONFLICT (case_id, name) DO UPDATE SET word = excluded.word, num = excluded.num", args...)
	return err
}
