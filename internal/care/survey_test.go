package care_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guanjia/e2e/center"
	"guanjia/internal/auth"
	"guanjia/internal/care"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// asked is a survey with one question of each sort, sent to every home.
func asked(t *testing.T, c *center.Center, homes int) (v care.Survey, tokens []string) {
	t.Helper()
	ctx := context.Background()
	for i := range homes {
		c.Household(fmt.Sprintf("%d01", 16+i), fmt.Sprintf("业主%d", i), fmt.Sprintf("1380000%04d", i))
	}
	v, err := c.Care.CreateSurvey(ctx, c.Actor("desk"), care.Survey{
		Project: c.Project.ID, Title: "意见征询", Until: "2026-11-30",
		Questions: []care.Question{{Sort: care.AskRating, Ask: "满意吗"}, {Sort: care.AskText, Ask: "想说什么"}},
	})
	c.Check(err)
	c.Do("supervisor", c.Case(v.Case), "approve", "approved", nil, nil)
	v, err = c.Care.Send(ctx, c.Actor("desk"), c.Project.ID, v.ID, 100)
	c.Check(err)
	c.Check(c.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := c.Care.Sheets(ctx, tx, c.Actor("desk"), c.Project.ID, v.ID, "", 0)
		for _, s := range list {
			tokens = append(tokens, c.Care.Token(s.ID))
		}
		return err
	}))
	return v, tokens
}

func answers(t *testing.T, c *center.Center) (ids []int64, said []string) {
	t.Helper()
	type row struct {
		id  int64
		raw string
	}
	c.Check(c.DB.Read(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		list, err := store.All(ctx, tx, func(scan store.Scan) (r row, err error) {
			err = scan(&r.id, &r.raw)
			return r, err
		}, "SELECT id, answers FROM care_answer ORDER BY id")
		for _, r := range list {
			ids, said = append(ids, r.id), append(said, r.raw)
		}
		return err
	}))
	return ids, said
}

// proves DSK-17: an answer cannot be joined to a home, not even by its place
// among the others.
func TestAnswersDoNotTellTheirOrder(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		v, tokens := asked(t, c, 9)
		var came []string
		for i, token := range tokens {
			c.Check(c.Care.AnswerSheet(context.Background(), token, []string{"5", fmt.Sprintf("意见%d", i)}))
			came = append(came, fmt.Sprintf(`["5","意见%d"]`, i))
			c.Clock.Add(time.Minute)
		}
		ids, said := answers(t, c)
		if slices.Equal(said, came) {
			t.Error("the numbers of the answers grow with time")
		}
		if slices.Min(ids) < 1 {
			t.Errorf("numbers: %v", ids)
		}
		_, err := c.Care.EndCollection(context.Background(), c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		after, same := answers(t, c)
		if len(same) != len(came) || slices.ContainsFunc(after, func(id int64) bool { return slices.Contains(ids, id) }) {
			t.Errorf("after the end: %d answers, numbers kept", len(same))
		}
		slices.Sort(same)
		if !slices.Equal(same, came) {
			t.Errorf("words changed: %v", same)
		}
	})
}

// proves DSK-17: a sheet is answered once, with its own code, while it is open.
func TestASheetIsAnsweredOnceAndInTime(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		v, tokens := asked(t, c, 3)
		c.Check(c.Care.AnswerSheet(ctx, tokens[0], []string{"5", "好"}))
		for name, at := range map[string]struct {
			token   string
			answers []string
			kind    errs.Kind
		}{
			"twice": {tokens[0], []string{"1", "差"}, errs.Conflict}, "no mark": {tokens[1], []string{"", "x"}, errs.Invalid}, "a mark of six": {tokens[1], []string{"6", "x"}, errs.Invalid},
			"forged": {tokens[1][:len(tokens[1])-1] + "z", []string{"5", "x"}, errs.NotFound}, "another's signature": {strings.Split(tokens[1], "-")[0] + "-" + strings.Split(tokens[2], "-")[1], []string{"5", "x"}, errs.NotFound},
			"empty": {"", nil, errs.NotFound}, "odd": {"𠮷-𠮷", nil, errs.NotFound},
		} {
			if err := c.Care.AnswerSheet(ctx, at.token, at.answers); errs.KindOf(err) != at.kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, said := answers(t, c); len(said) != 1 || said[0] != `["5","好"]` {
			t.Errorf("answers: %v", said)
		}
		if _, err := c.Care.CloseCount(ctx, c.Actor("desk"), c.Project.ID, v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("counted while it is collected: %v", err)
		}
		c.Clock.Set(time.Date(2026, 11, 30, 21, 0, 0, 0, c.Clock.Now().Location()))
		_, err := c.Cases.Fire(ctx)
		c.Check(err)
		c.Check(c.Care.AnswerSheet(ctx, tokens[1], []string{"4", "最后一天"}))
		if _, err := c.Care.CloseCount(ctx, c.Actor("desk"), c.Project.ID, v.ID); errs.CodeOf(err) != "care.survey.open" {
			t.Errorf("counted on the last day: %v", err)
		}
		c.Clock.Add(4 * time.Hour)
		if err := c.Care.AnswerSheet(ctx, tokens[2], []string{"4", "晚了"}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after the last day: %v", err)
		}
		k, err := c.Care.CloseCount(ctx, c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		if k.State.Step != "analyse" || k.State.Fields["returned"] != int64(2) {
			t.Errorf("%s %v", k.State.Step, k.State.Fields)
		}
	})
}

// proves DSK-17: a collection may be ended early; then nothing comes in and it
// is counted.
func TestACollectionEndedEarly(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		v, tokens := asked(t, c, 2)
		c.Check(c.Care.AnswerSheet(ctx, tokens[0], []string{"2", ""}))
		for _, who := range []string{"technician", "auditor"} {
			if _, err := c.Care.EndCollection(ctx, c.Actor(who), c.Project.ID, v.ID); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s ended it: %v", who, err)
			}
		}
		if _, err := c.Care.EndCollection(ctx, c.Actor("desk"), c.Project.ID+1, v.ID); err == nil {
			t.Error("ended from another project")
		}
		_, err := c.Care.EndCollection(ctx, c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		if err := c.Care.AnswerSheet(ctx, tokens[1], []string{"5", ""}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("answered after the end: %v", err)
		}
		if _, err := c.Care.EndCollection(ctx, c.Actor("desk"), c.Project.ID, v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("ended twice: %v", err)
		}
		if _, err := c.Care.Remind(ctx, c.Actor("desk"), c.Project.ID, v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("reminded after the end: %v", err)
		}
		k, err := c.Care.CloseCount(ctx, c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		if k.State.Step != "analyse" || k.State.Fields["returned"] != int64(1) || k.State.Fields["rate"] != nil { // of one answer nothing is told
			t.Errorf("%s %v", k.State.Step, k.State.Fields)
		}
	})
}

// proves DSK-17: only those without an answer are reminded, not every day.
func TestOnlyThoseWithoutAnAnswerAreReminded(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		v, tokens := asked(t, c, 4)
		told := func() (n int) {
			c.Check(c.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				list, err := c.Notice.Customers(ctx, tx, c.Project.ID, 0, 100)
				n = len(list)
				return err
			}))
			return n
		}
		before := told()
		if _, err := c.Care.Remind(ctx, c.Actor("desk"), c.Project.ID, v.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("reminded on the day it was sent: %v", err)
		}
		c.Check(c.Care.AnswerSheet(ctx, tokens[0], []string{"5", ""}))
		c.Clock.Add(73 * time.Hour)
		n, err := c.Care.Remind(ctx, c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		if n != len(tokens)-1 || told() != before+n {
			t.Errorf("reminded %d, messages %d more", n, told()-before)
		}
		if _, err := c.Care.Remind(ctx, c.Actor("desk"), c.Project.ID, v.ID); errs.CodeOf(err) != "care.survey.reminded" {
			t.Errorf("reminded again at once: %v", err)
		}
		// the profile says how long they are left in peace
		c.Clock.Add(25 * time.Hour)
		again := func() error {
			_, err := c.Care.Remind(ctx, c.Actor("desk"), c.Project.ID, v.ID)
			return err
		}
		if err := again(); errs.CodeOf(err) != "care.survey.reminded" {
			t.Errorf("reminded again after a day: %v", err)
		}
		own := c.Project
		own.Overrides = []byte(`{"survey.remind":"1 day"}`)
		_, err = c.Estate.SaveProject(ctx, auth.System, own)
		c.Check(err)
		c.Check(c.Refresh(ctx))
		c.Check(again())
	})
}

// proves DSK-17: of fewer than three answers no result is told, on no way, nor
// written into the case; a building is not told either when it, or what it
// leaves of the total, is of one or two.
func TestFewAnswersTellNothing(t *testing.T) {
	t.Parallel()
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		v, tokens := asked(t, c, 4)
		result := func() care.Result {
			t.Helper()
			var r care.Result
			c.Check(c.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				r, err = c.Care.Result(ctx, tx, c.Actor("desk"), v)
				return err
			}))
			return r
		}
		for i := range 3 {
			c.Check(c.Care.AnswerSheet(ctx, tokens[i], []string{"5", fmt.Sprintf("意见%d", i)}))
			r := result()
			if r.Returned != i+1 {
				t.Fatalf("returned %d of %d", r.Returned, i+1)
			}
			told := r.Satisfied != 0 || r.Rate() != 0 || len(r.Texts) != 0 || r.Questions[0].Answers != 0 || len(r.Questions[0].Counts) != 0
			if few := i < 2; told == few || r.Few() != few {
				t.Errorf("%d answers: %+v", i+1, r)
			}
		}
	})
	center.Each(t, "residential", func(t *testing.T, c *center.Center) {
		ctx := context.Background()
		v, tokens := asked(t, c, 4)
		c.Check(c.Care.AnswerSheet(ctx, tokens[0], []string{"5", "意见"}))
		_, err := c.Care.EndCollection(ctx, c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		k, err := c.Care.CloseCount(ctx, c.Actor("desk"), c.Project.ID, v.ID)
		c.Check(err)
		if k.State.Fields["returned"] != int64(1) || k.State.Fields["satisfied"] != nil || k.State.Fields["rate"] != nil {
			t.Errorf("the case tells %v", k.State.Fields)
		}
	})
}
