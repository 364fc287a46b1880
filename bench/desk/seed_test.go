package desk

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/app"
	"guanjia/internal/config"
	"guanjia/internal/store"
)

// TestACopyIsLikeItsPattern holds the seeded cases to those that the service
// makes: in every table that knows cases as many rows, with the same in every
// column but those that say which case, where and who; and found by search.
func TestACopyIsLikeItsPattern(t *testing.T) {
	t.Parallel()
	ctx, dir := context.Background(), t.TempDir()
	cfg := config.Config{Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), Listen: "127.0.0.1:0"}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	h, err := furnish(ctx, a, 300, 1, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	defer h.stop()
	// What tells one case from another; the chain of the log is that of the pattern.
	own := map[string]bool{"id": true, "case_id": true, "number": true, "unit_id": true, "building_id": true, "plate": true, "customer_id": true, "caller": true, "phone": true,
		"text_zh": true, "text_en": true, "link": true}
	err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		tables, err := store.All(ctx, tx, store.Value[string], `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND (c.name = 'case_id' OR m.name = 'casefile_case' AND c.name = 'id') ORDER BY m.name`)
		if err != nil {
			return err
		}
		if len(tables) < 5 {
			t.Errorf("only %v know cases", tables)
		}
		pairs, err := store.All(ctx, tx, func(scan store.Scan) ([2]int64, error) {
			var p [2]int64
			err := scan(&p[0], &p[1])
			return p, err
		}, "SELECT a.id, b.id FROM casefile_case a JOIN casefile_case b ON b.number = a.number || '-1' ORDER BY a.id")
		if err != nil || len(pairs) != patterns {
			t.Errorf("%d copies of %d patterns", len(pairs), patterns)
			return err
		}
		for _, pair := range pairs {
			for _, table := range tables {
				pattern, err := rowsOf(ctx, tx, table, pair[0], own)
				if err != nil {
					return err
				}
				copied, err := rowsOf(ctx, tx, table, pair[1], own)
				if err != nil {
					return err
				}
				if diff := cmp.Diff(pattern, copied); diff != "" {
					t.Errorf("%s: the copy differs from its pattern (-pattern +copy):\n%s", table, diff)
				}
			}
			for _, id := range pair {
				n, err := store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM search_doc d JOIN search_words w ON w.rowid = d.id JOIN search_post p ON p.back = -d.id WHERE d.id = ?", id)
				if err != nil {
					return err
				}
				if n != 4 { // number, name, phone, room
					t.Errorf("case %d stands in search under %d terms, want 4", id, n)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rowsOf reads what a table holds of a case, without the columns in own.
func rowsOf(ctx context.Context, tx *store.Tx, table string, id int64, own map[string]bool) ([]map[string]any, error) {
	key := "case_id"
	if table == "casefile_case" {
		key = "id"
	}
	rows, err := tx.Query(ctx, "SELECT * FROM "+table+" WHERE "+key+" = ?", id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, c := range columns {
			if !own[c] && !strings.HasPrefix(c, "rowid") {
				row[c] = values[i]
			}
		}
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list, rows.Err()
}
