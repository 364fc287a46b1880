package caseweb

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// facts lists every answer given so far; who must answer the customer finds
// here what to answer. elsewhere names those that stand in another place of the
// page.
func facts(ctx context.Context, v casefile.View, elsewhere ...string) []FactLine {
	var list []FactLine
	for _, f := range v.Def.Fields {
		if slices.Contains(elsewhere, f.Name) || f.Type == procedure.TypeSignature { // see signatures
			continue
		}
		if answer := AnswerWords(ctx, v.Figures, f, v.Case.State.Fields, v.Case.State.Fields); answer != "" {
			list = append(list, FactLine{Label: f.Title.In(text.LangOf(ctx)), Answer: answer})
		}
	}
	return list
}

// HasPhotos reports whether a picture was given in any answer of a case.
func HasPhotos(v casefile.View) bool {
	return slices.ContainsFunc(v.Def.Fields, func(f procedure.Field) bool {
		refs, _ := v.Case.State.Fields[f.Name].([]string)
		return f.Type == procedure.TypePhoto && len(refs) > 0
	})
}

// signatures lists the signature fields of a procedure with what was signed in
// the given answers; one not signed has no path.
func signatures(ctx context.Context, def *procedure.Definition, given map[string]any) []SignatureLine {
	var list []SignatureLine
	for _, f := range def.Fields {
		if f.Type != procedure.TypeSignature {
			continue
		}
		line := SignatureLine{Title: f.Title.In(text.LangOf(ctx))}
		refs, _ := given[f.Name].([]string)
		for _, ref := range refs { // the last one counts
			if _, err := strconv.ParseInt(ref, 10, 64); err == nil {
				line.Path = "/files/" + ref
			}
		}
		list = append(list, line)
	}
	return list
}

// signed are those of them that were signed.
func signed(list []SignatureLine) []SignatureLine {
	return slices.DeleteFunc(list, func(s SignatureLine) bool { return s.Path == "" })
}

// AnswerWords is the answer to a field among given ones in words: a table has
// a line for each row, a reason stands below its answer; "" for pictures and
// for what was not answered. Choices that depend on other answers are looked
// up by all the answers of the case.
func AnswerWords(ctx context.Context, figures *procedure.Figures, f procedure.Field, all procedure.Values, given map[string]any) string {
	words := answerWords(ctx, figures, f, all, given[f.Name])
	if why := caseform.Text(given[f.Name+"_reason"]); f.Reasoned() && why != "" {
		words = strings.TrimPrefix(words+"\n"+text.T(ctx, "理由：", "because: ")+why, "\n")
	}
	return words
}

// answerWords is one value in words; "" for what has none: pictures.
func answerWords(ctx context.Context, figures *procedure.Figures, f procedure.Field, all procedure.Values, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []map[string]any:
		return tableWords(ctx, figures, f, all, v)
	case int64:
		switch f.Type {
		case procedure.TypeMoney:
			if ui.IsPaper(ctx) {
				return ui.Amount(ctx, v)
			}
			return ui.Fen(v)
		case procedure.TypeRating:
			return text.Tf(ctx, "%d 分", "%d of 5", v)
		default:
			return strconv.FormatInt(v, 10)
		}
	case bool:
		if v {
			return text.T(ctx, "是", "yes")
		}
		return text.T(ctx, "否", "no")
	case string:
		if f.Type == procedure.TypeTime {
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				return ui.When(ctx, at)
			}
			return ""
		}
		for _, c := range caseform.Choices(figures, f, all) {
			if c.Name == v {
				return c.Title.In(text.LangOf(ctx))
			}
		}
		return v
	}
	return "" // lists of pictures
}

// tableWords has a line for each row, its cells apart: "电梯 · 等得太久".
func tableWords(ctx context.Context, figures *procedure.Figures, f procedure.Field, all procedure.Values, rows []map[string]any) string {
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		var cells []string
		for _, c := range f.Columns {
			cell := answerWords(ctx, figures, c, all, row[c.Name])
			if fen, ok := row[c.Name].(int64); ok && c.Type == procedure.TypeMoney {
				cell = ui.Fen(fen) // on paper, too: the sum is in words
			}
			if cell != "" {
				cells = append(cells, cell)
			}
		}
		lines = append(lines, strings.Join(cells, " · "))
	}
	return strings.Join(lines, "\n")
}
