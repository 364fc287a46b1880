package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// Longest answers, in characters: a resident's letter fits, a pasted book does not.
const (
	maxWords = 20_000
	maxText  = 500
	maxList  = 200
)

// complaint is what is wrong with an answer, with a stable code.
type complaint struct {
	path, code string
	say        text.Both
}

func wrong(code, zh, en string) *complaint { return &complaint{code: code, say: text.B(zh, en)} }

// normal is v in the form a case keeps (see procedure.FieldType), or what is
// wrong with it. An empty answer is nil. Without figures, choices taken from
// figures and the least number are not checked: the log was checked when it was
// written.
func normal(f *procedure.Field, fig *procedure.Figures, vals procedure.Values, v any) (any, *complaint) {
	if s, ok := v.(string); ok {
		if s = text.Clean(s); s == "" {
			return nil, nil
		}
		v = s
	}
	if v == nil {
		return nil, nil
	}
	switch f.Type {
	case procedure.TypeNumber, procedure.TypeMoney:
		n, ok := asInt(v)
		if !ok {
			return nil, wrong("number", "应填整数。", "Enter a whole number.")
		}
		if f.Type == procedure.TypeMoney && n < 0 {
			return nil, wrong("negative", "金额不能小于零。", "An amount cannot be below zero.")
		}
		if f.Type == procedure.TypeNumber && fig != nil && n < f.Least {
			return nil, &complaint{code: "least", say: text.F("不能小于 %d。", "At least %d.", f.Least)}
		}
		return n, nil
	case procedure.TypeRating:
		if n, ok := asInt(v); ok && n >= 1 && n <= 5 {
			return n, nil
		}
		return nil, wrong("rating", "评分是 1 到 5。", "A rating is 1 to 5.")
	case procedure.TypeYesNo:
		if b, ok := asBool(v); ok {
			return b, nil
		}
		return nil, wrong("yes_no", "请选“是”或“否”。", "Choose yes or no.")
	case procedure.TypeDate:
		if s, ok := v.(string); ok {
			if _, err := time.Parse(time.DateOnly, s); err == nil {
				return s, nil
			}
		}
		return nil, wrong("date", "日期写成 2026-11-20。", "Write the date as 2026-11-20.")
	case procedure.TypeTime:
		if t, ok := asTime(v); ok {
			return stamp(t), nil
		}
		return nil, wrong("time", "时间写成 2026-11-20 10:42。", "Write the time as 2026-11-20 10:42.")
	case procedure.TypePhoto, procedure.TypeSignature:
		return normalList(v)
	case procedure.TypeTable:
		return normalTable(f, fig, vals, v)
	}
	s, ok := v.(string)
	if !ok {
		if n, isInt := asInt(v); isInt { // an account or unit id
			s, ok = fmt.Sprint(n), true
		}
	}
	if !ok {
		return nil, wrong("text", "应填文字。", "Enter words.")
	}
	if most := map[bool]int{true: maxWords, false: maxText}[f.Type == procedure.TypeWords]; utf8.RuneCountInString(s) > most {
		return nil, &complaint{code: "long", say: text.F("最多 %d 个字。", "At most %d characters.", most)}
	}
	if f.Type == procedure.TypeChoice && fig != nil && !chosen(f, fig, vals, s) {
		return nil, &complaint{code: "choice", say: text.F("“%s”不在可选项里。", "%q is not one of the choices.", s)}
	}
	return s, nil
}

func normalList(v any) (any, *complaint) {
	list, ok := asStrings(v)
	if !ok {
		return nil, wrong("list", "附件没有传好，请重新添加。", "The attachment did not arrive; add it again.")
	}
	if len(list) > maxList {
		return nil, &complaint{code: "long", say: text.F("最多 %d 个附件。", "At most %d attachments.", maxList)}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

func normalTable(f *procedure.Field, fig *procedure.Figures, vals procedure.Values, v any) (any, *complaint) {
	rows, ok := asRows(v)
	if !ok || len(rows) > maxList {
		return nil, &complaint{code: "table", say: text.F("表格最多 %d 行。", "A table has at most %d rows.", maxList)}
	}
	out := make([]map[string]any, 0, len(rows))
	for i, row := range rows {
		kept := map[string]any{}
		for name, cell := range row {
			at := slices.IndexFunc(f.Columns, func(c procedure.Field) bool { return c.Name == name })
			if at < 0 {
				return nil, &complaint{path: fmt.Sprintf("[%d].%s", i, name), code: "unknown", say: text.B("表里没有这一列。", "The table has no such column.")}
			}
			x, bad := normal(&f.Columns[at], fig, vals, cell)
			if bad != nil {
				bad.path = fmt.Sprintf("[%d].%s%s", i, name, bad.path)
				return nil, bad
			}
			if x != nil {
				kept[name] = x
			}
		}
		if len(kept) == 0 {
			continue
		}
		for _, c := range f.Columns {
			if _, ok := kept[c.Name]; c.Required && !ok {
				return nil, &complaint{path: fmt.Sprintf("[%d].%s", i, c.Name), code: "required", say: text.B("请填“"+c.Title.ZH+"”。", "Enter “"+c.Title.In(text.EN)+"”.")}
			}
		}
		out = append(out, kept)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// chosen reports whether s is one of the field's choices, written in the
// definition or taken from the figures.
func chosen(f *procedure.Field, fig *procedure.Figures, vals procedure.Values, s string) bool {
	if f.From == "" {
		return slices.ContainsFunc(f.Of, func(c procedure.Choice) bool { return c.Name == s })
	}
	if list, err := fig.Choices(f.From, vals); err == nil {
		return slices.ContainsFunc(list, func(c procedure.Choice) bool { return c.Name == s })
	}
	list, err := fig.Words(f.From, vals)
	return err == nil && slices.Contains(list, s)
}

func holdsMoney(f *procedure.Field) bool {
	return f.Type == procedure.TypeMoney || slices.ContainsFunc(f.Columns, func(c procedure.Field) bool { return holdsMoney(&c) })
}

// answers checks given answers against the fields that may be given and
// returns them as a case keeps them; an empty answer is nil and removes the
// old one. Everything wrong is noted in bad.
func answers(env Env, vals procedure.Values, given map[string]any, may func(name string) bool, bad *errs.Fields) map[string]any {
	if len(given) == 0 {
		return nil
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f, of := answerField(env.Def, name)
		switch {
		case f == nil:
			bad.Add(name, "unknown", "这种事项没有这一栏。", "This kind of case has no such field.")
			continue
		case !may(of):
			bad.Add(name, "not_asked", "这一步不填这一栏；要更正已填的内容，请用“更正”。", "This step does not ask for it; to correct an answer use “correct”.")
			continue
		}
		v, complaint := normal(f, env.Figures, vals, given[name])
		if complaint != nil {
			bad.Add(name+complaint.path, complaint.code, complaint.say.ZH, complaint.say.EN)
			continue
		}
		if f.Past && toCome(f, v, env.Now) {
			bad.Add(name, "future", "这个时间还没到，应填已经发生的时间。", "That is still to come; enter when it happened.")
			continue
		}
		out[name] = v
	}
	sums(env, vals, out, bad)
	return out
}

// slack is how long ago a time arranged with somebody may lie: "at three" is
// typed at five past.
const slack = 15 * time.Minute

// arranged refuses times arranged with somebody that have passed. A correction is
// not asked: it says what was arranged then.
func arranged(env Env, given map[string]any, bad *errs.Fields) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f := env.Def.Field(name)
		if f == nil || !f.Future {
			continue
		}
		let := slack
		if slices.ContainsFunc(env.Def.Clocks, func(c procedure.Clock) bool { return c.Name == name && c.Limit == LimitPromise }) {
			let = 0 // what is promised for a moment ago is broken already
		}
		if gone(f, given[name], env.Now, let) {
			bad.Add(name, "past", "这个时间已经过了，应填还没到的时间。", "That time has passed; enter one that lies ahead.")
		}
	}
}

// gone reports whether a date or time lies before now, by more than let.
func gone(f *procedure.Field, v any, now time.Time, let time.Duration) bool {
	s, ok := v.(string)
	if ok && f.Type == procedure.TypeDate {
		return s < now.In(calendar.Zone).Format(time.DateOnly)
	}
	at, ok := asTime(v)
	return ok && at.Before(now.Add(-let))
}

// toCome reports whether a date or time lies after now.
func toCome(f *procedure.Field, v any, now time.Time) bool {
	s, ok := v.(string)
	if ok && f.Type == procedure.TypeDate {
		return s > now.In(calendar.Zone).Format(time.DateOnly)
	}
	at, ok := asTime(v)
	return ok && at.After(now)
}

// answerField is the field an answer belongs to, and the name it is asked
// under: the reason of a field is asked with the field.
func answerField(def *procedure.Definition, name string) (f *procedure.Field, of string) {
	if f := def.Field(name); f != nil {
		return f, name
	}
	if of, ok := strings.CutSuffix(name, reasonSuffix); ok {
		if f := def.Field(of); f != nil && f.Reasoned() {
			title := text.B(f.Title.ZH+"：理由", f.Title.In(text.EN)+": reason")
			if other := def.Field(f.SameAs); other != nil {
				title = text.B(f.Title.ZH+"与"+other.Title.ZH+"不同的理由", f.Title.In(text.EN)+": why it is not the "+strings.ToLower(other.Title.In(text.EN)))
			}
			return &procedure.Field{Name: name, Title: title, Type: procedure.TypeWords}, of
		}
	}
	return nil, name
}

const reasonSuffix = "_reason"
