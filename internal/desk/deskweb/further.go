package deskweb

import (
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// further lists the addresses around the console.
func (p *Pages) further() []web.Route {
	return []web.Route{
		{Pattern: "GET /p/{project}/desk/new", Permission: desk.PermDesk, Handler: p.newCase},
		{Pattern: "GET /p/{project}/desk/answers", Permission: desk.PermDesk, Handler: p.answers},
		{Pattern: "GET /p/{project}/desk/phrases", Permission: desk.PermDesk, Handler: p.phrases},
		{Pattern: "GET /p/{project}/desk/tally", Permission: desk.PermSee, Handler: p.tally},
		{Pattern: "GET /p/{project}/desk/tally.xlsx", Permission: desk.PermSee, Handler: p.tallyExcel},
		{Pattern: "GET /p/{project}/desk/slips", Permission: desk.PermSee, Handler: p.slips},
		{Pattern: "GET /p/{project}/desk/slips/{number}", Permission: casefile.PermWork, Handler: p.slip},
		{Pattern: "GET /p/{project}/desk/duplicates", Permission: casefile.PermMerge, Handler: p.duplicates},
		{Pattern: "GET /p/{project}/desk/merge/{number}", Permission: casefile.PermMerge, Handler: p.mergeForm},
		{Pattern: "POST /p/{project}/desk/merge/{number}", Permission: casefile.PermMerge, Handler: p.merge},
		{Pattern: "POST /p/{project}/desk/unmerge/{number}", Permission: casefile.PermMerge, Handler: p.unmerge},
		{Pattern: "POST /p/{project}/desk/join", Permission: desk.PermDesk, Handler: p.join},
		{Pattern: "GET /p/{project}/journal", Permission: desk.PermSee, Handler: p.journal},
		{Pattern: "POST /p/{project}/journal", Permission: desk.PermDesk, Handler: p.writeEntry},
		{Pattern: "POST /p/{project}/journal/entries/{entry}/case", Permission: desk.PermDesk, Handler: p.turn},
		{Pattern: "GET /p/{project}/journal/print", Permission: desk.PermSee, Handler: p.journalPrint},
		{Pattern: "GET /p/{project}/journal.xlsx", Permission: desk.PermSee, Handler: p.journalExcel},
		{Pattern: "GET /p/{project}/answers", Permission: auth.Public, Handler: p.openAnswers},
	}
}

// firstQuestions names what the first step of a procedure asks.
func firstQuestions(d *procedure.Definition, lang text.Lang) string {
	var names []string
	for _, name := range d.Steps[0].Asks {
		if f := d.Field(name); f != nil {
			names = append(names, f.Title.In(lang))
		}
	}
	if lang == text.EN {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}
