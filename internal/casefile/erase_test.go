package casefile_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/search"
	"guanjia/internal/store"
)

// On request the words of people leave an ended case for good, on both
// databases: the row, the log, the answers and the search. What counts stays,
// the chain verifies, the last entry says who did it and why, and nobody can
// go on with the case.
//
// proves LAW-03
func TestErase(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		c := d.open(lin, leak())
		other := d.open(lin, leak())
		c = d.do(lin, c, note("周慧兰说晚上八点后在家"))
		erase := func(actor auth.Actor, reason string) error {
			_, err := d.svc.Erase(ctx, actor, casefile.Erasing{Case: c.ID, Reason: reason})
			return err
		}
		if err := erase(wu, "周女士来函"); errs.CodeOf(err) != "casefile.erase.open" {
			d.t.Fatalf("an open case: %v", err)
		}
		c = d.do(wu, c, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "周慧兰改口"}})
		if err := erase(lin, "来函"); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("without the right: %v", err)
		}
		if err := erase(wu, "  "); errs.CodeOf(err) != "casefile.erase.reason" {
			d.t.Errorf("without a reason: %v", err)
		}
		if v := d.view(wu, c); v.Erased || !v.MayErase {
			d.t.Errorf("before: %v %v", v.Erased, v.MayErase)
		}
		if err := erase(wu, "客户来函，依据个人信息保护法第四十七条"); err != nil {
			d.t.Fatal(err)
		}
		v := d.view(wu, c)
		if !v.Erased || v.MayErase || v.MayReopen || v.Case.State.Status != engine.Cancelled || v.Case.Caller+v.Case.Phone+v.Case.Words+v.Case.Place != "" || v.Case.Customer != 0 {
			d.t.Errorf("after: %+v", v.Case)
		}
		if v.Case.State.Fields["fault"] != "leak" || v.Case.State.Owner != lin.Account || v.Case.Number != c.Number || v.Case.Unit != 1502 {
			d.t.Errorf("what counts must stay: %+v", v.Case.State)
		}
		last := v.Events[len(v.Events)-1]
		if s, _ := last.Data["text"].(string); last.Actor.ID != wu.Account || !strings.Contains(s, "第四十七条") {
			d.t.Errorf("the last entry must say who and why: %+v", last)
		}
		for _, q := range []string{
			"SELECT count(*) FROM casefile_event WHERE case_id = ? AND body LIKE '%周慧兰%'",
			"SELECT count(*) FROM casefile_case WHERE id = ? AND (words LIKE '%漏%' OR caller <> '' OR phone <> '' OR state LIKE '%周慧兰%' OR subject LIKE '%漏%')",
		} {
			if n := d.number(q, c.ID); n != 0 {
				d.t.Errorf("%s finds %d", q, n)
			}
		}
		d.clean()
		if err := d.svc.Fill(ctx); err != nil {
			d.t.Fatal(err)
		}
		for _, text := range []string{"13800136621", "周慧兰"} {
			for _, found := range d.list(wu, casefile.Filter{Project: project, Text: text}).Cases {
				if found.ID == c.ID {
					d.t.Errorf("%s still finds the case", text)
				}
			}
		}
		if _, err := d.svc.Do(ctx, wu, casefile.Doing{Case: c.ID, Command: note("还有")}); errs.CodeOf(err) != "casefile.erased" {
			d.t.Errorf("a word after it: %v", err)
		}
		if err := erase(wu, "再删"); errs.CodeOf(err) != "casefile.erased" {
			d.t.Errorf("twice: %v", err)
		}
		if v := d.view(wu, other); v.Case.Caller != "周慧兰" || v.Erased {
			d.t.Errorf("another case lost its words: %+v", v.Case)
		}
	})
}

// What other rooms keep goes in the same transaction, or nothing does.
func TestEraseTakesOtherRoomsAlong(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		refuse := true
		b, err := shipped()
		if err != nil {
			d.t.Fatal(err)
		}
		svc := casefile.New(casefile.Config{
			DB: d.db, Queue: &jobs.Queue{}, Handbook: b, Notices: d.notices, Units: units{}, Search: search.New(), Log: slog.New(slog.DiscardHandler),
			Forget: func(_ context.Context, _ *store.Tx, _ auth.Actor, c casefile.Case) error {
				if c.Words != "" {
					d.t.Errorf("told before it was done: %+v", c)
				}
				if refuse {
					return errs.New(errs.Unavailable, "test.gone", "不行", "no")
				}
				return nil
			},
		})
		c := d.open(lin, leak())
		c = d.do(wu, c, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "不修了"}})
		if _, err := svc.Erase(ctx, wu, casefile.Erasing{Case: c.ID, Reason: "来函"}); errs.CodeOf(err) != "test.gone" {
			d.t.Fatalf("got %v", err)
		}
		if v := d.view(wu, c); v.Erased || v.Case.Words == "" {
			d.t.Fatalf("half of it was done: %+v", v.Case)
		}
		refuse = false
		if _, err := svc.Erase(ctx, wu, casefile.Erasing{Case: c.ID, Reason: "来函"}); err != nil {
			d.t.Fatal(err)
		}
		d.clean()
	})
}
