package backup

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"guanjia/internal/store"
)

// tables lists the tables of the database that are not derived, by name.
func tables(ctx context.Context, tx *store.Tx, derived []string) ([]string, error) {
	query := `SELECT table_name FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	if tx.Dialect() == store.SQLite {
		query = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'sqlite_schema'`
	}
	names, err := store.All(ctx, tx, store.Value[string], query)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(n string) bool {
		return n == store.VersionTable || n == store.MarkTable || strings.HasPrefix(n, "sqlite_") || slices.Contains(derived, n)
	})
	slices.Sort(names)
	return names, nil
}

// columns lists the stored columns of a table by name, generated ones left out.
func columns(ctx context.Context, tx *store.Tx, table string) ([]string, error) {
	query := `SELECT column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = ? AND is_generated = 'NEVER'`
	if tx.Dialect() == store.SQLite {
		query = `SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0`
	}
	names, err := store.All(ctx, tx, store.Value[string], query, table)
	slices.Sort(names)
	return names, err
}

// quote makes a name from the catalogue safe inside a statement.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteAll(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = quote(n)
	}
	return strings.Join(q, ", ")
}

// digest is a sum of row hashes: the same for the same rows in any order.
type digest struct {
	sum  [4]uint64
	rows int64
}

func (d *digest) add(table string, columns []string, row []byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", table, strings.Join(columns, "\x00"))
	h.Write(row)
	var carry uint64
	sum := h.Sum(nil)
	for i := range d.sum {
		var word uint64
		for _, b := range sum[i*8 : i*8+8] {
			word = word<<8 | uint64(b)
		}
		d.sum[i], carry = bits.Add64(d.sum[i], word, carry)
	}
	d.rows++
}

func (d *digest) String() string {
	var b [32]byte
	for i, w := range d.sum {
		for j := range 8 {
			b[i*8+j] = byte(w >> (56 - 8*j))
		}
	}
	return hex.EncodeToString(b[:])
}

// walk calls each for every row of a table, as a JSON array in column order.
func walk(ctx context.Context, tx *store.Tx, table string, cols []string, each func(row []byte) error) error {
	rows, err := tx.Query(ctx, "SELECT "+quoteAll(cols)+" FROM "+quote(table))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	values := make([]any, len(cols))
	dest := make([]any, len(cols))
	for i := range values {
		dest[i] = &values[i]
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		out := make([]any, len(values))
		for i, v := range values {
			if out[i], err = encode(v, types[i]); err != nil {
				return fmt.Errorf("%s.%s: %w", table, cols[i], err)
			}
		}
		row, err := json.Marshal(out)
		if err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// blob is how bytes stand in a row.
type blob struct {
	Base64 string `json:"base64"`
}

func encode(v any, column interface{ DatabaseTypeName() string }) (any, error) {
	switch v := v.(type) {
	case nil, int64, string, bool:
		return v, nil
	case float64:
		return map[string]float64{"real": v}, nil
	case []byte:
		if strings.EqualFold(column.DatabaseTypeName(), "TEXT") {
			return string(v), nil
		}
		return blob{base64.StdEncoding.EncodeToString(v)}, nil
	default:
		return nil, fmt.Errorf("a %T cannot be kept: use INTEGER, TEXT or BLOB", v)
	}
}

func decode(raw json.RawMessage) (any, error) {
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil, nil //nolint:nilnil // NULL is a value
	case raw[0] == '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case raw[0] == '{':
		var v struct {
			Base64 *string  `json:"base64"`
			Real   *float64 `json:"real"`
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, err
		}
		if v.Real != nil {
			return *v.Real, nil
		}
		if v.Base64 == nil {
			return nil, fmt.Errorf("unknown value %s", raw)
		}
		return base64.StdEncoding.DecodeString(*v.Base64)
	default:
		var n int64
		err := json.Unmarshal(raw, &n)
		return n, err
	}
}
