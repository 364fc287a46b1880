package deskweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// tabs are the pages around the console.
var tabs = []struct {
	name, path string
	title      text.Both
}{
	{"desk", "", text.B("前台", "Desk")},
	{"new", "/new", text.B("新事项", "New case")},
	{"answers", "/answers", text.B("答复有据", "Answers")},
	{"phrases", "/phrases", text.B("用语", "Phrases")},
	{"slips", "/slips", text.B("联系单", "Slips")},
	{"duplicates", "/duplicates", text.B("相近的", "Duplicates")},
	{"journal", "/journal", text.B("工作日志", "Journal")},
	{"tally", "/tally", text.B("接听", "Answering")},
}

func deskTabs(ctx context.Context, base, current string) []ui.View {
	list := make([]ui.View, 0, len(tabs))
	for _, t := range tabs {
		path := base + t.path
		if t.name == "journal" {
			path = strings.TrimSuffix(base, "/desk") + t.path
		}
		list = append(list, ui.View{Title: t.title.In(text.LangOf(ctx)), Path: path, Current: t.name == current})
	}
	return list
}

// KindLine is a kind of case that the desk may open.
type KindLine struct {
	Name, Title, Why, Path, Key string
}

// newCase lists every kind of case that the desk may open (DSK-01, DSK-04,
// DSK-11, DSK-20); choosing one opens the intake with its first questions.
func (p *Pages) newCase(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), typedQuery(r)
	lang := text.LangOf(ctx)
	var list []KindLine
	for _, d := range p.book.Kinds(web.ProjectOf(ctx).ID) {
		if !opensAt(d) || !holds(q, bothOf(d.Title), d.Name, firstQuestions(d, text.ZH), firstQuestions(d, text.EN)) {
			continue
		}
		list = append(list, KindLine{Name: d.Name, Title: d.Title.In(lang), Why: firstQuestions(d, lang), Path: base(r) + "?kind=" + url.QueryEscape(d.Name)})
	}
	return web.Render(w, r, newCasePage(base(r), list, q))
}
