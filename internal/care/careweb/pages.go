package careweb

import (
	"context"
	"strconv"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// Pages serves the pages of the room.
type Pages struct {
	db    *store.DB
	care  *care.Service
	book  care.Book
	limit limiter // of the pages without log-in
}

// New makes the pages over the service.
func New(db *store.DB, s *care.Service, book care.Book) *Pages {
	return &Pages{db: db, care: s, book: book}
}

// Routes lists the addresses of the room.
func (p *Pages) Routes() []web.Route {
	at := web.AtProject
	return []web.Route{
		at("GET /follow-ups", care.PermFollow, p.followUps),
		at("GET /follow-ups/register", care.PermFollow, p.called),
		at("GET /follow-ups/register/print", care.PermFollow, p.calledPrint),
		at("GET /follow-ups/register.xlsx", care.PermFollow, p.calledExcel),
		at("POST /follow-ups/{number}", care.PermFollow, p.ring),
		at("GET /visits", care.PermVisit, p.visits),
		at("POST /visits", care.PermVisit, p.planVisit),
		at("GET /surveys", care.PermSurvey, p.surveys),
		at("POST /surveys", care.PermSurvey, p.createSurvey),
		at("GET /surveys/{survey}", care.PermSurvey, p.survey),
		at("GET /surveys/{survey}/excel", care.PermSurvey, p.surveyExcel),
		at("GET /surveys/{survey}/sheets", care.PermSurvey, p.sheets),
		at("POST /surveys/{survey}/send", care.PermSurvey, p.sendSurvey),
		at("POST /surveys/{survey}/remind", care.PermSurvey, p.remind),
		at("POST /surveys/{survey}/end", care.PermSurvey, p.endCollection),
		at("POST /surveys/{survey}/count", care.PermSurvey, p.countSurvey),
		{Pattern: "GET /survey/{token}", Permission: auth.Public, Handler: p.openSheet},
		{Pattern: "POST /survey/{token}", Permission: auth.Public, Handler: p.answerSheet},
		at("GET /figures", care.PermFigures, p.figures),
		at("GET /figures.xlsx", care.PermFigures, p.figuresExcel),
		at("POST /figures/analyses", care.PermFigures, p.analyse),
	}
}

// Nav is the room's place in the rail.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{{
		Place: 35, Title: text.B("回访", "Care"), Icon: "phone", Path: "/p/{project}/follow-ups", Permission: care.PermFollow,
		Also: []string{"/p/{project}/visits", "/p/{project}/surveys"},
	}, {Place: 90, Title: text.B("指标", "Figures"), Icon: "chart-bar", Path: "/p/{project}/figures", Permission: care.PermFigures}}
}

func actorOf(ctx context.Context) auth.Actor {
	a, _ := auth.From(ctx)
	return a
}

func in(ctx context.Context, path string) string { return "/p/" + web.ProjectOf(ctx).Code + path }

// tabs are the pages of the room that the person may open.
func tabs(ctx context.Context, here string) []ui.View {
	var list []ui.View
	for _, t := range []struct {
		name, permission string
		title            text.Both
	}{
		{"follow-ups", care.PermFollow, text.B("回访", "Follow-ups")},
		{"visits", care.PermVisit, text.B("走访", "Visits")},
		{"surveys", care.PermSurvey, text.B("意见征询", "Surveys")},
	} {
		if actorOf(ctx).May(t.permission, web.ProjectOf(ctx).ID) {
			list = append(list, ui.View{Title: t.title.In(text.LangOf(ctx)), Path: in(ctx, "/"+t.name), Current: t.name == here})
		}
	}
	return list
}

// door is where a case is, as a plate shows it.
type door struct {
	Building, Room, Href, Spot string
}

func doorOf(ctx context.Context, c casefile.Case) door {
	building, room, ok := strings.Cut(c.Plate, "-")
	if !ok {
		return door{Spot: c.Place}
	}
	return door{Building: building, Room: room, Href: in(ctx, "/units/"+strconv.FormatInt(c.Unit, 10))}
}

func casePath(ctx context.Context, number string) string { return in(ctx, "/cases/"+number) }

// chip shows a running clock.
func chip(ctx context.Context, k engine.ClockState, paused bool) ui.Chip {
	switch {
	case k.Due.IsZero():
		return ui.Chip{State: ui.Run, Words: text.T(ctx, "无时限", "no limit")}
	case paused:
		return ui.Chip{State: ui.Hold, Due: k.Due}
	case k.Used >= 1:
		return ui.Chip{State: ui.Late, Due: k.Due}
	case k.Used >= 0.8:
		return ui.Chip{State: ui.Soon, Due: k.Due}
	}
	return ui.Chip{State: ui.Run, Due: k.Due}
}

// stepForm is the form of the step a case stands at, to be done in place.
type stepForm struct {
	Number  string
	Version int
	Step    string
	Title   string
	Asks    []caseform.Ask
	Buttons []ui.B
	Err     error
}

func stepFormOf(ctx context.Context, v casefile.View, typed map[string]any, problem error) stepForm {
	f := stepForm{Number: v.Case.Number, Version: v.Case.State.Version, Step: v.Case.State.Step, Err: problem}
	step := v.Def.Step(v.Case.State.Step)
	if step == nil || len(v.Options) == 0 || v.Options[0].Kind != engine.EvDone {
		return f
	}
	f.Title = step.Title.In(text.LangOf(ctx))
	known := v.Case.State.Known()
	if v.Case.State.Visits[step.Name] > 1 || step.Name == "follow" {
		delete(known, "followed") // each call has its own words
	}
	for k, x := range typed {
		known[k] = x
	}
	f.Asks = caseform.Asks(ctx, v.Figures, v.Def, step, known, problem)
	for i, o := range v.Options[0].Outcomes {
		b := ui.B{Label: outcomeWord(ctx, o), Name: "outcome", Value: o, Primary: i == 0}
		if !v.Options[0].May {
			b.Why, b.ID = v.Options[0].Why.In(text.LangOf(ctx)), "do-"+o
		}
		f.Buttons = append(f.Buttons, b)
	}
	return f
}

func outcomeWord(ctx context.Context, outcome string) string {
	switch outcome {
	case "satisfied":
		return text.T(ctx, "满意", "Satisfied")
	case "dissatisfied":
		return text.T(ctx, "不满意", "Dissatisfied")
	case "not_reached":
		return text.T(ctx, "没联系上", "Not reached")
	}
	return outcome
}
