package caseform

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// A row that was begun is refused at the cell that is wanting, by its number as
// the form shows it again.
func TestReadNamesRowAndCell(t *testing.T) {
	t.Parallel()
	field := procedure.Field{Name: "quote", Title: text.B("报价", "Quote"), Type: procedure.TypeTable, Columns: []procedure.Field{
		{Name: "item", Title: text.B("项目", "Item"), Required: true}, {Name: "amount", Title: text.B("金额", "Amount"), Type: procedure.TypeMoney, Required: true}, {Name: "note", Title: text.B("备注", "Note")}}}
	for name, tt := range map[string]struct {
		in     url.Values
		want   string
		marked int
	}{
		"no item":       {url.Values{"field.quote.0.item": {"阀"}, "field.quote.0.amount": {"38"}, "field.quote.4.amount": {"20"}}, "第 2 行：请填“项目”", 1},
		"no amount":     {url.Values{"field.quote.3.item": {"阀"}, "field.quote.3.amount": {" "}}, "第 1 行：请填“金额”", 1},
		"broken amount": {url.Values{"field.quote.0.item": {"阀"}, "field.quote.0.amount": {"很多"}}, "第 1 行“金额”：请填金额，例如 85 或 85.50", 1},
		"whole":         {url.Values{"field.quote.0.item": {"阀"}, "field.quote.0.amount": {"38"}}, "", 0},
		"both":          {url.Values{"field.quote.0.note": {"急"}}, "第 1 行：请填“项目”、“金额”", 2},
		"two rows":      {url.Values{"field.quote.0.amount": {"很多"}, "field.quote.1.item": {"阀"}}, "第 1 行“金额”：请填金额，例如 85 或 85.50；第 1 行：请填“项目”；第 2 行：请填“金额”", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read(post(tt.in), []procedure.Field{field}, nil)
			if said := ui.ErrOf(t.Context(), err, "quote"); said != tt.want {
				t.Errorf("said %q, want %q", said, tt.want)
			}
			rows, _ := got["quote"].([]map[string]any)
			a := Ask{Field: field, Rows: rows, Err: tt.want}
			var page strings.Builder
			if err := askTable(a).Render(t.Context(), &page); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(page.String(), `aria-invalid="true"`); n != tt.marked {
				t.Errorf("%d cells are marked", n)
			}
		})
	}
}

func post(values url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestRead(t *testing.T) {
	t.Parallel()
	asked := []procedure.Field{
		{Name: "cause", Type: procedure.TypeText},
		{Name: "calmed", Type: procedure.TypeYesNo, Reason: true},
		{Name: "total", Type: procedure.TypeMoney},
		{Name: "again", Type: procedure.TypeTime},
		{Name: "quote", Type: procedure.TypeTable, Columns: []procedure.Field{{Name: "item"}, {Name: "amount", Type: procedure.TypeMoney}}},
		{Name: "photos", Type: procedure.TypePhoto},
		{Name: "sum", Type: procedure.TypeMoney, SumOf: "quote.amount"},
	}
	tests := map[string]struct {
		in   url.Values
		want map[string]any
		bad  []string
	}{
		"empty": {url.Values{}, map[string]any{}, nil},
		"whole": {
			url.Values{
				"field.cause": {" 密封圈老化 𠮷 "}, "field.calmed": {"no"}, "field.calmed_reason": {"还在生气"},
				"field.total": {"1,085.5元"}, "field.again": {"2026-11-21T09:30"},
				"field.quote.0.item": {"阀"}, "field.quote.0.amount": {"３８"}, "field.quote.3.item": {"人工"},
			},
			map[string]any{
				"cause": "密封圈老化 𠮷", "calmed": false, "calmed_reason": "还在生气", "total": int64(108550),
				"again":  "2026-11-21T09:30:00+08:00",
				"quote":  []map[string]any{{"item": "阀", "amount": int64(3800)}, {"item": "人工"}},
				"photos": []string{"f1"},
			}, nil,
		},
		"a sum is not read": {url.Values{"field.sum": {"0.01"}}, map[string]any{}, nil},
		"wrong": {
			url.Values{"field.total": {"12.345"}, "field.calmed": {"maybe"}, "field.again": {"tomorrow"}, "field.quote.1.amount": {"-3"}},
			nil, []string{"calmed", "total", "again", "quote"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string][]string{}
			if name == "whole" {
				files["photos"] = []string{"f1"}
			}
			got, err := Read(post(tt.in), asked, files)
			if tt.bad == nil {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				return
			}
			var paths []string
			for _, f := range errs.As(err).Fields {
				paths = append(paths, f.Path)
			}
			if diff := cmp.Diff(tt.bad, paths); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseFen(f *testing.F) {
	f.Add("85.50")
	f.Add("￥1,000元")
	f.Add("٣")
	f.Fuzz(func(t *testing.T, raw string) {
		if fen, ok := parseFen(raw); ok && fen < 0 {
			t.Errorf("%q gave %d", raw, fen)
		}
	})
}
