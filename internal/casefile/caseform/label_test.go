package caseform

import (
	"context"
	"strings"
	"testing"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// A column whose cells a row needs says so, with its hint.
func TestARequiredColumnSaysSo(t *testing.T) {
	t.Parallel()
	column := procedure.Field{Name: "cost", Title: text.B("费用", "Cost"), Hint: text.B("没有填 0", "0 where there is none"), Type: procedure.TypeMoney, Required: true}
	for name, c := range map[string]struct {
		has, lacks string
		table      bool // must be answered
		change     func(*procedure.Field)
	}{
		"with a hint":    {"必填，没有填 0", "", true, func(*procedure.Field) {}},
		"without":        {"<span class=\"gj-t0 gj-3\">必填", "没有填", true, func(f *procedure.Field) { f.Hint = text.Both{} }},
		"optional":       {"没有填 0", "必填，", true, func(f *procedure.Field) { f.Required = false }},
		"optional table": {"没有填 0", "必填", false, func(*procedure.Field) {}},
	} {
		col := column
		c.change(&col)
		var page strings.Builder
		ask := Ask{Field: procedure.Field{Name: "remedy", Title: text.B("补救方案", "Remedies"), Type: procedure.TypeTable, Required: c.table, Columns: []procedure.Field{col}}}
		if err := Fields([]Ask{ask}).Render(context.Background(), &page); err != nil {
			t.Fatal(err)
		}
		if s := page.String(); !strings.Contains(s, c.has) || c.lacks != "" && strings.Contains(s, c.lacks) {
			t.Errorf("%s: %s", name, s)
		}
	}
}

// Whatever has to be filled in says so, a table and a signature too.
func TestRequiredIsWritten(t *testing.T) {
	t.Parallel()
	for _, sort := range []procedure.FieldType{procedure.TypeText, procedure.TypeWords, procedure.TypeMoney, procedure.TypeDate, procedure.TypeTable, procedure.TypeSignature} {
		for _, required := range []bool{true, false} {
			var page strings.Builder
			ask := Ask{Field: procedure.Field{Name: "remedy", Title: text.B("补救方案", "Remedies"), Type: sort, Required: required}}
			if err := Fields([]Ask{ask}).Render(context.Background(), &page); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(page.String(), "必填") != required {
				t.Errorf("%s, required %v: %s", sort, required, page.String())
			}
		}
	}
}
