package api

import (
	"context"
	"net/http"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/care"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// FollowAnswer is how a customer was rung back: satisfied, dissatisfied or
// not_reached; By is call or visit.
type FollowAnswer struct {
	Version int            `json:"version,omitempty"`
	Outcome string         `json:"outcome"`
	By      string         `json:"by,omitempty"`
	Fields  map[string]any `json:"fields,omitempty"`
}

// VisitPlan is the open visits, who is proposed and why, and how far the
// target is (DSK-16).
type VisitPlan struct {
	Open       []Case      `json:"open"`
	Candidates []Candidate `json:"candidates"`
	From       string      `json:"from"`
	Need       int         `json:"need"`
	Done       int         `json:"done"`
	Confirmed  int         `json:"confirmed"`
	Late       int         `json:"late"`
}

// Candidate is a customer proposed for a visit.
type Candidate struct {
	Person ID         `json:"person"`
	Unit   ID         `json:"unit"`
	Name   string     `json:"name"`
	Plate  string     `json:"plate"`
	Why    string     `json:"why"`
	Last   *time.Time `json:"last,omitempty"`
}

// NewVisit is a visit to be planned.
type NewVisit struct {
	Person  ID     `json:"person"`
	Unit    ID     `json:"unit,omitempty"`
	Purpose string `json:"purpose"`
}

// Question is one question of a survey: rating, choice or text.
type Question struct {
	Sort    string   `json:"sort"`
	Ask     string   `json:"ask"`
	Options []string `json:"options,omitempty"`
}

// Survey is one opinion survey; Number is its case.
type Survey struct {
	ID        ID         `json:"id"`
	Number    string     `json:"number"`
	Title     string     `json:"title"`
	Questions []Question `json:"questions"`
	Until     string     `json:"until"`
	SentAt    *time.Time `json:"sent_at,omitempty"`
	Sent      int        `json:"sent"`
}

// NewSurvey is a survey to be drafted; it then waits for approval.
type NewSurvey struct {
	Title     string     `json:"title"`
	Questions []Question `json:"questions"`
	Until     string     `json:"until"`
}

// SurveyView is a survey with its count. Buildings with fewer than three
// answers are left out, so that nobody is recognised.
type SurveyView struct {
	Survey
	Step      string           `json:"step"`
	Returned  int              `json:"returned"`
	Few       bool             `json:"few"` // too few answers: no result is told
	Satisfied int              `json:"satisfied"`
	Rate      int64            `json:"rate"`
	Target    float64          `json:"target"`
	Results   []QuestionResult `json:"results"`
	Buildings []BuildingResult `json:"buildings"`
	Texts     []string         `json:"texts"`
}

// QuestionResult is one question counted.
type QuestionResult struct {
	Ask     string         `json:"ask"`
	Answers int            `json:"answers"`
	Sum     int            `json:"sum"`
	Counts  map[string]int `json:"counts"`
}

// BuildingResult is one building counted.
type BuildingResult struct {
	Name      string `json:"name"`
	Sent      int    `json:"sent"`
	Returned  int    `json:"returned"`
	Satisfied int    `json:"satisfied"`
}

// Share is how many percent of the units get a sheet.
type Share struct {
	Percent int `json:"percent"`
}

// Sheet is one sheet of a survey; who holds its path may answer it once.
type Sheet struct {
	ID       ID     `json:"id"`
	Building string `json:"building"`
	Plate    string `json:"plate"`
	Answered bool   `json:"answered"`
	Path     string `json:"path"`
}

// Month is the counts of a month (DSK-18, DSK-19).
type Month struct {
	Month    string   `json:"month"`
	All      Tally    `json:"all"`
	Kinds    []Tally  `json:"kinds"`
	Trades   []Tally  `json:"trades"`
	Places   []Tally  `json:"places"`
	Causes   []Tally  `json:"causes"`
	Figures  []Figure `json:"figures"`
	Repeated []Repeat `json:"repeated"`
}

// Tally counts cases of one word.
type Tally struct {
	Name      string `json:"name"`
	Taken     int    `json:"taken"`
	PassedOn  int    `json:"passed_on"`
	Closed    int    `json:"closed"`
	InTime    int    `json:"in_time"`
	Reopened  int    `json:"reopened"`
	Followed  int    `json:"followed"`
	Satisfied int    `json:"satisfied"`
}

// Figure is one figure of the month against its target.
type Figure struct {
	Title  string `json:"title"`
	Target string `json:"target"`
	Now    string `json:"now"`
	Met    bool   `json:"met"`
	Known  bool   `json:"known"`
}

// Repeat is a problem seen often.
type Repeat struct {
	Building string    `json:"building"`
	Sort     string    `json:"sort"`
	Count    int       `json:"count"`
	People   int       `json:"people"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Words    []string  `json:"words"`
}

// NewAnalysis opens the analysis of a problem seen often.
type NewAnalysis struct {
	Problem string `json:"problem"`
	Period  string `json:"period"`
	Count   int64  `json:"count"`
}

type followIn struct {
	Number string `path:"number"`
	Key    string `header:"Idempotency-Key"`
	Body   FollowAnswer
}

type visitIn struct {
	Key  string `header:"Idempotency-Key"`
	Body NewVisit
}

type surveyIn struct {
	Body NewSurvey
}

type sendIn struct {
	ID   int64 `path:"id"`
	Body Share
}

type sheetsIn struct {
	ID       int64  `path:"id"`
	Building string `query:"building"`
	Skip     int    `query:"skip"`
}

type monthIn struct {
	Month string `query:"month"`
}

type analysisIn struct {
	Body NewAnalysis
}

func (s *Service) careOperations() []operation {
	const survey = inProject + "/surveys/{id}"
	return []operation{
		call("answerFollowUp", http.MethodPost, inProject+"/follow-ups/{number}", care.PermFollow, "care", "Record how a customer was rung back", http.StatusOK, s.answerFollowUp),
		call("getVisits", http.MethodGet, inProject+"/visits", care.PermVisit, "care", "The plan of visits: open ones, who is proposed, the target", http.StatusOK, s.visits),
		call("planVisit", http.MethodPost, inProject+"/visits", care.PermVisit, "care", "Plan a visit", http.StatusCreated, s.planVisit),
		call("listSurveys", http.MethodGet, inProject+"/surveys", care.PermSurvey, "care", "The newest 50 surveys", http.StatusOK, s.surveys),
		call("createSurvey", http.MethodPost, inProject+"/surveys", care.PermSurvey, "care", "Draft a survey; it then waits for approval", http.StatusCreated, s.createSurvey),
		call("getSurvey", http.MethodGet, survey, care.PermSurvey, "care", "A survey with its count", http.StatusOK, s.survey),
		call("listSheets", http.MethodGet, survey+"/sheets", care.PermSurvey, "care", "The sheets of a survey with the path to answer each, at most 300 (building, skip)", http.StatusOK, s.sheets),
		call("sendSurvey", http.MethodPost, survey+"/send", care.PermSurvey, "care", "Give a sheet to every unit or to a share of them", http.StatusOK, s.sendSurvey),
		call("remindSurvey", http.MethodPost, survey+"/remind", care.PermSurvey, "care", "Remind the homes that have not answered", http.StatusOK, s.remindSurvey),
		call("endCollection", http.MethodPost, survey+"/end", care.PermSurvey, "care", "End the collecting before its last day", http.StatusOK, s.endCollection),
		call("countSurvey", http.MethodPost, survey+"/count", care.PermSurvey, "care", "Write the count into the survey's case", http.StatusOK, s.countSurvey),
		call("getFigures", http.MethodGet, inProject+"/figures", care.PermFigures, "care", "The counts of a month (month=2026-11; this one without)", http.StatusOK, s.figures),
		call("openAnalysis", http.MethodPost, inProject+"/analyses", care.PermFigures, "care", "Open the analysis of a problem seen often", http.StatusCreated, s.analyse),
	}
}

func (s *Service) answerFollowUp(ctx context.Context, in followIn) (Case, error) {
	b := in.Body
	c, err := s.opt.Care.RingBack(ctx, actorOf(ctx), care.Ring{
		Project: projectOf(ctx), Number: in.Number, Version: b.Version, Outcome: b.Outcome, By: b.By, Fields: b.Fields, Key: in.Key,
	})
	return caseOf(ctx, c), err
}

func (s *Service) visits(ctx context.Context, _ struct{}) (VisitPlan, error) {
	out := VisitPlan{Open: []Case{}, Candidates: []Candidate{}}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, err := s.opt.Care.Visits(ctx, tx, actorOf(ctx), projectOf(ctx))
		for _, c := range v.Open {
			out.Open = append(out.Open, caseOf(ctx, c))
		}
		for _, c := range v.Candidates {
			out.Candidates = append(out.Candidates, Candidate{Person: ID(c.Person), Unit: ID(c.Unit), Name: c.Name, Plate: c.Plate, Why: string(c.Why), Last: when(c.Last)})
		}
		out.From, out.Need, out.Done, out.Confirmed, out.Late = v.Target.From.Format(time.DateOnly), v.Target.Need, v.Target.Done, v.Confirmed, v.Late
		return err
	})
	return out, err
}

func (s *Service) planVisit(ctx context.Context, in visitIn) (Case, error) {
	c, err := s.opt.Care.PlanVisit(ctx, actorOf(ctx), care.Visiting{Project: projectOf(ctx), Person: int64(in.Body.Person), Unit: int64(in.Body.Unit), Purpose: in.Body.Purpose, Key: in.Key})
	return caseOf(ctx, c), err
}

func surveyOf(v care.Survey) Survey {
	out := Survey{ID: ID(v.ID), Number: v.Number, Title: v.Title, Questions: []Question{}, Until: v.Until, SentAt: when(v.SentAt), Sent: v.Sent}
	for _, q := range v.Questions {
		out.Questions = append(out.Questions, Question(q))
	}
	return out
}

func (s *Service) surveys(ctx context.Context, _ struct{}) ([]Survey, error) {
	out := []Survey{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.opt.Care.Surveys(ctx, tx, actorOf(ctx), projectOf(ctx))
		for _, v := range list {
			out = append(out, surveyOf(v))
		}
		return err
	})
	return out, err
}

func (s *Service) createSurvey(ctx context.Context, in surveyIn) (Survey, error) {
	v := care.Survey{Project: projectOf(ctx), Title: in.Body.Title, Until: in.Body.Until}
	for _, q := range in.Body.Questions {
		v.Questions = append(v.Questions, care.Question(q))
	}
	v, err := s.opt.Care.CreateSurvey(ctx, actorOf(ctx), v)
	return surveyOf(v), err
}

func (s *Service) survey(ctx context.Context, in idIn) (SurveyView, error) {
	out := SurveyView{Results: []QuestionResult{}, Buildings: []BuildingResult{}, Texts: []string{}}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, c, err := s.opt.Care.Survey(ctx, tx, actorOf(ctx), projectOf(ctx), in.ID)
		if err != nil {
			return err
		}
		r, err := s.opt.Care.Result(ctx, tx, actorOf(ctx), v)
		out.Survey, out.Step = surveyOf(v), c.State.Step
		out.Returned, out.Few, out.Satisfied, out.Rate, out.Target = r.Returned, r.Few(), r.Satisfied, r.Rate(), r.Target
		for _, q := range r.Questions {
			out.Results = append(out.Results, QuestionResult{Ask: q.Ask, Answers: q.Answers, Sum: q.Sum, Counts: q.Counts})
		}
		for _, b := range r.Buildings {
			if b.Shown() {
				out.Buildings = append(out.Buildings, BuildingResult{Name: b.Name, Sent: b.Sent, Returned: b.Returned, Satisfied: b.Satisfied})
			}
		}
		out.Texts = append(out.Texts, r.Texts...)
		return err
	})
	return out, err
}

func (s *Service) sheets(ctx context.Context, in sheetsIn) ([]Sheet, error) {
	out := []Sheet{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.opt.Care.Sheets(ctx, tx, actorOf(ctx), projectOf(ctx), in.ID, in.Building, max(in.Skip, 0))
		for _, x := range list {
			out = append(out, Sheet{ID: ID(x.ID), Building: x.Building, Plate: x.Plate, Answered: x.Answered, Path: "/survey/" + s.opt.Care.Token(x.ID)})
		}
		return err
	})
	return out, err
}

func (s *Service) sendSurvey(ctx context.Context, in sendIn) (Survey, error) {
	v, err := s.opt.Care.Send(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Percent)
	return surveyOf(v), err
}

// Reminded says how many homes were reminded.
type Reminded struct {
	Reminded int `json:"reminded"`
}

func (s *Service) remindSurvey(ctx context.Context, in idIn) (Reminded, error) {
	n, err := s.opt.Care.Remind(ctx, actorOf(ctx), projectOf(ctx), in.ID)
	return Reminded{Reminded: n}, err
}

func (s *Service) endCollection(ctx context.Context, in idIn) (Survey, error) {
	v, err := s.opt.Care.EndCollection(ctx, actorOf(ctx), projectOf(ctx), in.ID)
	return surveyOf(v), err
}

func (s *Service) countSurvey(ctx context.Context, in idIn) (Case, error) {
	c, err := s.opt.Care.CloseCount(ctx, actorOf(ctx), projectOf(ctx), in.ID)
	return caseOf(ctx, c), err
}

func tallyOf(name string, t care.Tally) Tally {
	return Tally{Name: name, Taken: t.Taken, PassedOn: t.PassedOn, Closed: t.Closed, InTime: t.InTime, Reopened: t.Reopened, Followed: t.Followed, Satisfied: t.Satisfied}
}

func talliesOf(lines []care.Line) []Tally {
	out := make([]Tally, 0, len(lines))
	for _, l := range lines {
		out = append(out, tallyOf(l.Name, l.Tally))
	}
	return out
}

func (s *Service) figures(ctx context.Context, in monthIn) (Month, error) {
	var at time.Time
	if in.Month != "" {
		var err error
		if at, err = time.ParseInLocation("2006-01", in.Month, calendar.Zone); err != nil {
			return Month{}, errs.New(errs.Invalid, "api.parameters", "月份看不懂。", "The month is not understood.").Field("month", "form", "写成 2026-11", "write it as 2026-11")
		}
	}
	lang := text.LangOf(ctx)
	out := Month{Figures: []Figure{}, Repeated: []Repeat{}}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if at.IsZero() {
			at = tx.Now()
		}
		m, err := s.opt.Care.Count(ctx, tx, actorOf(ctx), projectOf(ctx), at)
		out.Month, out.All = m.From.Format("2006-01"), tallyOf("", m.All)
		out.Kinds, out.Trades, out.Places, out.Causes = talliesOf(m.Kinds), talliesOf(m.Trades), talliesOf(m.Places), talliesOf(m.Causes)
		for _, f := range m.Figures {
			out.Figures = append(out.Figures, Figure{Title: f.Title.In(lang), Target: f.Target, Now: f.Now, Met: f.Met, Known: f.Known})
		}
		for _, r := range m.Repeated {
			out.Repeated = append(out.Repeated, Repeat{
				Building: r.Building, Sort: r.Sort.In(lang), Count: r.Count, People: r.People, From: r.From, To: r.To, Words: append([]string{}, r.Words...),
			})
		}
		return err
	})
	return out, err
}

func (s *Service) analyse(ctx context.Context, in analysisIn) (Case, error) {
	c, err := s.opt.Care.Analyse(ctx, actorOf(ctx), projectOf(ctx), in.Body.Problem, in.Body.Period, in.Body.Count)
	return caseOf(ctx, c), err
}
