package caseform

import (
	"context"

	"github.com/a-h/templ"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// wide reports whether the field takes the whole width of the form.
func (a Ask) wide() bool {
	switch a.Field.Type {
	case procedure.TypeWords, procedure.TypeTable, procedure.TypeSignature, procedure.TypePhoto, procedure.TypeRating: // five buttons stay on one line
		return true
	default:
		return false
	}
}

// rows is how many rows of a table are offered: those filled and some more.
func (a Ask) rows() int { return min(max(tableRows, len(a.Rows)+2), maxRows) }

// cell is what stands in a cell of a table already.
func (a Ask) cell(row int, c procedure.Field) string {
	if row >= len(a.Rows) {
		return ""
	}
	return Show(c.Type, a.Rows[row][c.Name])
}

// lacks reports whether a cell of a refused form could not be read, or is empty
// in a row that was begun though its column is needed.
func (a Ask) lacks(row int, c procedure.Field) bool {
	if a.Err == "" || row >= len(a.Rows) {
		return false
	}
	_, words := a.Rows[row][c.Name].(string)
	broken := words && (c.Type == procedure.TypeMoney || c.Type == procedure.TypeNumber) // as it was typed
	return broken || c.Required && a.cell(row, c) == ""
}

func (a Ask) label(ctx context.Context) string { return a.Field.Title.In(text.LangOf(ctx)) }

// control is the field as the parts of a form know it. Required is left to
// the engine: a draft may be sent half filled and is answered with what is
// missing, nothing typed is lost.
func (a Ask) control(ctx context.Context) ui.F {
	f := ui.F{
		Name: fieldPrefix + a.Field.Name, ID: "f-field-" + a.Field.Name, Label: a.label(ctx), Value: a.Value, Err: a.Err,
		Hint: a.Field.Hint.In(text.LangOf(ctx)), Focus: a.Focus, Options: a.Choices,
	}
	if a.Field.SumOf != "" {
		f.Aside, f.Hint = text.T(ctx, "自动合计", "worked out"), text.T(ctx, "按各行相加，不用填", "The sum of the rows; not typed")
		f.Attrs = templ.Attributes{"readonly": true, "data-sum": a.Field.SumOf, "data-sum-sort": string(a.Field.Type)}
		return f
	}
	f.Aside = a.must(ctx)
	switch a.Field.Type {
	case procedure.TypeDate:
		f.Type = "date"
	case procedure.TypeTime:
		f.Type = "datetime-local"
	case procedure.TypeNumber, procedure.TypeMoney:
		f.Attrs = templ.Attributes{"inputmode": inputMode(a.Field.Type)}
	}
	return f
}

// must says whether the field has to be answered, or when: "有意见要答复时必填".
func (a Ask) must(ctx context.Context) string {
	switch {
	case a.Field.Required:
		return text.T(ctx, "必填", "required")
	case !a.When.IsZero():
		return text.Tf(ctx, "%s时必填", "required when: %s", a.When.In(text.LangOf(ctx)))
	default:
		return ""
	}
}

// cellWords says in the head of a column what its cells must hold. In a table
// that may be left empty nothing has to be.
func (a Ask) cellWords(ctx context.Context, c procedure.Field) string {
	hint := c.Hint.In(text.LangOf(ctx))
	must := c.Required && a.must(ctx) != ""
	switch {
	case must && hint != "":
		return text.Tf(ctx, "必填，%s", "required; %s", hint)
	case must:
		return text.T(ctx, "必填", "required")
	default:
		return hint
	}
}

func (a Ask) reason(ctx context.Context) ui.F {
	label := text.T(ctx, "理由", "Reason")
	if same := a.Same.In(text.LangOf(ctx)); same != "" {
		label = text.Tf(ctx, "与“%s”不同时，写理由", "Why, when it is not the “%s”", same)
	}
	f := ui.F{
		Name: fieldPrefix + a.Field.Name + "_reason", ID: "f-field-" + a.Field.Name + "-reason",
		Label: label, Value: a.Reason, Err: a.ReasonErr,
	}
	if a.Field.Reason && a.Field.Required || a.ReasonErr != "" {
		f.Aside = text.T(ctx, "必填", "required")
	}
	return f
}

func inputMode(t procedure.FieldType) string {
	switch t {
	case procedure.TypeMoney:
		return "decimal"
	case procedure.TypeNumber:
		return "numeric"
	default:
		return "text"
	}
}

func yesNo(ctx context.Context) []ui.Pick {
	return []ui.Pick{{Value: "yes", Label: text.T(ctx, "是", "Yes")}, {Value: "no", Label: text.T(ctx, "否", "No")}}
}

func ratings() []ui.Pick {
	return []ui.Pick{{Value: "5", Label: "5"}, {Value: "4", Label: "4"}, {Value: "3", Label: "3"}, {Value: "2", Label: "2"}, {Value: "1", Label: "1"}}
}

// options offers the choices of a field, with an empty one first.
func options(ctx context.Context, figures *procedure.Figures, field procedure.Field, fields procedure.Values) []ui.Option {
	list := []ui.Option{{Label: text.T(ctx, "请选择", "Choose")}}
	for _, c := range Choices(figures, field, fields) {
		list = append(list, ui.Option{Value: c.Name, Label: c.Title.In(text.LangOf(ctx))})
	}
	return list
}

// Asks prepares the fields of a step with what is known, what was typed and
// what is wrong.
func Asks(ctx context.Context, figures *procedure.Figures, def *procedure.Definition, step *procedure.Step, known map[string]any, err error) []Ask {
	asks := make([]Ask, 0, len(step.Asks))
	for _, name := range step.Asks {
		field := def.Field(name)
		if field == nil {
			continue
		}
		a := Ask{
			Field: *field, Choices: options(ctx, figures, *field, known), Value: Show(field.Type, known[name]),
			Err: ui.ErrOf(ctx, err, name), ReasonErr: ui.ErrOf(ctx, err, name+"_reason"),
		}
		if field.When != nil {
			a.When = procedure.CondWords(def, figures, field.When)
		}
		if same := def.Field(field.SameAs); same != nil {
			a.Same = same.Title
			if _, there := known[name]; !there {
				a.Value = Show(field.Type, known[same.Name])
			}
		}
		if field.SumOf != "" {
			a.Value = Show(field.Type, Sum(known, *field))
		}
		a.Rows, _ = known[name].([]map[string]any)
		a.Reason = Show(procedure.TypeText, known[name+"_reason"])
		asks = append(asks, a)
	}
	return asks
}

// Sum is what a form shows of a sum while its rows are typed; the engine works
// out what counts.
func Sum(known map[string]any, field procedure.Field) int64 {
	table, column := field.Summed()
	rows, _ := known[table].([]map[string]any)
	var total int64
	for _, row := range rows {
		n, _ := row[column].(int64)
		total += n
	}
	return total
}

// WithKept adds the pictures that a refused form had brought, among what was
// typed: nobody signs or goes back for a photo twice.
func WithKept(asks []Ask, typed map[string]any) []Ask {
	for i, a := range asks {
		if a.Field.Type == procedure.TypePhoto || a.Field.Type == procedure.TypeSignature {
			asks[i].Kept, _ = typed[a.Field.Name].([]string)
		}
	}
	return asks
}

// Asked lists the fields a step asks for, in its order.
func Asked(def *procedure.Definition, step *procedure.Step) []procedure.Field {
	list := make([]procedure.Field, 0, len(step.Asks))
	for _, name := range step.Asks {
		if f := def.Field(name); f != nil {
			list = append(list, *f)
		}
	}
	return list
}

// Name is what the control of a field is called in the form.
func Name(field string) string { return fieldPrefix + field }

// Text is a stored answer as plain text, "" when it is none.
func Text(v any) string {
	s, _ := v.(string)
	return s
}

// Choices are the words a choice field offers: its own, or the figures'.
func Choices(figures *procedure.Figures, field procedure.Field, fields procedure.Values) []procedure.Choice {
	path := field.From
	if path == "" {
		switch field.Type {
		case procedure.TypeTrade:
			path = "trades"
		case procedure.TypeDepartment:
			path = "departments"
		}
	}
	if path != "" && figures != nil {
		if found, err := figures.Choices(path, fields); err == nil {
			return found
		}
	}
	return field.Of
}
