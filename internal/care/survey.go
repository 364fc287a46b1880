package care

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/notice"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// The sorts of questions.
const (
	AskRating = "rating" // 1 to 5
	AskChoice = "choice"
	AskText   = "text"
)

// Question is one question of a survey.
type Question struct {
	Sort    string   `json:"sort"`
	Ask     string   `json:"ask"`
	Options []string `json:"options,omitempty"` // of a choice
}

// Words is a question whole, as who approves the survey reads it: what is
// asked, how it is answered, between which choices.
func (q Question) Words(ctx context.Context) string {
	how := text.T(ctx, "打分 1–5", "score 1–5")
	switch q.Sort {
	case AskChoice:
		how = text.Tf(ctx, "单选：%s", "choice: %s", strings.Join(q.Options, text.T(ctx, "、", ", ")))
	case AskText:
		how = text.T(ctx, "写文字", "words")
	}
	return text.Tf(ctx, "%s（%s）", "%s (%s)", q.Ask, how)
}

// Survey is one opinion survey; its way through the house is the case.
type Survey struct {
	ID, Project int64
	Case        int64
	Number      string
	Title       string
	Questions   []Question
	Until       string // last day of answering, ISO
	SentAt      time.Time
	Sent        int       // sheets
	ClosedAt    time.Time // collection ended, by hand or with the count
	RemindedAt  time.Time // last time those without an answer were reminded
}

// Home is a unit a survey goes to, with who is told.
type Home struct {
	Unit            int64
	Building, Plate string
	Person          int64
	Phone           string
}

// Teller takes messages to customers; notice.Service is one.
type Teller interface {
	Tell(ctx context.Context, tx *store.Tx, n notice.Notice) error
}

const (
	maxQuestions = 12
	maxOptions   = 8
	maxAnswer    = 1000 // characters of a free answer
)

func (v *Survey) check(now time.Time) error {
	v.Title = text.Cut(text.Clean(v.Title), 80)
	var f errs.Fields
	if v.Title == "" {
		f.Add("title", "required", "写一个主题", "give it a subject")
	}
	day, err := time.ParseInLocation("2006-01-02", v.Until, calendar.Zone)
	if err != nil || !day.AddDate(0, 0, 1).After(now) {
		f.Add("until", "date", "选今天或以后的日期", "choose today or a later day")
	}
	var kept []Question
	for i, q := range v.Questions {
		if q.Ask = text.Cut(text.Clean(q.Ask), 120); q.Ask == "" {
			continue
		}
		path := "ask." + strconv.Itoa(i)
		switch q.Sort {
		case AskChoice:
			if q.Options = cleanOptions(q.Options); len(q.Options) < 2 {
				f.Add(path, "options", "至少写两个选项，用顿号分开", "give at least two choices, separated by commas")
			}
		case AskRating, AskText:
			q.Options = nil
		default:
			f.Add(path, "sort", "选题型", "choose the sort of question")
		}
		kept = append(kept, q)
	}
	v.Questions = kept
	if len(kept) == 0 {
		f.Add("ask.0", "required", "至少写一个问题", "ask at least one question")
	}
	if len(kept) > maxQuestions {
		f.Add("ask.0", "many", "最多 12 个问题", "at most 12 questions")
	}
	return f.Err("care.survey.invalid")
}

func cleanOptions(list []string) []string {
	var out []string
	for _, o := range list {
		if o = text.Cut(text.Clean(o), 40); o != "" && !slices.Contains(out, o) && len(out) < maxOptions {
			out = append(out, o)
		}
	}
	return out
}

// CreateSurvey drafts a survey and opens its case, which then waits for
// approval (DSK-17). Errors: Invalid with fields.
func (s *Service) CreateSurvey(ctx context.Context, actor auth.Actor, v Survey) (Survey, error) {
	if err := allow(actor, PermSurvey, v.Project); err != nil {
		return v, err
	}
	if err := v.check(s.db.Clock().Now()); err != nil {
		return v, err
	}
	raw, err := json.Marshal(v.Questions)
	if err != nil {
		return v, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		asks := make([]map[string]any, len(v.Questions))
		for i, q := range v.Questions {
			asks[i] = map[string]any{"ask": q.Words(ctx)}
		}
		fields := map[string]any{"subject": v.Title, "questions": asks, "until": v.Until}
		c, err := s.cases.OpenIn(ctx, tx, actor, casefile.Opening{Project: v.Project, Procedure: "survey", Channel: "own", Subject: v.Title, Words: v.Title, Fields: fields})
		if err != nil {
			return err
		}
		if c.State.Step == "plan" {
			if c, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: c.ID, Command: engine.Command{Kind: engine.EvDone, Step: "plan", Fields: fields}}); err != nil {
				return err
			}
		}
		v.ID, v.Case, v.Number = tx.NewID(), c.ID, c.Number
		_, err = tx.Exec(ctx, "INSERT INTO care_survey (project_id, id, case_id, number, title, questions, until_date, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			v.Project, v.ID, v.Case, v.Number, v.Title, string(raw), v.Until, store.Micros(tx.Now()))
		return err
	})
	return v, err
}

const surveyColumns = "project_id, id, case_id, number, title, questions, until_date, sent_at, sent_count, closed_at, reminded_at"

func scanSurvey(scan store.Scan) (Survey, error) {
	var v Survey
	var raw string
	var sent, closed, reminded int64
	if err := scan(&v.Project, &v.ID, &v.Case, &v.Number, &v.Title, &raw, &v.Until, &sent, &v.Sent, &closed, &reminded); err != nil {
		return v, err
	}
	v.SentAt = store.Time(sent)
	if closed != 0 {
		v.ClosedAt = store.Time(closed)
	}
	if reminded != 0 {
		v.RemindedAt = store.Time(reminded)
	}
	return v, json.Unmarshal([]byte(raw), &v.Questions)
}

// Surveys lists the newest 50 of a project.
func (s *Service) Surveys(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64) ([]Survey, error) {
	if err := allow(actor, PermSurvey, project); err != nil {
		return nil, err
	}
	return store.All(ctx, tx, scanSurvey, "SELECT "+surveyColumns+" FROM care_survey WHERE project_id = ? ORDER BY created_at DESC, id DESC LIMIT 50", project)
}

// OfCase is the survey a case is about; false for a case without one.
func (s *Service) OfCase(ctx context.Context, tx *store.Tx, actor auth.Actor, project, caseID int64) (Survey, bool, error) {
	if err := allow(actor, PermSurvey, project); err != nil {
		return Survey{}, false, err
	}
	v, err := store.One(ctx, tx, scanSurvey, "SELECT "+surveyColumns+" FROM care_survey WHERE project_id = ? AND case_id = ?", project, caseID)
	if errs.KindOf(err) == errs.NotFound {
		return v, false, nil
	}
	return v, err == nil, err
}

// Progress is how far surveys have come: sheets returned by survey, and their
// cases by id.
func (s *Service) Progress(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, list []Survey) (map[int64]int, map[int64]casefile.Case, error) {
	if err := allow(actor, PermSurvey, project); err != nil {
		return nil, nil, err
	}
	returned := map[int64]int{}
	var cases []int64
	for _, v := range list {
		n, err := store.One(ctx, tx, func(scan store.Scan) (n int, err error) {
			err = scan(&n)
			return n, err
		}, "SELECT count(*) FROM care_sheet WHERE project_id = ? AND survey_id = ? AND answered = 1", project, v.ID)
		if err != nil {
			return nil, nil, err
		}
		returned[v.ID], cases = n, append(cases, v.Case)
	}
	found, err := s.cases.ByIDs(ctx, tx, cases)
	return returned, found, err
}

// Survey is one survey with its case.
func (s *Service) Survey(ctx context.Context, tx *store.Tx, actor auth.Actor, project, id int64) (Survey, casefile.Case, error) {
	if err := allow(actor, PermSurvey, project); err != nil {
		return Survey{}, casefile.Case{}, err
	}
	v, err := store.One(ctx, tx, scanSurvey, "SELECT "+surveyColumns+" FROM care_survey WHERE project_id = ? AND id = ?", project, id)
	if err != nil {
		return v, casefile.Case{}, err
	}
	found, err := s.cases.ByIDs(ctx, tx, []int64{v.Case})
	return v, found[v.Case], err
}

// Send gives a sheet to every unit, or to a sample in percent drawn by digest,
// and tells who lives there. The case must stand at its sending.
func (s *Service) Send(ctx context.Context, actor auth.Actor, project, id int64, percent int) (Survey, error) {
	var v Survey
	if percent < 1 || percent > 100 {
		return v, errs.New(errs.Invalid, "care.survey.share", "抽样比例填 1 到 100，没有发出。", "Give a share of 1 to 100; nothing was sent.").Field("share", "range", "填 1 到 100", "enter 1 to 100")
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var c casefile.Case
		var err error
		if v, c, err = s.Survey(ctx, tx, actor, project, id); err != nil {
			return err
		}
		if c.State.Step != "send" || !v.SentAt.IsZero() {
			return errs.New(errs.Conflict, "care.survey.step", "还没有审定，或已经发出过。没有再发。", "It is not approved yet, or was sent already. Nothing was sent again.")
		}
		homes, err := s.homes.Homes(ctx, tx, project)
		if err != nil {
			return err
		}
		homes = sample(homes, id, percent)
		for i, h := range homes {
			sheet := tx.NewID()
			if _, err := tx.Exec(ctx, "INSERT INTO care_sheet (project_id, id, survey_id, unit_id, building, plate, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
				project, sheet, id, h.Unit, h.Building, h.Plate, i); err != nil {
				return err
			}
			if err := s.invite(ctx, tx, v, h, sheet, text.F("请您填写“%s”，%s 前有效。", "Please answer “%s”, open until %s.", v.Title, v.Until)); err != nil {
				return err
			}
		}
		v.Sent, v.SentAt = len(homes), tx.Now()
		if _, err := tx.Exec(ctx, "UPDATE care_survey SET sent_at = ?, sent_count = ? WHERE id = ?", store.Micros(v.SentAt), v.Sent, id); err != nil {
			return err
		}
		_, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: v.Case, Command: engine.Command{Kind: engine.EvDone, Step: "send", Fields: map[string]any{"sent": int64(v.Sent)}}})
		return err
	})
	return v, err
}

// sample keeps percent of the units, at least one, chosen by digest and left in
// the order of the doors.
func sample(homes []Home, survey int64, percent int) []Home {
	if percent >= 100 || len(homes) == 0 {
		return homes
	}
	rank := func(h Home) uint64 {
		sum := sha256.Sum256([]byte("care.survey " + strconv.FormatInt(survey, 10) + " " + strconv.FormatInt(h.Unit, 10)))
		return binary.BigEndian.Uint64(sum[:])
	}
	ranks := make([]uint64, len(homes))
	for i, h := range homes {
		ranks[i] = rank(h)
	}
	ordered := slices.Sorted(slices.Values(ranks))
	most := ordered[max((len(homes)*percent+99)/100, 1)-1]
	var kept []Home
	for i, h := range homes {
		if ranks[i] <= most {
			kept = append(kept, h)
		}
	}
	return kept
}
