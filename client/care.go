package client

import (
	"context"
	"net/url"
	"time"
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
	Person string     `json:"person"`
	Unit   string     `json:"unit"`
	Name   string     `json:"name"`
	Plate  string     `json:"plate"`
	Why    string     `json:"why"`
	Last   *time.Time `json:"last,omitempty"`
}

// NewVisit is a visit to be planned.
type NewVisit struct {
	Person  string `json:"person"`
	Unit    string `json:"unit,omitempty"`
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
	ID        string     `json:"id"`
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

// Sheet is one sheet of a survey; who holds its path may answer it once.
type Sheet struct {
	ID       string `json:"id"`
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

// AnswerFollowUp records how a customer was rung back.
func (c *Client) AnswerFollowUp(ctx context.Context, n, key string, in FollowAnswer) (Case, error) {
	return post[Case](ctx, c, c.in("/follow-ups/"+url.PathEscape(n)), key, in)
}

// Visits is the plan of visits.
func (c *Client) Visits(ctx context.Context) (VisitPlan, error) {
	return get[VisitPlan](ctx, c, c.in("/visits"), nil)
}

// PlanVisit plans a visit.
func (c *Client) PlanVisit(ctx context.Context, key string, in NewVisit) (Case, error) {
	return post[Case](ctx, c, c.in("/visits"), key, in)
}

func (c *Client) survey(id string) string { return c.in("/surveys/" + url.PathEscape(id)) }

// Surveys lists the newest 50 surveys.
func (c *Client) Surveys(ctx context.Context) ([]Survey, error) {
	return get[[]Survey](ctx, c, c.in("/surveys"), nil)
}

// CreateSurvey drafts a survey.
func (c *Client) CreateSurvey(ctx context.Context, key string, in NewSurvey) (Survey, error) {
	return post[Survey](ctx, c, c.in("/surveys"), key, in)
}

// Survey is a survey with its count.
func (c *Client) Survey(ctx context.Context, id string) (SurveyView, error) {
	return get[SurveyView](ctx, c, c.survey(id), nil)
}

// Sheets lists the sheets of a survey behind the first skip of them, at most
// 300, in a building; "" is all.
func (c *Client) Sheets(ctx context.Context, survey, building string, skip int) ([]Sheet, error) {
	q := url.Values{}
	set(q, "building", building)
	number(q, "skip", skip)
	return get[[]Sheet](ctx, c, c.survey(survey)+"/sheets", q)
}

// SendSurvey gives a sheet to a share of the units, in percent.
func (c *Client) SendSurvey(ctx context.Context, id, key string, percent int) (Survey, error) {
	return post[Survey](ctx, c, c.survey(id)+"/send", key, map[string]int{"percent": percent})
}

// RemindSurvey reminds the homes that have not answered; it says how many.
func (c *Client) RemindSurvey(ctx context.Context, id, key string) (int, error) {
	out, err := post[struct {
		Reminded int `json:"reminded"`
	}](ctx, c, c.survey(id)+"/remind", key, nil)
	return out.Reminded, err
}

// EndCollection ends the collecting before its last day.
func (c *Client) EndCollection(ctx context.Context, id, key string) (Survey, error) {
	return post[Survey](ctx, c, c.survey(id)+"/end", key, nil)
}

// CountSurvey writes the count into the survey's case.
func (c *Client) CountSurvey(ctx context.Context, id, key string) (Case, error) {
	return post[Case](ctx, c, c.survey(id)+"/count", key, nil)
}

// Figures are the counts of a month ("2026-11"); "" is this one.
func (c *Client) Figures(ctx context.Context, month string) (Month, error) {
	q := url.Values{}
	set(q, "month", month)
	return get[Month](ctx, c, c.in("/figures"), q)
}

// OpenAnalysis opens the analysis of a problem seen often.
func (c *Client) OpenAnalysis(ctx context.Context, key string, in NewAnalysis) (Case, error) {
	return post[Case](ctx, c, c.in("/analyses"), key, in)
}
