package caseweb

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/a-h/templ"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// AnswerLine is an answer that can be corrected, with the page to do it.
type AnswerLine struct{ Label, Answer, Path string }

// correctable lists the answers given at the intake and at the steps done.
// Pictures are added, a signature is given again at its step, a sum follows its
// rows.
func correctable(v casefile.View) []procedure.Field {
	var list []procedure.Field
	for _, f := range v.Def.Fields {
		_, given := v.Case.State.Fields[f.Name]
		if given && f.Type != procedure.TypePhoto && f.Type != procedure.TypeSignature && f.SumOf == "" {
			list = append(list, f)
		}
	}
	return list
}

// correction fills the page on which a given answer is corrected: first all of
// them to choose from, then the one chosen, as it stands and as it should be.
func correction(ctx context.Context, v casefile.View, page *WayPage, typed map[string]any) {
	lang, given := text.LangOf(ctx), v.Case.State.Fields
	for _, f := range correctable(v) {
		line := AnswerLine{
			Label: f.Title.In(lang), Answer: AnswerWords(ctx, v.Figures, f, given, given),
			Path: page.Base + "/way/" + wayAmend + "?choice=" + url.QueryEscape(f.Name),
		}
		if f.Name != page.Choice {
			page.Answers = append(page.Answers, line)
			continue
		}
		known := map[string]any{}
		maps.Copy(known, given)
		maps.Copy(known, typed)
		page.Title += text.T(ctx, "：", ": ") + line.Label
		page.Now, page.Answers = line.Answer, nil
		page.Asks = caseform.Asks(ctx, v.Figures, v.Def, &procedure.Step{Asks: []string{f.Name}}, known, page.Err)
		return
	}
	page.Choice = ""
}

// corrected reads the new answer; what was left empty is taken away. What
// could not be read is in the answers as it was typed.
func corrected(r *http.Request, v casefile.View) (engine.Command, error) {
	cmd := engine.Command{Kind: engine.EvAmend, Data: map[string]any{"reason": web.Value(r, "text")}}
	for _, f := range correctable(v) {
		if f.Name != web.Value(r, "choice") {
			continue
		}
		answers, err := caseform.Read(r, []procedure.Field{f}, nil)
		same := true
		names := []string{f.Name}
		if f.Reasoned() {
			names = append(names, f.Name+"_reason")
		}
		for _, name := range names {
			if _, given := answers[name]; !given {
				answers[name] = nil
			}
			same = same && reflect.DeepEqual(answers[name], v.Case.State.Fields[name])
		}
		cmd.Fields = answers
		if err == nil && same {
			const zh, en = "和现在的一样，没有要更正的。", "It stands like this already; there is nothing to correct."
			err = errs.New(errs.Invalid, "casefile.amend.same", zh, en).Field(f.Name, "same", zh, en)
		}
		if e := errs.As(err); e != nil && cmd.Data["reason"] == "" { // else the engine asks for it only when the answer is right
			err = e.Field("reason", "missing", "请写明为什么更正。", "Say why it is corrected.")
		}
		return cmd, err
	}
	const zh, en = "请选要更正哪一栏。没有改动。", "Choose the answer to correct. Nothing was changed."
	return cmd, errs.New(errs.Invalid, "casefile.amend.choice", zh, en)
}

// wasWords says what a correction changed, one line for each answer: what
// stood there before and what stands there now.
func wasWords(ctx context.Context, v casefile.View, at int) []string {
	e, list := v.Events[at], []string{}
	before := engine.Fold(v.Def, v.Events[:at]).Fields
	for _, f := range v.Def.Fields {
		_, changed := e.Fields[f.Name]
		_, why := e.Fields[f.Name+"_reason"]
		if !changed && !why || f.Type == procedure.TypePhoto || f.Type == procedure.TypeSignature {
			continue
		}
		was, is := before, map[string]any{f.Name: before[f.Name], f.Name + "_reason": before[f.Name+"_reason"]}
		for name := range is {
			if x, given := e.Fields[name]; given {
				is[name] = x
			}
		}
		list = append(list, text.Tf(ctx, "%s：%s → %s", "%s: %s → %s", f.Title.In(text.LangOf(ctx)), orNone(ctx, AnswerWords(ctx, v.Figures, f, before, was)), orNone(ctx, AnswerWords(ctx, v.Figures, f, before, is))))
	}
	return list
}

// orNone keeps an answer in one line; one that is not there is named.
func orNone(ctx context.Context, words string) string {
	if words == "" {
		return text.T(ctx, "（空）", "(none)")
	}
	return strings.ReplaceAll(words, "\n", "；")
}

// correctLink is the link beside what is known, for whom may correct it.
func correctLink(ctx context.Context, ways []Way, base string) templ.Component {
	path := base + "/way/" + wayAmend
	if !offers(ways, path) {
		return ui.Text("")
	}
	return ui.Anchor(wayTitle(ctx, wayAmend), path)
}
