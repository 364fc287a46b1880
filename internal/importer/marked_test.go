package importer

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"guanjia/internal/text"
)

// The marked copy carries the finding at its cell and leaves the values alone.
func TestWriteMarked(t *testing.T) {
	t.Parallel()
	data := workbook(t, units(map[int][]any{6: {nil, nil, nil, nil, -3, nil, "出租"}}))
	b, err := Read(bytes.NewReader(data))
	must(t, err)
	report := Check(b)
	var out bytes.Buffer
	must(t, WriteMarked(&out, data, report, text.ZH))
	f, err := excelize.OpenReader(&out)
	must(t, err)
	defer func() { _ = f.Close() }()
	if diff := cmp.Diff([]string{"需要更正", "房屋"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	comments, err := f.GetComments("房屋")
	must(t, err)
	at := map[string]string{}
	for _, c := range comments {
		at[c.Cell] = c.Text
	}
	if len(at) != 2 || !strings.Contains(at["E6"], "面积必须大于零") || !strings.Contains(at["L6"], "没有登记租户") {
		t.Errorf("notes %v", at)
	}
	if v, _ := f.GetCellValue("房屋", "E6"); v != "-3" {
		t.Errorf("the value became %q", v)
	}
	if v, _ := f.GetCellValue("需要更正", "B2"); v != "E6" {
		t.Errorf("the list begins with %q", v)
	}
	// What is marked can be read again: the list in front is no data sheet.
	var again bytes.Buffer
	must(t, f.Write(&again))
	b2, err := Read(&again)
	must(t, err)
	if diff := cmp.Diff(cells(report), cells(Check(b2))); diff != "" {
		t.Error(diff)
	}
}

// proves EST-17: the template is understood by the reader in both languages.
func TestWriteTemplate(t *testing.T) {
	t.Parallel()
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			must(t, WriteTemplate(&out, lang))
			b, err := Read(&out)
			must(t, err)
			if s := b.Sheets[0]; s.Kind != nil {
				t.Errorf("the explanations in %s are read as %s", s.Name, s.Kind.Name)
			}
			got, want := []string{}, []string{}
			for _, k := range Kinds() {
				want = append(want, k.Name)
			}
			for _, s := range b.Sheets[1:] {
				if s.Kind == nil {
					t.Errorf("%s is not understood", s.Name)
					continue
				}
				got = append(got, s.Kind.Name)
				for i, c := range s.Columns {
					if c.Field != s.Kind.Fields[i].Name {
						t.Errorf("%s: %q is read as %q", s.Name, c.Heading, c.Field)
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
