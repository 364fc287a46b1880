package care

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Result is a survey counted.
type Result struct {
	Sent, Returned, Satisfied int
	Target                    float64 // share; 0: the profile has none
	Questions                 []QuestionResult
	Buildings                 []BuildingResult
	Texts                     []string // free answers, without where they come from
}

// QuestionResult is one question counted.
type QuestionResult struct {
	Question
	Answers int
	Sum     int            // of ratings
	Counts  map[string]int // of ratings and choices
}

// BuildingResult is one building counted.
type BuildingResult struct {
	Name                      string
	Sent, Returned, Satisfied int
	shown                     bool
}

// contentFrom is the mean of the marks from which an answer counts as satisfied.
const contentFrom = 4

// Fewest is how many answers a survey needs before any result of it is told,
// and a building before it is shown by itself: with fewer one could tell who
// said what, for it is known which homes have answered.
const Fewest = 3

// Few reports whether too few have answered for any result to be told.
func (r Result) Few() bool { return r.Returned < Fewest }

// Result counts a survey (DSK-17): return rate, satisfaction, by building and
// by question. Of fewer answers than Fewest it tells their number only.
func (s *Service) Result(ctx context.Context, tx *store.Tx, actor auth.Actor, v Survey) (Result, error) {
	var r Result
	if err := allow(actor, PermSurvey, v.Project); err != nil {
		return r, err
	}
	if stamp, err := s.book.Stamp(v.Project, "survey"); err == nil {
		if share, err := stamp.Figures.Share("targets.satisfaction", nil); err == nil {
			r.Target = share
		}
	}
	for _, q := range v.Questions {
		r.Questions = append(r.Questions, QuestionResult{Question: q, Counts: map[string]int{}})
	}
	places := map[string]int{}
	if _, err := store.All(ctx, tx, func(scan store.Scan) (b BuildingResult, err error) {
		if err = scan(&b.Name, &b.Sent); err == nil {
			places[b.Name] = len(r.Buildings)
			r.Buildings, r.Sent = append(r.Buildings, b), r.Sent+b.Sent
		}
		return b, err
	}, "SELECT building, count(*) FROM care_sheet WHERE survey_id = ? GROUP BY building ORDER BY min(place)", v.ID); err != nil {
		return r, err
	}
	_, err := store.All(ctx, tx, func(scan store.Scan) (struct{}, error) {
		var building, raw string
		var answers []string
		if err := scan(&building, &raw); err != nil {
			return struct{}{}, err
		}
		if err := json.Unmarshal([]byte(raw), &answers); err != nil {
			return struct{}{}, err
		}
		content := r.add(answers)
		if i, ok := places[building]; ok {
			r.Buildings[i].Returned++
			if content {
				r.Buildings[i].Satisfied++
			}
		}
		return struct{}{}, nil
	}, "SELECT building, answers FROM care_answer WHERE survey_id = ? ORDER BY id", v.ID)
	slices.Sort(r.Texts) // not in the order they came
	r.hush()
	return r, err
}

// hush takes out what would tell who said what: all results of a few answers,
// and buildings whose numbers, or whose difference to the total, are of a few.
func (r *Result) hush() {
	if r.Few() {
		r.Satisfied, r.Texts = 0, nil
		for i := range r.Questions {
			q := &r.Questions[i]
			q.Answers, q.Sum, q.Counts = 0, 0, map[string]int{}
		}
		for i := range r.Buildings {
			r.Buildings[i].Satisfied = 0
		}
		return
	}
	rest, least := 0, -1
	for i := range r.Buildings {
		b := &r.Buildings[i]
		if b.shown = b.Returned >= Fewest; !b.shown {
			rest += b.Returned
		} else if least < 0 || b.Returned < r.Buildings[least].Returned {
			least = i
		}
	}
	if rest > 0 && rest < Fewest && least >= 0 {
		r.Buildings[least].shown = false
	}
	for i := range r.Buildings {
		if !r.Buildings[i].shown {
			r.Buildings[i].Satisfied = 0
		}
	}
}

// add counts one answer and says whether it is a satisfied one.
func (r *Result) add(answers []string) bool {
	r.Returned++
	sum, n := 0, 0
	for i := range r.Questions {
		if i >= len(answers) || answers[i] == "" {
			continue
		}
		q := &r.Questions[i]
		q.Answers++
		switch q.Sort {
		case AskRating:
			if mark, err := strconv.Atoi(answers[i]); err == nil {
				sum, n, q.Sum = sum+mark, n+1, q.Sum+mark
			}
			q.Counts[answers[i]]++
		case AskChoice:
			q.Counts[answers[i]]++
		default:
			r.Texts = append(r.Texts, answers[i])
		}
	}
	content := n > 0 && sum >= contentFrom*n
	if content {
		r.Satisfied++
	}
	return content
}

// Shown reports whether what a building answered may be shown by itself.
func (b BuildingResult) Shown() bool { return b.shown }

// Rate is the share satisfied of those returned, in whole percent, rounded.
func (r Result) Rate() int64 {
	if r.Returned == 0 {
		return 0
	}
	return int64((200*r.Satisfied + r.Returned) / (2 * r.Returned))
}

// CloseCount writes the count into the case, which then goes on to analysis and
// answer (DSK-17). The case must stand at its count.
func (s *Service) CloseCount(ctx context.Context, actor auth.Actor, project, id int64) (casefile.Case, error) {
	var c casefile.Case
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, k, err := s.Survey(ctx, tx, actor, project, id)
		if err != nil {
			return err
		}
		if k.State.Step != countStep {
			return errs.New(errs.Conflict, "care.survey.step", "还没有到统计这一步，没有写入。", "It does not stand at its count; nothing was written.")
		}
		if !v.Over(tx.Now()) {
			return errs.New(errs.Conflict, "care.survey.open", "今天是最后一天，还在收，没有写入。现在就要统计，请先提前结束回收。", "Today is the last day and sheets still come in; nothing was written. End the collection first to count now.")
		}
		if err := s.endAt(ctx, tx, &v); err != nil {
			return err
		}
		r, err := s.Result(ctx, tx, actor, v)
		if err != nil {
			return err
		}
		fields := map[string]any{"returned": int64(r.Returned)}
		if !r.Few() {
			fields["satisfied"], fields["rate"] = int64(r.Satisfied), r.Rate()
		}
		c, err = s.cases.DoIn(ctx, tx, actor, casefile.Doing{Case: v.Case, Command: engine.Command{Kind: engine.EvDone, Step: "count", Fields: fields}})
		return err
	})
	return c, err
}
