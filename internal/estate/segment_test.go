package estate_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/store"
)

// proposed lists "rule name" of the proposals.
func (h *house) proposed() string {
	h.t.Helper()
	var names []string
	h.read(func(ctx context.Context, tx *store.Tx) error {
		list, err := h.Proposals(ctx, tx, h.project, 100)
		for _, p := range list {
			names = append(names, p.Rule.Name+" "+p.Name)
		}
		return err
	})
	return strings.Join(names, ", ")
}

// born makes a person whose birthday was recorded for a purpose.
func (h *house) born(name, birthday, purpose string) estate.Person {
	h.t.Helper()
	p, err := h.CreatePerson(context.Background(), auth.System, h.project, estate.Person{Kind: estate.Natural, Name: name, Birthday: birthday, BirthdayPurpose: purpose}, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// Rules propose, a person confirms, the line says why; who was confirmed or
// taken out is not proposed again. A birthday recorded for something else does
// not tell an age.
//
// proves EST-08
func TestSegmentsByRule(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, me := context.Background(), clerk(h.project, estate.PermView, estate.PermRegister)
		one, two := h.unit("3栋", "1单元", "1501"), h.unit("3栋", "1单元", "1502")
		three, four := h.unit("3栋", "1单元", "1503"), h.unit("3栋", "1单元", "1504")
		five := h.unit("3栋", "1单元", "1505")
		old := h.born("周慧兰", "1958-03-02", "节日关怀，本人 2026-05-06 同意")
		h.occupy(one, old, estate.Owner, "2025-01-01", "")
		pair := h.born("钱广志", "1950-01-01", "关怀，本人同意") // not alone
		h.occupy(two, pair, estate.Owner, "2025-01-01", "")
		h.occupy(two, h.person("许敏", "13900002222"), estate.Household, "2025-01-01", "")
		h.occupy(three, h.born("罗永", "1950-01-01", "生日贺卡"), estate.Owner, "2025-01-01", "") // recorded for something else
		h.occupy(four, h.person("陈嘉", "13900003333"), estate.Owner, "2021-11-20", "")       // five years today
		h.occupy(five, h.person("魏东", "13900004444"), estate.Owner, "2021-11-21", "")       // tomorrow
		if got := h.proposed(); got != "alone 周慧兰, years 陈嘉" {
			t.Fatalf("proposed: %s", got)
		}
		f := h.front(estate.PermView, estate.PermRegister)
		f.get("/registers/segments/rule", "周慧兰", "68 岁", "2021-11-20 起居住，满 5 年", "现在关闭")
		if _, err := h.ConfirmSegment(ctx, clerk(h.project, estate.PermView), h.project, old.ID, "alone"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the right: %v", err)
		}
		_, err := h.ConfirmSegment(ctx, me, h.project, pair.ID, "alone")
		wantCode(t, err, "estate.segment.gone")
		f.post("/registers/segments/rule", http.StatusSeeOther, form("person", fmt.Sprint(old.ID), "rule", "alone"))
		f.post("/registers/segments/rule", http.StatusConflict, form("person", fmt.Sprint(old.ID), "rule", "alone")) // twice
		f.post("/registers/segments/rule", http.StatusConflict, form("person", "nobody", "rule", "alone"))
		var line estate.Entry
		h.read(func(ctx context.Context, tx *store.Tx) error {
			page, err := h.ListEntries(ctx, tx, estate.EntryFilter{Project: h.project, Register: "segments", Limit: 10})
			if err != nil || len(page.Rows) != 1 {
				t.Fatalf("%d lines, %v", len(page.Rows), err)
			}
			line = page.Rows[0]
			return nil
		})
		if line.Person != old.ID || line.Unit != one.ID || line.Value("segment") != "care" || line.Since != "2026-11-20" || line.Value("basis") != "按规则：68 岁，这套房只登记一人居住；林晓确认" {
			t.Errorf("the line: %+v", line)
		}
		if got := h.proposed(); got != "years 陈嘉" {
			t.Errorf("after confirming: %s", got)
		}
		if _, err := h.MoveEntry(ctx, me, h.project, line.ID, estate.Moving{Move: "withdraw", Note: "本人不同意"}); err != nil {
			t.Fatal(err)
		}
		if got := h.proposed(); got != "years 陈嘉" {
			t.Errorf("who was taken out is proposed again: %s", got)
		}
	})
}

// Age and stay are figures: a project that sets others goes by them, and one
// day short is short.
//
// proves EST-08
func TestSegmentsGoByTheFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.occupy(h.unit("3栋", "1单元", "1501"), h.born("周慧兰", "1956-11-20", "关怀，本人同意"), estate.Owner, "2025-01-01", "")
		h.occupy(h.unit("3栋", "1单元", "1502"), h.born("钱广志", "1956-11-21", "关怀，本人同意"), estate.Owner, "2025-01-01", "")
		h.occupy(h.unit("3栋", "1单元", "1503"), h.person("陈嘉", "13900003333"), estate.Owner, "2023-11-20", "")
		for _, row := range []struct{ age, stay, want string }{
			{"60 years", "5 years", "alone 周慧兰, alone 钱广志"},
			{"70 years", "5 years", "alone 周慧兰"},
			{"80 years", "3 years", "years 陈嘉"},
			{"80 years", "37 months", ""},
		} {
			h.figures = map[string]string{"segment.age": row.age, "segment.stay": row.stay}
			if got := h.proposed(); got != row.want {
				t.Errorf("%s, %s: %s", row.age, row.stay, got)
			}
		}
	})
}

// The label that judges people is neither offered nor taken before somebody
// with the right recorded its purpose, and the trail keeps who did.
//
// proves EST-08, LAW-03
func TestJudgingLabelNeedsAPurpose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.unit("3栋", "1单元", "1502")
		fields := map[string]string{"person": "周慧兰", "unit": "3-1-1502", "segment": estate.Judging, "basis": "半年三次投诉不实"}
		save := func() error {
			_, err := h.SaveEntry(ctx, auth.System, estate.Entry{Project: h.project, Register: "segments"}, fields)
			return err
		}
		wantField(t, save(), "segment")
		clerks, boss := h.front(estate.PermView, estate.PermRegister), h.front(append([]string{estate.PermLabel}, everything...)...)
		if body := clerks.get("/registers/segments/new", "需要关怀"); strings.Contains(body, "问题客户") {
			t.Error("a label that is off is offered")
		}
		clerks.post("/registers/segments/purpose", http.StatusForbidden, form("purpose", "x"))
		if body := clerks.get("/registers/segments/rule", "现在关闭"); strings.Contains(body, "登记用途</") {
			t.Error("a form without the right")
		}
		boss.post("/registers/segments/purpose", http.StatusUnprocessableEntity, form("purpose", " "))
		wantField(t, save(), "segment")
		wantField(t, h.RecordPurpose(ctx, auth.System, h.project, " "), "purpose")
		looks := len(h.audit.looks)
		boss.post("/registers/segments/purpose", http.StatusSeeOther, form("purpose", "安排主任上门沟通，业委会 2026-11-01 同意"))
		if n := len(h.audit.looks); n != looks+1 || h.audit.looks[n-1].Field != estate.Judging {
			t.Errorf("the trail lacks it: %+v", h.audit.looks)
		}
		clerks.get("/registers/segments/rule", "安排主任上门沟通", "林晓")
		clerks.get("/registers/segments/new", "问题客户")
		if err := save(); err != nil {
			t.Error(err)
		}
	})
}
