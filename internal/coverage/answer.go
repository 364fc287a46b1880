package coverage

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/scenario"
)

// typed turns what a story writes into the answer a form would send.
func typed(f *procedure.Field, value string) any {
	switch f.Type {
	case procedure.TypeMoney:
		if fen, err := yuan(value); err == nil {
			return fen
		}
	case procedure.TypeNumber, procedure.TypeRating:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return n
		}
	case procedure.TypeYesNo:
		switch value {
		case "yes":
			return true
		case "no":
			return false
		}
	case procedure.TypePhoto, procedure.TypeSignature:
		return strings.Split(value, ",")
	case procedure.TypeTable:
		return rows(f, value)
	}
	return value
}

func yuan(s string) (int64, error) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(n) > 1e12 {
		return 0, fmt.Errorf("%q is no sum in yuan", s)
	}
	return int64(math.Round(n * 100)), nil
}

// rows reads "道歉 | 0; 换阀门 | 120.00": columns in the order of the definition.
func rows(f *procedure.Field, value string) []map[string]any {
	var out []map[string]any
	for line := range strings.SplitSeq(value, ";") {
		row := map[string]any{}
		for i, cell := range strings.Split(line, "|") {
			name, cell := fmt.Sprintf("column_%d", i+1), strings.TrimSpace(cell)
			if i < len(f.Columns) {
				name = f.Columns[i].Name
			}
			if cell == "" {
				continue
			}
			row[name] = any(cell)
			if i < len(f.Columns) {
				row[name] = typed(&f.Columns[i], cell)
			}
		}
		out = append(out, row)
	}
	return out
}

// fields splits a sentence's answers into answers of the form and the rest.
func fields(def *procedure.Definition, list scenario.Answers, apart ...string) (form map[string]any, rest map[string]string) {
	form, rest = map[string]any{}, map[string]string{}
	for _, a := range list {
		f := def.Field(a.Name)
		switch {
		case f != nil:
			form[a.Name] = typed(f, a.Value)
		case contains(apart, a.Name):
			rest[a.Name] = a.Value
		default:
			form[a.Name] = a.Value // a reason, or a field the procedure refuses
		}
	}
	return form, rest
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Fact is a fact as a story gives it: yes, no, a whole number, or a word.
func Fact(value string) any {
	switch value {
	case "yes":
		return true
	case "no":
		return false
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n
	}
	return value
}
