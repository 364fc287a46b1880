package estate

import (
	"context"
	"slices"
	"strings"

	"guanjia/internal/store"
)

// maxArgs bounds the arguments of one statement.
const maxArgs = 4000

// values collects rows for INSERTs of several rows each.
type values struct {
	cols int
	args []any
}

func newValues(cols int) *values { return &values{cols: cols} }

func (v *values) add(row ...any) { v.args = append(v.args, row...) }

func (v *values) insert(ctx context.Context, tx *store.Tx, head string) error {
	row := "(" + store.Marks(v.cols) + "), "
	for chunk := range slices.Chunk(v.args, maxArgs/v.cols*v.cols) {
		if _, err := tx.Exec(ctx, head+strings.TrimSuffix(strings.Repeat(row, len(chunk)/v.cols), ", "), chunk...); err != nil {
			return err
		}
	}
	return nil
}
