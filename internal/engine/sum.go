package engine

import (
	"strings"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// mostSum bounds a sum: what storage keeps exactly.
const mostSum = 1<<53 - 1

// sums works out the fields that are the sum of a table's column (sum_of) when
// the table is answered, and refuses one typed otherwise: a limit of money
// compares with what the rows say, whoever sends the answer (CMP-05, REP-06).
func sums(env Env, vals procedure.Values, out map[string]any, bad *errs.Fields) {
	for i := range env.Def.Fields {
		f := &env.Def.Fields[i]
		table, column := f.Summed()
		if table == "" {
			continue
		}
		rows, answered := out[table]
		typed, isTyped := out[f.Name]
		if !answered && !isTyped {
			continue
		}
		if !answered {
			rows = vals[table]
		}
		total, ok := sumOf(rows, column)
		switch title := sumTitle(env.Def, table, column); {
		case !ok:
			bad.Add(f.Name, "sum", "合计大得不合理，请核对“"+title.ZH+"”。", "The sum is too large to be right; check “"+title.In(text.EN)+"”.")
		case isTyped && typed != total && typed != nil:
			bad.Add(f.Name, "sum", "合计由系统按“"+title.ZH+"”相加，不用填写。", "The total is worked out from “"+title.In(text.EN)+"”; it is not typed.")
		case answered || isTyped:
			out[f.Name] = total
		}
	}
}

// sumOf adds up a column; nil when there are no rows.
func sumOf(table any, column string) (total any, ok bool) {
	rows, _ := asRows(table)
	if len(rows) == 0 {
		return nil, true
	}
	var n int64
	for _, row := range rows {
		x, _ := asInt(row[column])
		if n += x; x > mostSum || x < -mostSum || n > mostSum || n < -mostSum {
			return nil, false
		}
	}
	return n, true
}

// sumTitle names the column as people read it: "补救方案 · 费用".
func sumTitle(def *procedure.Definition, table, column string) text.Both {
	t := def.Field(table)
	if t == nil {
		return text.B(table, table)
	}
	for _, c := range t.Columns {
		if c.Name == column {
			return text.B(t.Title.ZH+" · "+c.Title.ZH, t.Title.In(text.EN)+" · "+strings.ToLower(c.Title.In(text.EN)))
		}
	}
	return t.Title
}
