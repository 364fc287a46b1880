package deskweb

import (
	"context"
	"net/http"
	"strings"

	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// AnswerLine is an answer at hand with the project's figures in it (DSK-13).
type AnswerLine struct {
	Name, Title, Words string
	Inside             bool // stays at the desk
}

// PhraseGroup is the phrases of one situation (DSK-14).
type PhraseGroup struct {
	Title   string
	Phrases []PhraseLine
}

// PhraseLine is one phrase; what is still open stands in {braces}.
type PhraseLine struct {
	Name, Title, Words string
}

// holds reports whether every word typed is in one of the texts.
func holds(typed string, texts ...string) bool {
	all := strings.ToLower(text.Narrow(strings.Join(texts, "\n")))
	for _, w := range strings.Fields(strings.ToLower(text.Narrow(typed))) {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

func bothOf(b text.Both) string { return b.ZH + "\n" + b.EN }

// answers lists the answers that hold what was typed; those that stay at the
// desk are left out when public.
func answersOf(ctx context.Context, t procedure.Texts, f *procedure.Figures, typed string, public bool) []AnswerLine {
	lang := text.LangOf(ctx)
	var list []AnswerLine
	for _, a := range t.Answers {
		words := a.In(f)
		if public && !a.Public || !holds(typed, bothOf(a.Title), bothOf(words), strings.Join(a.Find, "\n")) {
			continue
		}
		list = append(list, AnswerLine{Name: a.Name, Title: a.Title.In(lang), Words: words.In(lang), Inside: !a.Public})
	}
	return list
}

func typedQuery(r *http.Request) string { return text.Cut(text.Clean(r.URL.Query().Get("q")), 100) }

func (p *Pages) answers(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), typedQuery(r)
	list := answersOf(ctx, p.book.Texts(), p.book.Figures(web.ProjectOf(ctx).ID), q, false)
	if web.Partial(r) {
		return web.Render(w, r, answerList(list, q))
	}
	return web.Render(w, r, answersPage(base(r), list, q))
}

// openAnswers shows residents the very words the desk says.
func (p *Pages) openAnswers(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), typedQuery(r)
	project := web.ProjectOf(ctx)
	list := answersOf(ctx, p.book.Texts(), p.book.Figures(project.ID), q, true)
	return web.Render(w, r, openAnswersPage(project, list, q))
}

// phrases lists what can be said, by situation; asked by the script of a field
// it answers with the bare list to choose from.
func (p *Pages) phrases(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), typedQuery(r)
	list := p.phrasesOf(ctx, q)
	if web.Partial(r) {
		return web.Render(w, r, phraseChoices(list))
	}
	return web.Render(w, r, phrasesPage(base(r), list, q))
}

func (p *Pages) phrasesOf(ctx context.Context, typed string) []PhraseGroup {
	project, lang := web.ProjectOf(ctx), text.LangOf(ctx)
	texts, figures := p.book.Texts(), p.book.Figures(project.ID)
	known := strings.NewReplacer("{project}", project.Name, "{agent}", actorOf(ctx).Name)
	var groups []PhraseGroup
	for _, s := range texts.Situations {
		g := PhraseGroup{Title: s.Title.In(lang)}
		for _, ph := range texts.Phrases {
			words := ph.In(figures)
			if ph.Situation == s.Name && holds(typed, bothOf(s.Title), bothOf(ph.Title), bothOf(words)) {
				g.Phrases = append(g.Phrases, PhraseLine{Name: ph.Name, Title: ph.Title.In(lang), Words: known.Replace(words.In(lang))})
			}
		}
		if len(g.Phrases) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
