package engine

import (
	"os"
	"testing"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

// The people of the tests.
var (
	desk    = Actor{ID: 1, Name: "林晓", Roles: []string{"desk"}}
	desk2   = Actor{ID: 2, Name: "周敏", Roles: []string{"desk"}}
	tech    = Actor{ID: 3, Name: "陈刚", Roles: []string{"technician", "plumbing"}}
	tech2   = Actor{ID: 4, Name: "赵强", Roles: []string{"technician", "electric"}}
	boss    = Actor{ID: 5, Name: "吴海燕", Roles: []string{"supervisor"}}
	manager = Actor{ID: 6, Name: "孙立", Roles: []string{"director"}}
	visitor = Actor{ID: -1, Name: "王芳"}
)

const testFigures = `
profile: test
title: {zh: 测试, en: Test}
repair:
  leak:  {arrive: 15 minutes, done: 8 hours}
  other: {arrive: 2 hours, done: 3 days}
  levels:
    - {at: 80 %, tell: assignee}
    - {at: due, tell: [supervisor, owner]}
    - {at: due + 1 day, tell: director}
  free_work: 100 yuan
  kinds: {leak: {zh: 漏水, en: Leak}, power: {zh: 停电, en: No power}}
follow_up: {repair: 2 days after finished}
pause_reasons:
  parts: {zh: 等配件, en: Waiting for parts}
  customer: {zh: 等客户, en: Waiting for the customer}
pause_limit: {times: 2, length: 10 days}
`

func figures(t testing.TB) *procedure.Figures {
	t.Helper()
	f, problems := procedure.LoadFigures("test.yaml", []byte(testFigures))
	for _, p := range problems {
		t.Fatal(p)
	}
	return f
}

func cond(t testing.TB, s string) procedure.Cond {
	t.Helper()
	c, err := procedure.ParseCond(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// repair is a small but whole procedure: intake, dispatch, accept, arrive, quote
// with a leader's approval of dear work, work, signature, follow-up, rework.
func repair(t testing.TB) *procedure.Definition {
	t.Helper()
	to := func(pairs ...string) (out []procedure.Branch) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, procedure.Branch{Outcome: pairs[i], Go: pairs[i+1]})
		}
		return out
	}
	return &procedure.Definition{
		Name: "repair", Title: text.B("维修", "Repair"), Facts: []string{"warranty.covers"},
		Fields: []procedure.Field{
			{Name: "what", Title: text.B("内容", "What"), Type: procedure.TypeWords, Required: true},
			{Name: "fault", Title: text.B("故障", "Fault"), Type: procedure.TypeChoice, From: "repair.kinds", Required: true},
			{Name: "price", Title: text.B("价格", "Price"), Type: procedure.TypeMoney, Required: true},
			{Name: "valid", Title: text.B("有效", "Valid"), Type: procedure.TypeYesNo, Reason: true},
			{Name: "when", Title: text.B("方便时间", "Convenient time"), Type: procedure.TypeTime},
			{Name: "signature", Title: text.B("客户签名", "Customer's signature"), Type: procedure.TypeSignature, Required: true},
			{Name: "rating", Title: text.B("评分", "Rating"), Type: procedure.TypeRating},
			{Name: "material", Title: text.B("材料", "Material"), Type: procedure.TypeTable, Columns: []procedure.Field{
				{Name: "item", Title: text.B("名称", "Item"), Type: procedure.TypeText, Required: true}, {Name: "cost", Title: text.B("金额", "Cost"), Type: procedure.TypeMoney}}},
		},
		Papers: []procedure.Paper{{Name: "photo_id", Title: text.B("身份证明", "Identity"), When: cond(t, "fault = power")}},
		Clocks: []procedure.Clock{
			{Name: "answered", Title: text.B("首次答复", "First answer"), From: "opened", To: []string{"told_customer"}, Limit: "30 minutes"},
			{Name: "arrive", Title: text.B("到场", "Arrival"), From: "opened", To: []string{"arrived"}, Limit: "repair.{fault}.arrive", Levels: "repair.levels", Pauses: true},
			{Name: "finish", Title: text.B("修好", "Finished"), From: "opened", To: []string{"finished", "closed"}, Limit: "repair.{fault}.done", Levels: "repair.levels", Pauses: true, CustomerSees: true},
			{Name: "next_word", Title: text.B("下次回话", "Next word"), From: "promised", To: []string{"told_customer"}, Limit: "promise", Levels: "repair.levels"},
			{Name: "free", Title: text.B("保修", "Warranty"), From: "opened", To: []string{"closed"}, Limit: "1 week", When: cond(t, "warranty.covers")},
		},
		Steps: []procedure.Step{
			{Name: "take", Title: text.B("受理", "Take in"), Do: procedure.KindForm, Who: []string{"desk", "customer"}, Asks: []string{"what", "fault", "when"}, Then: to("", "send")},
			{Name: "send", Title: text.B("派工", "Send"), Do: procedure.KindDispatch, Who: []string{"desk", "supervisor"}, To: "plumbing", Urgent: cond(t, "fault = leak"), Then: to("sent", "accept")},
			{Name: "accept", Title: text.B("接单", "Accept"), Do: procedure.KindAccept, Who: []string{"assignee"}, Then: to("accepted", "arrive", "declined", "send")},
			{Name: "arrive", Title: text.B("到场", "Arrive"), Do: procedure.KindArrive, Who: []string{"assignee"}, Event: map[string]string{"arrived": "arrived"}, Tell: []string{"owner"}, Then: to("arrived", "price", "no_entry", "arrive")},
			{Name: "price", Title: text.B("报价", "Quote"), Do: procedure.KindForm, Who: []string{"assignee"}, Asks: []string{"price", "material"}, Then: []procedure.Branch{
				{When: cond(t, "warranty.covers or price <= repair.free_work"), Go: "work"}, {Go: "approve"}}},
			{Name: "approve", Title: text.B("审批", "Approve"), Do: procedure.KindApprove, Who: []string{"supervisor", "technician"}, Then: to("approved", "work", "returned", "price", "refused", "close")},
			{Name: "work", Title: text.B("维修", "Work"), Do: procedure.KindInspect, Who: []string{"assignee"}, Needs: []string{"papers"}, Asks: []string{"valid"}, Event: map[string]string{"passed": "finished"}, Then: to("passed", "sign", "failed", "work")},
			{Name: "sign", Title: text.B("签字", "Sign"), Do: procedure.KindSign, Who: []string{"customer"}, Asks: []string{"signature", "rating"}, Then: to("", "thank")},
			{Name: "thank", Title: text.B("告知", "Tell"), Do: procedure.KindNotify, To: "customer", Event: map[string]string{"": "told_customer"}, Then: to("", "charge")},
			{Name: "charge", Title: text.B("入账", "Charge"), Do: procedure.KindAction, Action: "billing.charge@1", Args: map[string]string{"amount": "price", "free": "repair.free_work", "kind": "repair"}, Then: to("", "follow")},
			{Name: "follow", Title: text.B("回访", "Follow-up"), Do: procedure.KindVisit, Who: []string{"owner"}, Limit: "follow_up.repair", Then: to("satisfied", "close", "dissatisfied", "send", "not_reached", "follow")},
			{Name: "close", Title: text.B("办结", "Close"), Do: procedure.KindClose, Files: "repair_record"},
		},
	}
}

// world drives one case.
type world struct {
	t      testing.TB
	env    Env
	events []Event
	state  State
	last   Decision
}

func newWorld(t testing.TB, def *procedure.Definition) *world {
	t.Helper()
	cal, err := calendar.Load(os.DirFS("../../handbook"), "calendars/cn.json")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, env: Env{Def: def, Figures: figures(t), Calendar: cal}}
	w.at("2026-11-16 09:10")
	return w
}

func (w *world) at(s string) *world {
	w.t.Helper()
	t, ok := asTime(s)
	if !ok {
		w.t.Fatalf("no time: %s", s)
	}
	w.env.Now = t
	return w
}

func (w *world) try(cmd Command) error {
	d, err := Decide(w.env, w.state, w.events, cmd)
	if err == nil {
		w.last, w.state, w.events = d, d.State, append(w.events, d.Events...)
	}
	return err
}

func (w *world) do(cmd Command) *world {
	w.t.Helper()
	if err := w.try(cmd); err != nil {
		w.t.Fatal(err)
	}
	return w
}

type m = map[string]any

func (w *world) open(fields m) *world {
	w.t.Helper()
	return w.do(Command{Kind: EvOpened, Actor: desk, Fields: fields})
}

func (w *world) done(a Actor, outcome string, fields m) *world {
	w.t.Helper()
	return w.do(Command{Kind: EvDone, Actor: a, Outcome: outcome, Fields: fields})
}

func (w *world) aside(a Actor, k EventKind, data m) *world {
	w.t.Helper()
	return w.do(Command{Kind: k, Actor: a, Data: data})
}

func (w *world) clock(name string) ClockState {
	w.t.Helper()
	for _, c := range Clocks(w.env, w.state, w.events) {
		if c.Name == name {
			return c
		}
	}
	w.t.Fatalf("no clock %s", name)
	return ClockState{}
}

func (w *world) wantClock(name, run, due string) {
	w.t.Helper()
	c := w.clock(name)
	if c.Run != run {
		w.t.Errorf("clock %s is %s, want %s", name, c.Run, run)
	}
	if want, ok := asTime(due); due != "" && (!ok || !c.Due.Equal(want)) {
		w.t.Errorf("clock %s is due %s, want %s", name, c.Due.Format(time.DateTime), due)
	}
}

func (w *world) wantStep(name string) *world {
	w.t.Helper()
	if w.state.Step != name {
		w.t.Fatalf("the case stands at %q, want %q", w.state.Step, name)
	}
	return w
}

// usual takes a leak as far as the step named.
func usual(t testing.TB, until string) *world {
	t.Helper()
	w := newWorld(t, repair(t)).open(m{"what": "水管爆了", "fault": "leak"})
	for _, step := range []func(){
		func() { w.done(desk, "sent", nil) },
		func() { w.done(tech, "accepted", nil) },
		func() { w.done(tech, "arrived", nil) },
		func() { w.done(tech, "done", m{"price": int64(5000)}) },
		func() { w.done(tech, "passed", nil) },
		func() { w.done(tech, "signed", m{"signature": []string{"a1"}}) },
		func() { w.done(desk, "satisfied", nil) },
	} {
		if w.state.Step == until {
			return w
		}
		step()
	}
	return w.wantStep(until)
}
