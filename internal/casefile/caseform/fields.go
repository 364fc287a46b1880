package caseform

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// fieldPrefix keeps a case's own fields apart from the form's other names.
const fieldPrefix = "field."

// tableRows is how many rows of a table field a form offers at least.
const tableRows = 6

// maxRows is how many it takes.
const maxRows = 40

// Read takes the answers of a step's form. What is left empty is left
// out; the engine decides what is required. Wrong forms of a value (a date
// that is none) are collected as errors at the field.
func Read(r *http.Request, asked []procedure.Field, files map[string][]string) (map[string]any, error) {
	answers := map[string]any{}
	var f errs.Fields
	for _, field := range asked {
		if field.SumOf != "" { // worked out, never typed
			continue
		}
		if field.Type == procedure.TypePhoto || field.Type == procedure.TypeSignature {
			if ids := files[field.Name]; len(ids) > 0 {
				answers[field.Name] = ids
			}
			continue
		}
		if field.Type == procedure.TypeTable {
			if rows := readTable(r, field, &f); len(rows) > 0 {
				answers[field.Name] = rows
			}
			continue
		}
		raw := text.Clean(r.FormValue(fieldPrefix + field.Name))
		if raw != "" {
			v, bad := parse(field.Type, raw)
			if bad != nil { // what was typed stands in the form that is shown again
				f.Add(field.Name, "form", bad.ZH, bad.EN)
				v = raw
			}
			answers[field.Name] = v
		}
		if field.Reasoned() {
			if why := text.Clean(r.FormValue(fieldPrefix + field.Name + "_reason")); why != "" {
				answers[field.Name+"_reason"] = why
			}
		}
	}
	return answers, f.Err("casefile.answer.invalid")
}

// readTable reads the rows in which something stands; they are counted as the
// form shows them again, without those left empty between them. All that is
// wrong in them is one error, so that one sending names every cell.
func readTable(r *http.Request, field procedure.Field, f *errs.Fields) []map[string]any {
	var rows []map[string]any
	var zh, en []string
	code := "required"
	for i := range maxRows {
		row, at := map[string]any{}, len(rows)+1
		var lackZH, lackEN []string
		for _, col := range field.Columns {
			raw := text.Clean(r.FormValue(cellName(field.Name, i, col.Name)))
			if raw == "" {
				if col.Required {
					lackZH, lackEN = append(lackZH, "“"+col.Title.ZH+"”"), append(lackEN, "“"+col.Title.In(text.EN)+"”")
				}
				continue
			}
			v, bad := parse(col.Type, raw)
			if bad != nil {
				code, v = "form", raw
				zh = append(zh, fmt.Sprintf("第 %d 行“%s”：%s", at, col.Title.ZH, bad.ZH))
				en = append(en, fmt.Sprintf("row %d, “%s”: %s", at, col.Title.In(text.EN), bad.EN))
			}
			row[col.Name] = v
		}
		if len(row) == 0 {
			continue
		}
		rows = append(rows, row)
		if len(lackZH) > 0 {
			zh = append(zh, fmt.Sprintf("第 %d 行：请填%s", at, strings.Join(lackZH, "、")))
			en = append(en, fmt.Sprintf("row %d: enter %s", at, strings.Join(lackEN, ", ")))
		}
	}
	if len(zh) > 0 {
		f.Add(field.Name, code, strings.Join(zh, "；"), strings.Join(en, "; "))
	}
	return rows
}

func cellName(field string, row int, column string) string {
	return fmt.Sprintf("%s%s.%d.%s", fieldPrefix, field, row, column)
}

// parse reads one typed answer; the second value says what is wrong with it.
func parse(t procedure.FieldType, raw string) (any, *text.Both) {
	bad := func(zh, en string) *text.Both { b := text.B(zh, en); return &b }
	switch t {
	case procedure.TypeYesNo:
		switch raw {
		case "yes", "1", "true":
			return true, nil
		case "no", "0", "false":
			return false, nil
		}
		return nil, bad("请选是或否", "choose yes or no")
	case procedure.TypeNumber, procedure.TypeRating:
		n, err := strconv.ParseInt(text.Narrow(raw), 10, 64)
		if err != nil {
			return nil, bad("请填整数", "enter a whole number")
		}
		return n, nil
	case procedure.TypeMoney:
		fen, ok := parseFen(raw)
		if !ok {
			return nil, bad("请填金额，例如 85 或 85.50", "enter an amount such as 85 or 85.50")
		}
		return fen, nil
	case procedure.TypeDate:
		if _, err := time.ParseInLocation("2006-01-02", raw, calendar.Zone); err != nil {
			return nil, bad("请填日期，例如 2026-11-20", "enter a date such as 2026-11-20")
		}
		return raw, nil
	case procedure.TypeTime:
		at, err := time.ParseInLocation("2006-01-02T15:04", raw, calendar.Zone)
		if err != nil {
			return nil, bad("请填日期和时间", "enter a date and a time")
		}
		return at.Format(time.RFC3339), nil
	default:
		return raw, nil
	}
}

// parseFen reads yuan with at most two decimals into fen.
func parseFen(raw string) (int64, bool) {
	raw = strings.NewReplacer(",", "", "，", "", "¥", "", "￥", "", "元", "", " ", "").Replace(text.Narrow(raw))
	yuan, cents, dotted := strings.Cut(raw, ".")
	if len(cents) > 2 || dotted && cents == "" || yuan == "" || len(yuan) > 12 {
		return 0, false
	}
	for len(cents) < 2 {
		cents += "0"
	}
	y, err1 := strconv.ParseUint(yuan, 10, 62)
	c, err2 := strconv.ParseUint(cents, 10, 8)
	if err1 != nil || err2 != nil {
		return 0, false
	}
	return int64(y)*100 + int64(c), true
}

// Show is a stored answer as a form holds it.
func Show(t procedure.FieldType, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int64:
		if t == procedure.TypeMoney {
			return fmt.Sprintf("%d.%02d", v/100, v%100)
		}
		return strconv.FormatInt(v, 10)
	case string:
		if t == procedure.TypeTime {
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				return at.In(calendar.Zone).Format("2006-01-02T15:04")
			}
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}
