package caseform

import (
	"context"
	"strings"
	"testing"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

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
