package care

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Token is the signed part of a sheet's address; it says nothing of the unit.
func (s *Service) Token(sheet int64) string {
	id := strconv.FormatInt(sheet, 36)
	return id + "-" + s.sign("care.sheet", id)[:24]
}

// Sheet is one sheet laid down on paper.
type Sheet struct {
	ID       int64
	Building string
	Plate    string
	Answered bool
}

// SheetsMost is how many sheets are listed at once: a code each is drawn.
const SheetsMost = 300

// Sheets lists those of a survey in the order of the doors, of one building
// when it is named, behind the first skip of them, at most SheetsMost.
func (s *Service) Sheets(ctx context.Context, tx *store.Tx, actor auth.Actor, project, id int64, building string, skip int) ([]Sheet, error) {
	if err := allow(actor, PermSurvey, project); err != nil {
		return nil, err
	}
	where, args := "project_id = ? AND survey_id = ?", []any{project, id}
	if building != "" {
		where, args = where+" AND building = ?", append(args, building)
	}
	args = append(args, SheetsMost, max(skip, 0))
	return store.All(ctx, tx, func(scan store.Scan) (Sheet, error) {
		var x Sheet
		var answered int64
		err := scan(&x.ID, &x.Building, &x.Plate, &answered)
		x.Answered = answered == 1
		return x, err
	}, "SELECT id, building, plate, answered FROM care_sheet WHERE "+where+" ORDER BY place LIMIT ? OFFSET ?", args...)
}

// SheetsIn is how many sheets of a survey lie in each building.
func (s *Service) SheetsIn(ctx context.Context, tx *store.Tx, actor auth.Actor, project, id int64) ([]BuildingResult, error) {
	if err := allow(actor, PermSurvey, project); err != nil {
		return nil, err
	}
	return store.All(ctx, tx, func(scan store.Scan) (b BuildingResult, err error) {
		err = scan(&b.Name, &b.Sent, &b.Returned)
		return b, err
	}, "SELECT building, count(*), sum(answered) FROM care_sheet WHERE project_id = ? AND survey_id = ? GROUP BY building ORDER BY min(place)", project, id)
}

// gone is what every address gets that cannot be answered: wrong, expired, of
// a survey that is over.
func gone() error {
	return errs.New(errs.NotFound, "care.sheet.gone", "这份征询打不开：链接不完整，或已经过了截止日期。", "This survey cannot be opened: the link is incomplete, or its last day has passed.")
}

// OpenSheet finds the survey of a sheet by its token, for who has no account;
// answered says that the unit has answered already.
func (s *Service) OpenSheet(ctx context.Context, tx *store.Tx, token string) (v Survey, answered bool, err error) {
	v, _, _, answered, err = s.sheet(ctx, tx, token)
	return v, answered, err
}

func (s *Service) sheet(ctx context.Context, tx *store.Tx, token string) (v Survey, sheet int64, building string, answered bool, err error) {
	id, _, _ := strings.Cut(token, "-")
	sheet, err = strconv.ParseInt(id, 36, 64)
	if err != nil || sheet <= 0 || !same(s.Token(sheet), token) {
		return v, 0, "", false, gone()
	}
	type row struct{ survey, answered int64 }
	r, err := store.One(ctx, tx, func(scan store.Scan) (r row, err error) {
		err = scan(&r.survey, &building, &r.answered)
		return r, err
	}, "SELECT survey_id, building, answered FROM care_sheet WHERE id = ?", sheet)
	if errs.KindOf(err) == errs.NotFound {
		return v, 0, "", false, gone()
	}
	if err != nil {
		return v, 0, "", false, err
	}
	if v, err = store.One(ctx, tx, scanSurvey, "SELECT "+surveyColumns+" FROM care_survey WHERE id = ?", r.survey); err != nil {
		return v, 0, "", false, err
	}
	if v.Over(tx.Now()) {
		return v, 0, "", false, gone()
	}
	return v, sheet, building, r.answered == 1, nil
}

// AnswerSheet takes the answers of a sheet, once. Errors: NotFound as
// OpenSheet; Conflict when it was answered before; Invalid with fields.
func (s *Service) AnswerSheet(ctx context.Context, token string, answers []string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, sheet, building, _, err := s.sheet(ctx, tx, token)
		if err != nil {
			return err
		}
		clean, err := v.read(answers)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE care_sheet SET answered = 1 WHERE id = ? AND answered = 0", sheet)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "care.sheet.answered", "这一户已经交过了，谢谢您。原来的回答没有改。", "This home has answered already, thank you. The answers given stay as they are.")
		}
		raw, err := json.Marshal(clean)
		if err != nil {
			return err
		}
		return lay(ctx, tx, v, building, string(raw))
	})
}

// Over reports whether no sheet is taken any more: the last day has passed, or
// the collection was ended.
func (v Survey) Over(now time.Time) bool {
	return !v.ClosedAt.IsZero() || now.In(calendar.Zone).Format(time.DateOnly) > v.Until
}

// lay puts down one answer under a number drawn by lot: ids of the house grow
// with time, and whoever knows when a home answered could read them.
func lay(ctx context.Context, tx *store.Tx, v Survey, building, raw string) error {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	_, err := tx.Exec(ctx, "INSERT INTO care_answer (project_id, id, survey_id, building, answers) VALUES (?, ?, ?, ?, ?)",
		v.Project, int64(binary.BigEndian.Uint64(b[:])>>1), v.ID, building, raw) //nolint:gosec // 63 bits
	return err
}

// shuffle lays all answers of a survey down anew at once, in an order by lot:
// the order in which a database keeps its rows tells nothing afterwards.
func shuffle(ctx context.Context, tx *store.Tx, v Survey) error {
	type answer struct{ building, raw string }
	list, err := store.All(ctx, tx, func(scan store.Scan) (a answer, err error) {
		err = scan(&a.building, &a.raw)
		return a, err
	}, "SELECT building, answers FROM care_answer WHERE survey_id = ? ORDER BY building, answers", v.ID) // not as they came
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM care_answer WHERE survey_id = ?", v.ID); err != nil {
		return err
	}
	for _, a := range list {
		if err := lay(ctx, tx, v, a.building, a.raw); err != nil {
			return err
		}
	}
	return nil
}

// read checks answers beside the questions; ratings and choices are needed,
// words are not.
func (v Survey) read(answers []string) ([]string, error) {
	clean := make([]string, len(v.Questions))
	var f errs.Fields
	for i, q := range v.Questions {
		a := ""
		if i < len(answers) {
			a = text.Clean(answers[i])
		}
		path := "q" + strconv.Itoa(i)
		switch q.Sort {
		case AskRating:
			if len(a) != 1 || a < "1" || a > "5" {
				f.Add(path, "rating", "请选一个满意程度", "choose how satisfied you are")
			}
		case AskChoice:
			if !slices.Contains(q.Options, a) {
				f.Add(path, "choice", "请选一项", "choose one")
			}
		default:
			a = text.Cut(a, maxAnswer)
		}
		clean[i] = a
	}
	return clean, f.Err("care.sheet.invalid")
}
