package residentweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"unicode"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/resident"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// ProgressPage is how far a case is, as its reporter may see it.
type ProgressPage struct {
	Path, Number, Title, Say string
	Promise                  string // "我们答应 …"
	Script                   string // what to do meanwhile, for danger
	Number110                string
	Way                      []ui.Entry
	Key                      string
	Sign                     bool // the step is the customer's to sign
	Pays                     string
	Did                      string
	Step                     string
	Rate                     bool // done, not rated yet
	Rated                    string
	Open                     bool
	Photo                    string // why a picture was refused
	Photos                   []Shot // what the resident sent
	Waiting                  int    // pictures sent that browsers cannot show
	Answers                  string
	Large                    bool
	LargePath                string
	Err                      error
	Typed                    string
}

// Shot is a picture the resident sent, with what it is called.
type Shot struct{ Path, Words string }

func (p *Pages) progressPage(r *http.Request, l resident.Link, project web.Project) (ProgressPage, error) {
	ctx, lang := r.Context(), text.LangOf(r.Context())
	page := ProgressPage{
		Path: "/r/" + l.Token, Key: formKey(), Answers: "/p/" + project.Code + "/answers",
		Large: r.URL.Query().Get("large") != "", Photo: refusals[r.URL.Query().Get("photo")].In(lang),
	}
	page.LargePath = page.Path + "?large=1"
	if page.Large {
		page.LargePath = page.Path
	}
	ctx = ui.WithFrame(ctx, ui.Frame{Now: p.db.Clock().Now()}) // "today" in words
	return page, p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := p.cases.ByID(ctx, tx, l.Case)
		if err != nil {
			return err
		}
		env, err := p.cases.Versions(ctx, tx, c)
		if err != nil {
			return err
		}
		events, err := p.cases.Events(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		who := ""
		if c.State.Assignee > 0 {
			name, err := p.house.Name(ctx, tx, c.State.Assignee)
			if err != nil {
				return err
			}
			who = master(ctx, name)
		}
		page.Number, page.Title, page.Open = c.Number, env.Def.Title.In(lang), c.State.Status == engine.Open
		step := env.Def.Step(c.State.Step)
		page.Say = sentence(ctx, c, step, who)
		for _, k := range c.Clocks {
			if k.CustomerSees && k.Run == "running" && (page.Promise == "") && k.Due.After(tx.Now()) {
				page.Promise = text.Tf(ctx, "我们答应 %s 前：%s", "Promised by %s: %s", ui.Until(ctx, k.Due), k.Title.In(lang))
			}
		}
		if said := p.house.Suggest(c.Words); page.Open && len(said.Dangers) > 0 {
			page.Script, page.Number110 = said.Dangers[0].Script.In(lang), said.Dangers[0].Number
		}
		sent, err := p.sent(ctx, tx, env.Def, c)
		if err != nil {
			return err
		}
		for i, x := range sent {
			if !x.Shown {
				page.Waiting++
				continue
			}
			page.Photos = append(page.Photos, Shot{Path: "/r/" + l.Token + "/photos/" + itoa(x.ID), Words: text.Tf(ctx, "您发来的照片 %d", "Photo %d you sent", i+1)})
		}
		page.Way = parcel(ctx, env.Def, c, events, who)
		if step != nil && step.Do == procedure.KindSign && forCustomer(step) && page.Open {
			page.Sign, page.Step = true, step.Name
			page.Did = caseform.Text(c.State.Fields["did"])
			page.Pays = text.T(ctx, "不收费", "Free of charge")
			if fen, ok := c.State.Fields["total"].(int64); ok && c.State.Fields["charge"] == "paid" {
				page.Pays = ui.Fen(fen)
			}
		}
		rating, rated := c.State.Fields["rating"].(int64)
		if rated {
			page.Rated = strconv.FormatInt(rating, 10)
		}
		page.Rate = page.Open && !rated && !page.Sign && env.Def.Field("rating") != nil && stopped(c, "finish")
		return nil
	})
}

func forCustomer(step *procedure.Step) bool {
	for _, who := range step.Who {
		if who == "customer" {
			return true
		}
	}
	return false
}

func stopped(c casefile.Case, name string) bool {
	for _, k := range c.Clocks {
		if k.Name == name {
			return k.Run == "met" || k.Run == "late"
		}
	}
	return false
}

// master is what a resident calls a technician: the surname only, of a name
// in letters its initial.
func master(ctx context.Context, name string) string {
	for _, r := range name {
		first := string(r)
		if !unicode.Is(unicode.Han, r) {
			first += "."
		}
		return text.Tf(ctx, "%s师傅", "our colleague %s", first)
	}
	return ""
}

// sentence says in one line how far it is.
func sentence(ctx context.Context, c casefile.Case, step *procedure.Step, who string) string {
	switch {
	case c.State.Status == engine.Closed:
		return text.T(ctx, "办完了", "Done")
	case c.State.Status != engine.Open:
		return text.T(ctx, "已并到别的事项或取消", "Joined with another case, or cancelled")
	case stopped(c, "finish") && (caseform.Text(c.State.Fields["approved_by"]) != "" || c.State.Fields["rating"] != nil):
		return text.T(ctx, "修好了，您也看过了", "Repaired, and seen by you")
	case stopped(c, "finish"):
		return text.T(ctx, "修好了，请您看一看", "Repaired: please have a look")
	case c.State.Pause != nil:
		return text.Tf(ctx, "先等一等，%s 再继续", "Waiting; it goes on %s", ui.When(ctx, c.State.Pause.Until))
	case step != nil && step.Do == procedure.KindArrive && who != "":
		return text.Tf(ctx, "%s已接单，正过来", "On the way: %s", who)
	case step != nil && step.Do == procedure.KindAccept && who != "":
		return text.Tf(ctx, "已派给%s", "Sent to %s", who)
	case step != nil && (step.Do == procedure.KindVisit || step.Do == procedure.KindClose) && caseform.Text(c.State.Fields["answer"]) != "":
		return text.T(ctx, "已经答复您了", "You have been answered")
	case who == "" && (stopped(c, "answer") || stopped(c, "told")): // a word on the way, not the answer yet
		return text.T(ctx, "给您回过话，还在办", "You have heard from us; we are still on it")
	case who != "":
		return text.Tf(ctx, "%s在处理", "Being worked on by %s", who)
	}
	return text.T(ctx, "收到了，正在安排人", "Received; we are finding somebody")
}

// parcel is the way of a case in stops, newest first with what is to come on
// top: what was done and when, what the customer was told, what they said.
// Internal notes, names and reasons are not in it, nor the steps within a stop;
// no stop is in it twice, for one that is come back to is not done.
func parcel(ctx context.Context, def *procedure.Definition, c casefile.Case, events []engine.Event, who string) []ui.Entry {
	lang := text.LangOf(ctx)
	words := stopsOf(def)
	var list []ui.Entry
	told := map[string]bool{}
	for _, t := range engine.Trail(def, events) {
		stop := words[t.Step]
		if t.State == engine.StopDone || t.State == engine.StopLeft || !stop.counts(t.Step) || told[stop.name] {
			continue
		}
		told[stop.name] = true
		entry := ui.Entry{What: stop.what.In(lang), State: ui.EntryPlan}
		if t.State == engine.StopCurrent {
			entry.State, entry.Clock = ui.EntryNow, text.T(ctx, "现在", "now")
		}
		list = append(list, entry)
	}
	slices.Reverse(list)
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		entry := ui.Entry{When: e.At}
		switch {
		case e.Kind == engine.EvOpened:
			entry.What, entry.Quote = text.T(ctx, "收到您报的事", "Your report arrived"), c.Words
		case e.Kind == engine.EvDone:
			st, stop := def.Step(e.Step), words[e.Step]
			if st == nil || st.Auto() || !stop.counts(e.Step) || told[stop.name] {
				continue
			}
			told[stop.name] = st.Do != procedure.KindQuote // each quote was an answer of the customer's
			entry.What = stop.done.In(lang)
			if st.Do == procedure.KindQuote {
				quoted(ctx, &entry, e)
			}
			if (st.Do == procedure.KindAccept || st.Do == procedure.KindArrive) && who != "" && e.Actor.ID == c.State.Assignee {
				entry.Who = who
			}
		case e.Kind == engine.EvTold:
			entry.What = text.T(ctx, "告诉了您", "You were told")
			entry.Quote = caseform.Text(e.Data["text"])
		case e.Kind == engine.EvNote && e.Data["from"] == "customer":
			entry.What = text.T(ctx, "您补充", "You added")
			entry.Quote = caseform.Text(e.Data["text"])
		case e.Kind == engine.EvPause:
			entry.What = text.T(ctx, "先等一等", "Waiting")
		case e.Kind == engine.EvReopen:
			entry.What = text.T(ctx, "重新办理", "Opened again")
		default:
			continue
		}
		list = append(list, entry)
	}
	return list
}

// quoted says of a quote what it came to and what the customer said to it.
func quoted(ctx context.Context, entry *ui.Entry, e engine.Event) {
	if e.Outcome == "declined" {
		entry.What = text.T(ctx, "报过价，您没有同意", "Quoted; you declined")
	}
	if fen, ok := e.Fields["total"].(int64); ok {
		entry.Quote = text.Tf(ctx, "合计 %s 元", "%s yuan in all", ui.Fen(fen))
	}
}

// act opens the case link of a form and bounds how much it may send.
func (p *Pages) act(r *http.Request) (resident.Link, web.Project, error) {
	l, project, err := p.open(r)
	if err != nil {
		return l, project, err
	}
	if l.Kind != resident.Case {
		return l, project, errs.New(errs.NotFound, "resident.case", "这个码不属于一件事项。", "This code belongs to no case.")
	}
	if err := p.links.May(r.Context(), l, web.ClientIP(r.Context()).String()); err != nil {
		return l, project, err
	}
	return l, project, web.ParseForm(r)
}

func (p *Pages) refused(w http.ResponseWriter, r *http.Request, l resident.Link, project web.Project, problem error) error {
	switch errs.KindOf(problem) {
	case errs.Invalid, errs.Conflict, errs.Forbidden:
	default:
		return problem
	}
	page, err := p.progressPage(r, l, project)
	if err != nil {
		return err
	}
	page.Err, page.Typed = problem, web.Value(r, "text")
	return web.RenderStatus(w, r, web.StatusOf(problem), progressView(page))
}

// add takes further words and photos.
func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	l, project, err := p.act(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	words, key := text.Cut(web.Value(r, "text"), 1000), "r"+itoa(l.ID)+"-"+text.Cut(web.Value(r, "key"), 40)
	var c casefile.Case
	err = p.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if c, err = p.cases.ByID(ctx, tx, l.Case); err != nil || words == "" {
			return err
		}
		_, err = p.cases.DoIn(ctx, tx, auth.System, casefile.Doing{Case: l.Case, Key: key, Command: engine.Command{
			Kind: engine.EvNote, Actor: asResident, Data: map[string]any{"text": words, "from": "customer"},
		}})
		return err
	})
	if err == nil {
		err = p.photos(r, l, c, key+"p")
	}
	if err != nil {
		return p.refused(w, r, l, project, err)
	}
	web.Redirect(w, r, "/r/"+l.Token)
	return nil
}

// rate signs where the signature is the customer's next step, or writes the
// rating down after the work (REP-07).
func (p *Pages) rate(w http.ResponseWriter, r *http.Request) error {
	l, project, err := p.act(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.rated(ctx, r, l)
	if err != nil {
		return p.refused(w, r, l, project, err)
	}
	web.Redirect(w, r, "/r/"+l.Token)
	return nil
}

func (p *Pages) rated(ctx context.Context, r *http.Request, l resident.Link) error {
	var c casefile.Case
	var env engine.Env
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if c, err = p.cases.ByID(ctx, tx, l.Case); err == nil {
			env, err = p.cases.Versions(ctx, tx, c)
		}
		return err
	})
	if err != nil {
		return err
	}
	key := "r" + itoa(l.ID) + "-" + text.Cut(web.Value(r, "key"), 40)
	if step := env.Def.Step(c.State.Step); step != nil && step.Do == procedure.KindSign && forCustomer(step) {
		asked := caseform.Asked(env.Def, step)
		kept, err := caseform.Uploads(r, asked, caseform.Files{Keep: func(name string, body io.Reader) (string, error) {
			return p.house.Keep(ctx, c.Project, c.ID, name, body)
		}})
		if err != nil {
			return err
		}
		answers, err := caseform.Read(r, asked, kept)
		if err != nil {
			return err
		}
		_, err = p.cases.Do(ctx, resident.Actor, casefile.Doing{Case: c.ID, Key: key, Command: engine.Command{
			Kind: engine.EvDone, Step: step.Name, Outcome: "signed", Fields: answers,
		}})
		return err
	}
	stars, err := strconv.ParseInt(web.Value(r, caseform.Name("rating")), 10, 64)
	if err != nil || stars < 1 || stars > 5 {
		return errs.New(errs.Invalid, "resident.rating", "请点 1 到 5 分。", "Tap 1 to 5.")
	}
	if env.Def.Field("rating") == nil || !stopped(c, "finish") {
		return errs.New(errs.Conflict, "resident.rating.early", "还没修好，修好后再打分。", "It is not repaired yet; rate it afterwards.")
	}
	fields := map[string]any{"rating": stars}
	if words := text.Cut(web.Value(r, caseform.Name("opinion")), 500); words != "" {
		fields["opinion"] = words
	}
	_, err = p.cases.Do(ctx, auth.System, casefile.Doing{Case: c.ID, Key: key, Command: engine.Command{
		Kind: engine.EvAmend, Actor: asResident, Fields: fields, Data: map[string]any{"reason": "住户在进度页上打分"},
	}})
	return err
}
