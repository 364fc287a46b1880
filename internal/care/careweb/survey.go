package careweb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// asksOffered is how many questions the form offers at once.
const asksOffered = 8

type surveysPage struct {
	Tabs   []ui.View
	List   []surveyRow
	Action string
	Form   surveyForm
	Err    error
}

type surveyRow struct{ Title, Path, Until, Step, Sent, Returned, Share, Number, CasePath string }

type surveyForm struct {
	Title, Until string
	Asks         []askRow
}

type askRow struct{ Name, Sort, Ask, Options, Err string }

// filled is how many questions stand open in the form: the ones written, and
// one more to write into; the rest unfold.
func (f surveyForm) filled() int {
	last := 0
	for i, a := range f.Asks {
		if a.Ask != "" || a.Options != "" || a.Err != "" {
			last = i + 1
		}
	}
	return min(last+1, len(f.Asks))
}

func (p *Pages) surveys(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form := surveyForm{Title: care.UsualTitle(p.db.Clock().Now().Year()).In(text.LangOf(ctx)), Until: p.db.Clock().Now().AddDate(0, 0, 14).Format("2006-01-02")}
	for i := range asksOffered {
		form.Asks = append(form.Asks, askRow{Name: strconv.Itoa(i), Sort: care.AskRating})
	}
	for i, u := range care.Usual {
		form.Asks[i] = askRow{Name: strconv.Itoa(i), Sort: u.Sort, Ask: u.Ask.In(text.LangOf(ctx))}
	}
	return p.showSurveys(w, r, http.StatusOK, form, nil)
}

func (p *Pages) showSurveys(w http.ResponseWriter, r *http.Request, status int, form surveyForm, problem error) error {
	ctx := r.Context()
	page := surveysPage{Tabs: tabs(ctx, "surveys"), Action: in(ctx, "/surveys"), Form: form, Err: problem}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := p.care.Surveys(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID)
		if err != nil {
			return err
		}
		returned, cases, err := p.care.Progress(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID, list)
		if err != nil {
			return err
		}
		for _, v := range list {
			row := surveyRow{Title: v.Title, Path: surveyPath(ctx, v.ID), Until: p.until(ctx, v), Step: p.stepWords(ctx, cases[v.Case]), Number: v.Number, CasePath: casePath(ctx, v.Number), Sent: text.T(ctx, "未发出", "not sent")}
			if !v.SentAt.IsZero() {
				row.Sent, row.Returned, row.Share = text.Tf(ctx, "%d 份", "%d sheet(s)", v.Sent), strconv.Itoa(returned[v.ID]), share(returned[v.ID], v.Sent)
			}
			page.List = append(page.List, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, surveyListPage(page))
}

func surveyPath(ctx context.Context, id int64) string {
	return in(ctx, "/surveys/"+strconv.FormatInt(id, 10))
}

func (p *Pages) createSurvey(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	v := care.Survey{Project: web.ProjectOf(ctx).ID, Title: web.Value(r, "title"), Until: web.Value(r, "until")}
	form := surveyForm{Title: v.Title, Until: v.Until}
	for i := range asksOffered {
		n := strconv.Itoa(i)
		row := askRow{Name: n, Sort: web.Value(r, "sort."+n), Ask: web.Value(r, "ask."+n), Options: web.Value(r, "options."+n)}
		form.Asks = append(form.Asks, row)
		v.Questions = append(v.Questions, care.Question{Sort: row.Sort, Ask: row.Ask, Options: strings.FieldsFunc(row.Options, func(c rune) bool { return c == '、' || c == ',' || c == '，' || c == ';' || c == '；' })})
	}
	made, err := p.care.CreateSurvey(ctx, actorOf(ctx), v)
	if err == nil {
		web.Done(w, r, surveyPath(ctx, made.ID), ui.Undo{Words: text.Tf(ctx, "%s 已拟定，等审定后发出", "%s is drafted; it goes out once approved", made.Number)})
		return nil
	}
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	for i := range form.Asks {
		form.Asks[i].Err = ui.ErrOf(ctx, err, "ask."+form.Asks[i].Name)
	}
	return p.showSurveys(w, r, http.StatusUnprocessableEntity, form, err)
}

// surveyView is one survey: where it stands, and its count.
type surveyView struct {
	Tabs               []ui.View
	Title, Until       string
	Number, Path, Case string
	Step, StepTitle    string
	Sheets             string
	Counts             []countLine
	Met, Measured      bool
	Questions          []countTable
	Buildings          countTable
	Chart              ui.ChartProps
	Asked              []string // the questions whole, until it is sent out
	Texts              []string
	Err                error
	Share              string
	Few                bool // sent, and too few answers to tell anything
	Sent               bool
	Collecting         bool   // sheets still come in
	Waiting            int    // homes that have not answered
	Reminded           string // when they were reminded last
	Rests              string // until when they are left in peace, "" not at all
}

func surveyID(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PathValue("survey"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (p *Pages) survey(w http.ResponseWriter, r *http.Request) error {
	return p.showSurvey(w, r, http.StatusOK, nil)
}

func (p *Pages) showSurvey(w http.ResponseWriter, r *http.Request, status int, problem error) error {
	ctx := r.Context()
	var page surveyView
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, c, err := p.care.Survey(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r))
		if err != nil {
			return err
		}
		res, err := p.care.Result(ctx, tx, actorOf(ctx), v)
		if err != nil {
			return err
		}
		page = p.surveyView(ctx, v, c, res)
		return nil
	})
	if err != nil {
		return err
	}
	page.Err, page.Share = problem, "100"
	if problem != nil {
		page.Share = web.Value(r, "share")
	}
	return web.RenderStatus(w, r, status, surveyPage(page))
}

// until is how long a survey collects, or collected, in words.
func (p *Pages) until(ctx context.Context, v care.Survey) string {
	if !v.ClosedAt.IsZero() && v.ClosedAt.Format("2006-01-02") < v.Until {
		return text.Tf(ctx, "%s 已提前结束", "ended early on %s", v.ClosedAt.Format("2006-01-02"))
	}
	return v.Until
}

// stepWords is where the case of a survey stands, in words.
func (p *Pages) stepWords(ctx context.Context, c casefile.Case) string {
	if stamp, err := p.book.Stamp(c.Project, c.Procedure); err == nil {
		if st := stamp.Def.Step(c.State.Step); st != nil {
			return st.Title.In(text.LangOf(ctx))
		}
	}
	return text.T(ctx, "已办结", "closed")
}

func (p *Pages) surveyView(ctx context.Context, v care.Survey, c casefile.Case, r care.Result) surveyView {
	page := surveyView{
		Tabs: tabs(ctx, "surveys"), Title: v.Title, Until: p.until(ctx, v), Number: v.Number, Path: surveyPath(ctx, v.ID), Case: casePath(ctx, v.Number), Step: c.State.Step,
		Sheets: surveyPath(ctx, v.ID) + "/sheets", Texts: r.Texts, Sent: !v.SentAt.IsZero(),
		Collecting: !v.SentAt.IsZero() && !v.Over(p.db.Clock().Now()), Waiting: r.Sent - r.Returned,
	}
	if !v.RemindedAt.IsZero() {
		page.Reminded = v.RemindedAt.Format("2006-01-02")
		if rests, err := p.care.Rests(v); err == nil && rests.After(p.db.Clock().Now()) {
			page.Rests = ui.Exact(rests)
		}
	}
	if !page.Sent {
		for _, q := range v.Questions {
			page.Asked = append(page.Asked, q.Words(ctx))
		}
	}
	page.StepTitle = p.stepWords(ctx, c)
	target := "—"
	if r.Target > 0 {
		target = fmt.Sprintf("≥ %.4g %%", r.Target*100)
	}
	page.Counts = []countLine{
		{text.T(ctx, "发出", "Sent"), strconv.Itoa(r.Sent)}, {text.T(ctx, "收回", "Returned"), strconv.Itoa(r.Returned)}, {text.T(ctx, "回收率", "Return rate"), share(r.Returned, r.Sent)},
	}
	page.Buildings = p.buildings(ctx, r)
	if r.Few() {
		page.Few = page.Sent
		return page
	}
	page.Counts = append(page.Counts, countLine{text.T(ctx, "满意", "Satisfied"), strconv.Itoa(r.Satisfied)}, countLine{text.T(ctx, "满意率", "Satisfaction"), share(r.Satisfied, r.Returned)},
		countLine{text.T(ctx, "目标", "Target"), target})
	page.Measured = r.Target > 0
	page.Met = page.Measured && float64(r.Satisfied) >= r.Target*float64(r.Returned)-1e-9
	page.Chart = ui.ChartProps{ID: "marks", Title: text.T(ctx, "各题平均分", "Average mark by question"), Unit: text.T(ctx, "分", "of 5"), Bars: true}
	marks := ui.Series{Name: text.T(ctx, "平均分", "Average")}
	for i, q := range r.Questions {
		if q.Sort == care.AskText {
			continue
		}
		t := countTable{ID: "q" + strconv.Itoa(i), Title: q.Ask, Heads: []string{text.T(ctx, "回答", "Answer"), text.T(ctx, "份数", "Count"), text.T(ctx, "占比", "Share")}}
		words := q.Options
		if q.Sort == care.AskRating {
			words = []string{"5", "4", "3", "2", "1"}
			if q.Answers > 0 { // without an answer there is nothing to draw
				page.Chart.Labels = append(page.Chart.Labels, text.Cut(q.Ask, 12))
				marks.Values = append(marks.Values, ui.V(float64(q.Sum)/float64(q.Answers)))
			}
		}
		for _, word := range words {
			t.Rows = append(t.Rows, []string{word, strconv.Itoa(q.Counts[word]), share(q.Counts[word], q.Answers)})
		}
		page.Questions = append(page.Questions, t)
	}
	page.Chart.Series = []ui.Series{marks}
	return page
}

// buildings is how many came back from where; what a few answered is not told.
func (p *Pages) buildings(ctx context.Context, r care.Result) countTable {
	t := countTable{ID: "buildings", Title: text.T(ctx, "按楼栋", "By building"), Heads: []string{text.T(ctx, "楼栋", "Building"), text.T(ctx, "发出", "Sent"), text.T(ctx, "收回", "Returned"), text.T(ctx, "回收率", "Return rate"), text.T(ctx, "满意率", "Satisfaction")}}
	for _, b := range r.Buildings {
		content := text.T(ctx, "份数少，不列", "too few to tell")
		if b.Shown() {
			content = share(b.Satisfied, b.Returned)
		}
		t.Rows = append(t.Rows, []string{b.Name, strconv.Itoa(b.Sent), strconv.Itoa(b.Returned), share(b.Returned, b.Sent), content})
	}
	return t
}

func (p *Pages) sendSurvey(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	percent, err := strconv.Atoi(web.Value(r, "share"))
	if err != nil {
		percent = 0
	}
	v, err := p.care.Send(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r), percent)
	if err == nil {
		web.Done(w, r, surveyPath(ctx, v.ID), ui.Undo{Words: text.Tf(ctx, "发出 %d 份", "%d sheet(s) sent", v.Sent)})
		return nil
	}
	return p.surveyAgain(w, r, err)
}

func (p *Pages) surveyAgain(w http.ResponseWriter, r *http.Request, err error) error {
	switch errs.KindOf(err) {
	case errs.Invalid:
		return p.showSurvey(w, r, http.StatusUnprocessableEntity, err)
	case errs.Conflict:
		return p.showSurvey(w, r, http.StatusConflict, err)
	default:
		return err
	}
}

func (p *Pages) countSurvey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.care.CloseCount(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r))
	if err != nil {
		return p.surveyAgain(w, r, err)
	}
	web.Done(w, r, casePath(ctx, c.Number), ui.Undo{Words: text.T(ctx, "统计已写入，接着写分析", "The count is written; the analysis comes next")})
	return nil
}

func (p *Pages) surveyExcel(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var page surveyView
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, c, err := p.care.Survey(ctx, tx, actorOf(ctx), web.ProjectOf(ctx).ID, surveyID(r))
		if err != nil {
			return err
		}
		res, err := p.care.Result(ctx, tx, actorOf(ctx), v)
		page = p.surveyView(ctx, v, c, res)
		return err
	})
	if err != nil {
		return err
	}
	all := countTable{Title: text.T(ctx, "总数", "Totals"), Heads: []string{text.T(ctx, "项目", "What"), text.T(ctx, "数", "Count")}}
	for _, c := range page.Counts {
		all.Rows = append(all.Rows, []string{c.Label, c.Value})
	}
	tables := []countTable{all, page.Buildings}
	for i, q := range page.Questions {
		q.Heads[0], q.Title = q.Title, text.Tf(ctx, "第 %d 题", "Question %d", i+1)
		tables = append(tables, q)
	}
	words := countTable{Title: text.T(ctx, "意见", "Opinions"), Heads: []string{text.T(ctx, "意见", "Opinion")}}
	for _, s := range page.Texts {
		words.Rows = append(words.Rows, []string{s})
	}
	return sendBook(w, page.Title, page.Number, append(tables, words))
}
