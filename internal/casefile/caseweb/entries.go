package caseweb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// part says which view of the timeline an event belongs to.
func part(def *procedure.Definition, e engine.Event) string {
	switch {
	case e.Kind == engine.EvTold || e.Kind == engine.EvPromise || slices.Contains(e.Names, "told_customer") || spoke(def, e):
		return "told"
	case e.Actor.ID == 0 || e.Kind == engine.EvLevel:
		return "system"
	default:
		return "inner"
	}
}

// spoke reports whether a step was done in which the customer was spoken to:
// an answer, a call that reached them, a follow-up.
func spoke(def *procedure.Definition, e engine.Event) bool {
	step := def.Step(e.Step)
	if e.Kind != engine.EvDone || step == nil || e.Outcome == "not_reached" {
		return false
	}
	switch step.Do {
	case procedure.KindCall, procedure.KindNotify:
		return step.To == "customer"
	case procedure.KindVisit: // nobody else is asked whether they are satisfied
		return true
	}
	return false
}

// entries puts the log into words, newest first, with what is planned on top.
func entries(ctx context.Context, v casefile.View, view string) ([]ui.Entry, map[string]int) {
	counts := map[string]int{}
	var list []ui.Entry
	if pause := v.Case.State.Pause; pause != nil {
		list = append(list, ui.Entry{When: pause.Until, State: ui.EntryPlan, What: text.Tf(ctx, "预计继续：%s", "expected to go on: %s", pause.Note)})
	}
	for i := len(v.Events) - 1; i >= 0; i-- {
		e := v.Events[i]
		counts["all"]++
		here := part(v.Def, e)
		counts[here]++
		if view != "all" && view != here {
			continue
		}
		entry := ui.Entry{When: e.At, Who: whoWords(ctx, e.Actor), What: v.Describe(e).In(text.LangOf(ctx))}
		if i == len(v.Events)-1 {
			entry.State = ui.EntryNow
		}
		say(ctx, v, i, &entry)
		list = append(list, entry)
	}
	return list, counts
}

// whoWords names who did it; the system has its name in the reader's language.
func whoWords(ctx context.Context, a engine.Actor) string {
	if a.ID == 0 && a.Name == auth.System.Name {
		return text.T(ctx, "系统", "System")
	}
	return a.Name
}

// say adds what an event holds in people's words.
func say(ctx context.Context, v casefile.View, at int, entry *ui.Entry) {
	e := v.Events[at]
	words, _ := e.Data["text"].(string)
	switch e.Kind {
	case engine.EvOpened:
		entry.What = text.Tf(ctx, "受理%s", "took it in: %s", v.Def.Title.In(text.LangOf(ctx)))
		entry.Quote = v.Case.Words
		return
	case engine.EvPromise:
		if due, err := time.Parse(time.RFC3339, caseform.Text(e.Data["due"])); err == nil {
			entry.What = text.Tf(ctx, "答应客户 %s 前：%s", "promised the customer by %s: %s", ui.Until(ctx, due), words)
			return
		}
	case engine.EvAbout:
		if plate := caseform.Text(e.Data["plate"]); plate != "" {
			entry.What = text.Tf(ctx, "定了房屋和客户：%s", "set unit and customer: %s", plate)
		}
	case engine.EvPaper:
		for _, x := range v.Def.Papers {
			if x.Name == caseform.Text(e.Data["name"]) {
				entry.What = text.Tf(ctx, "收了「%s」", "took in “%s”", x.Title.In(text.LangOf(ctx)))
			}
		}
	case engine.EvLevel:
		for _, k := range v.Case.Clocks {
			if k.Name == caseform.Text(e.Data["clock"]) {
				entry.What = text.Tf(ctx, "“%s”的时限升级", "the limit “%s” was escalated", k.Title.In(text.LangOf(ctx)))
			}
		}
	case engine.EvDone:
		if e.Outcome != "" && e.Outcome != "done" && e.Outcome != "sent" { // whom it was sent to is said
			if step := v.Def.Step(e.Step); step != nil {
				entry.What += " · " + StepOutcome(step, e.Outcome).In(text.LangOf(ctx))
			}
		}
	}
	var quotes []string
	if words != "" {
		quotes = append(quotes, words)
	}
	if why, ok := e.Data["reason"].(string); ok && why != "" {
		if e.Kind == engine.EvPause {
			why = pauseWord(ctx, v, why)
		}
		quotes = append(quotes, why)
	}
	if e.Kind == engine.EvAmend && !v.Erased {
		entry.Quote = strings.Join(append(wasWords(ctx, v, at), quotes...), "\n")
		return
	}
	for _, f := range v.Def.Fields { // every answer of the step, in the words of its form
		if answer := AnswerWords(ctx, v.Figures, f, v.Case.State.Fields, e.Fields); answer != "" {
			between := text.T(ctx, "：", ": ")
			if f.Type == procedure.TypeTable {
				between = strings.TrimSpace(between) + "\n"
			}
			quotes = append(quotes, f.Title.In(text.LangOf(ctx))+between+answer)
		}
	}
	entry.Quote = strings.Join(quotes, "\n")
	if list := signed(signatures(ctx, v.Def, e.Fields)); len(list) > 0 {
		entry.More = signaturePictures(list)
	}
}

// pauseWord is a reason to pause as the profile calls it.
func pauseWord(ctx context.Context, v casefile.View, reason string) string {
	list, _ := v.Figures.Choices("pause_reasons", nil) // a profile without them shows the word as it is
	for _, c := range list {
		if c.Name == reason {
			return c.Title.In(text.LangOf(ctx))
		}
	}
	return reason
}

// flow is the chart of the procedure with the way the case has gone.
func flow(ctx context.Context, v casefile.View) templ.Component {
	marks := procedure.Marks{Here: v.Case.State.Step, Past: map[string]bool{}}
	for _, t := range engine.Trail(v.Def, v.Events) {
		if t.State == engine.StopDone {
			marks.Past[t.Step] = true
		}
	}
	lang := text.LangOf(ctx)
	return templ.Raw(procedure.Layout(v.Def, v.Figures, marks).SVG(lang, text.T(ctx, "流程图：", "Chart: ")+v.Def.Title.In(lang)))
}
