package engine

import (
	"slices"
	"strings"
	"testing"

	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/text"

	"github.com/google/go-cmp/cmp"
)

// proves REP-03, REP-07, DSK-15: a repair from ring to filed.
func TestAUsualRepairFromRingToFiled(t *testing.T) {
	t.Parallel()
	w := usual(t, "")
	if w.state.Status != Closed || w.state.Owner != desk.ID || w.state.Assignee != tech.ID {
		t.Errorf("state %+v", w.state)
	}
	if d := cmp.Diff(Fold(w.env.Def, w.events), w.state); d != "" {
		t.Errorf("folded state differs: %s", d)
	}
	if fx := w.last.Effects; len(fx) != 1 || fx[0].Kind != FxFile || fx[0].Record != "repair_record" {
		t.Errorf("effects of closing: %+v", fx)
	}
	if e := w.events[len(w.events)-1]; e.Step != "close" || e.Actor.ID != 0 || !slices.Contains(e.Names, Closing) {
		t.Errorf("last event %+v", e)
	}
}

func TestIntakeIsOneCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, repair(t)).open(m{"what": "水管爆了", "fault": "leak"}).wantStep("send")
	if len(w.last.Events) != 2 {
		t.Errorf("%d events, want opened and done", len(w.last.Events))
	}
	newWorld(t, repair(t)).open(m{"what": "坏了"}).wantStep("take")
	err := newWorld(t, repair(t)).try(Command{Kind: EvOpened, Actor: desk, Fields: m{"what": "坏了", "fault": "fire", "colour": "red"}})
	if got := paths(err); got != "colour:unknown fault:choice" {
		t.Errorf("faults %s", got)
	}
}

func paths(err error) string {
	e := errs.As(err)
	if e == nil {
		return ""
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Path+":"+f.Code)
	}
	return strings.Join(out, " ")
}

// Refusals change nothing and say who, what and where. Order: the state of the
// case, the step meant, the person, the outcome, then all answers at once.
func TestRefusals(t *testing.T) {
	t.Parallel()
	pause := m{"reason": "parts", "until": "2026-11-17 10:00"}
	for name, x := range map[string]struct {
		at     string
		cmd    Command
		kind   errs.Kind
		code   string
		fields string
	}{
		"another step":                  {"send", Command{Kind: EvDone, Actor: visitor, Step: "take", Outcome: "nonsense"}, errs.Conflict, "case.step.moved", ""},
		"not this person":               {"send", Command{Kind: EvDone, Actor: tech, Outcome: "nonsense"}, errs.Forbidden, "case.step.role", ""},
		"another technician":            {"arrive", Command{Kind: EvDone, Actor: tech2, Outcome: "arrived"}, errs.Forbidden, "case.step.role", ""},
		"no such outcome":               {"arrive", Command{Kind: EvDone, Actor: tech, Outcome: "passed"}, errs.Invalid, "case.outcome", ""},
		"every fault at once":           {"price", Command{Kind: EvDone, Actor: tech, Fields: m{"price": "viel", "what": "x", "material": []any{m{"cost": 5}}}}, errs.Invalid, "case.fields", "material[0].item:required price:number what:not_asked price:missing"},
		"an amount below zero":          {"price", Command{Kind: EvDone, Actor: tech, Fields: m{"price": -1}}, errs.Invalid, "case.fields", "price:negative price:missing"},
		"a reason is missing":           {"work", Command{Kind: EvDone, Actor: tech, Outcome: "passed", Fields: m{"valid": true}}, errs.Invalid, "case.fields", "valid_reason:missing"},
		"a signature is missing":        {"sign", Command{Kind: EvDone, Actor: tech, Outcome: "signed", Fields: m{"rating": 6}}, errs.Invalid, "case.fields", "rating:rating signature:missing"},
		"an ended case":                 {"", Command{Kind: EvDone, Actor: desk, Step: "follow"}, errs.Conflict, "case.ended", ""},
		"a move without a reason":       {"work", Command{Kind: EvJump, Actor: boss, Data: m{"to": "nowhere"}}, errs.Invalid, "case.fields", "reason:missing to:unknown"},
		"a move by a technician":        {"work", Command{Kind: EvJump, Actor: tech, Data: m{"to": "close", "reason": "x"}}, errs.Forbidden, "case.role", ""},
		"cancelled by another desk":     {"work", Command{Kind: EvCancel, Actor: desk2, Data: m{"reason": "x"}}, errs.Forbidden, "case.role", ""},
		"cancelled without a reason":    {"work", Command{Kind: EvCancel, Actor: desk, Data: m{"reason": " "}}, errs.Invalid, "case.fields", "reason:missing"},
		"a pause without end":           {"work", Command{Kind: EvPause, Actor: tech, Data: m{"reason": "tired"}}, errs.Invalid, "case.fields", "reason:choice until:missing"},
		"a pause into the past":         {"work", Command{Kind: EvPause, Actor: tech, Data: m{"reason": "parts", "until": "2026-11-16 09:10"}}, errs.Invalid, "case.fields", "until:past"},
		"a pause that is too long":      {"work", Command{Kind: EvPause, Actor: tech, Data: m{"reason": "parts", "until": "2026-12-17 09:10"}}, errs.Forbidden, "case.pause.long", ""},
		"a pause by a visitor":          {"work", Command{Kind: EvPause, Actor: visitor, Data: pause}, errs.Forbidden, "case.role", ""},
		"a promise without time":        {"work", Command{Kind: EvPromise, Actor: desk, Data: m{"text": "明天回话"}}, errs.Invalid, "case.fields", "due:missing"},
		"a paper nobody asked for":      {"work", Command{Kind: EvPaper, Actor: desk, Data: m{"name": "passport"}}, errs.Invalid, "case.fields", "name:unknown"},
		"a correction without why":      {"work", Command{Kind: EvAmend, Actor: desk, Fields: m{"what": ""}}, errs.Invalid, "case.fields", "reason:missing what:required"},
		"handed on by somebody":         {"work", Command{Kind: EvOwner, Actor: desk2, Data: m{"account": desk2.ID}}, errs.Forbidden, "case.role", ""},
		"resumed though it runs":        {"work", Command{Kind: EvResume, Actor: desk}, errs.Conflict, "case.not_now", ""},
		"opened twice":                  {"work", Command{Kind: EvOpened, Actor: desk}, errs.Conflict, "case.opened", ""},
		"a level that does not exist":   {"work", Command{Kind: EvLevel, Data: m{"clock": "arrive", "level": 9}}, errs.Invalid, "case.level.unknown", ""},
		"a level before its time":       {"work", Command{Kind: EvLevel, Data: m{"clock": "finish", "level": 0}}, errs.Conflict, "case.level.over", ""},
		"an unknown command":            {"work", Command{Kind: "dance", Actor: desk}, errs.Conflict, "case.not_now", ""},
		"customer signs for themselves": {"work", Command{Kind: EvDone, Actor: visitor, Outcome: "passed"}, errs.Forbidden, "case.step.role", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := usual(t, x.at)
			before, n := Fold(w.env.Def, w.events), len(w.events)
			err := w.try(x.cmd)
			if errs.KindOf(err) != x.kind || errs.CodeOf(err) != x.code || paths(err) != x.fields {
				t.Errorf("got %v (%s), want %s %s %s", err, paths(err), x.kind, x.code, x.fields)
			}
			if e := errs.As(err); e != nil && (e.Message.ZH == "" || e.Message.EN == "") {
				t.Errorf("no words in both languages: %+v", e.Message)
			}
			if d := cmp.Diff(before, w.state); d != "" || len(w.events) != n {
				t.Errorf("the refusal changed the case: %s", d)
			}
		})
	}
}

// proves DSK-05: the owner stays until somebody accepts.
func TestOwnershipPassesOnlyByAcceptance(t *testing.T) {
	t.Parallel()
	w := usual(t, "work")
	w.aside(desk, EvOwner, m{"account": desk2.ID})
	if w.state.Owner != desk.ID || w.state.Offered != desk2.ID {
		t.Fatalf("offered: owner %d, offered %d", w.state.Owner, w.state.Offered)
	}
	w.aside(desk2, EvOwner, m{"declined": true})
	if w.state.Owner != desk.ID || w.state.Offered != 0 {
		t.Fatal("declining leaves the owner")
	}
	w.aside(desk, EvOwner, m{"account": desk2.ID}).aside(desk2, EvOwner, m{"account": desk2.ID})
	if w.state.Owner != desk2.ID || w.state.Offered != 0 {
		t.Fatal("accepting passes the case on")
	}
	if err := newWorld(t, repair(t)).try(Command{Kind: EvOpened, Actor: visitor, Fields: m{"what": "x"}}); errs.CodeOf(err) != "case.owner.missing" {
		t.Errorf("a case without a first contact: %v", err)
	}
}

func TestDispatchAcceptDecline(t *testing.T) {
	t.Parallel()
	w := usual(t, "send").do(Command{Kind: EvDone, Actor: desk, Outcome: "sent", Data: m{"account": tech2.ID}})
	if got := w.last.Effects[0].Text.ZH; got != "派给您的事项，等您接单" {
		t.Errorf("whom it is sent to reads %q: what was done, not what waits for them", got)
	}
	if w.state.Assignee != tech2.ID || len(w.last.Effects) != 1 || w.last.Effects[0].To != "account:4" || w.last.Effects[0].Args["urgent"] != true {
		t.Fatalf("sent: %+v %+v", w.state, w.last.Effects)
	}
	w.done(tech2, "declined", nil).wantStep("send")
	if w.state.Assignee != 0 {
		t.Fatal("declining clears the assignee")
	}
	w.done(desk, "sent", nil)
	if w.state.Team != "plumbing" || w.state.Assignee != 0 {
		t.Fatalf("sent to the trade: %+v", w.state)
	}
	if err := w.try(Command{Kind: EvDone, Actor: tech2, Outcome: "accepted"}); errs.KindOf(err) != errs.Forbidden {
		t.Fatalf("another trade accepted: %v", err)
	}
	if w.done(tech, "accepted", nil); w.state.Assignee != tech.ID {
		t.Fatal("who accepts has the work")
	}
}

// What went to a team and to nobody in it is with the first of the team who
// does a step of it; who stands in, or names somebody in the data, takes nothing.
func TestTheFirstOfTheTeamTakesTheWork(t *testing.T) {
	t.Parallel()
	w := usual(t, "send").done(desk, "sent", nil)
	w.aside(boss, EvJump, m{"to": "arrive", "reason": "人已经在楼下"})
	w.do(Command{Kind: EvDone, Actor: boss, Outcome: "no_entry", Data: m{"takes": boss.ID}})
	if w.state.Assignee != 0 {
		t.Fatalf("the supervisor who stood in has it: %d", w.state.Assignee)
	}
	if w.done(tech, "arrived", nil); w.state.Assignee != tech.ID || w.state.Team != "plumbing" {
		t.Fatalf("the first of the trade does not have it: %+v", w.state)
	}
}

// proves REP-06: nobody approves the money they asked for.
func TestSelfApprovalIsRefused(t *testing.T) {
	t.Parallel()
	w := usual(t, "price").done(tech, "done", m{"price": int64(99900)}).wantStep("approve")
	if err := w.try(Command{Kind: EvDone, Actor: tech, Outcome: "approved"}); errs.CodeOf(err) != "case.approve.self" {
		t.Fatalf("got %v", err)
	}
	if o := Options(w.env, w.state, tech)[0]; slices.Contains(o.Outcomes, "approved") || o.Why.ZH == "" {
		t.Errorf("the option must say so: %+v", o)
	}
	w.done(boss, "approved", nil).wantStep("work")
}

func TestFiguresAndFactsChooseTheBranch(t *testing.T) {
	t.Parallel()
	usual(t, "price").done(tech, "done", m{"price": int64(10000)}).wantStep("work")
	usual(t, "price").done(tech, "done", m{"price": int64(10001)}).wantStep("approve")
	w := usual(t, "price")
	w.env.Facts = m{"warranty.covers": true, "weather": "rain"}
	w.done(tech, "done", m{"price": int64(10001)}).wantStep("work")
	if got := w.last.Events[0].Facts; !cmp.Equal(got, m{"warranty.covers": true}) {
		t.Errorf("recorded facts %v: declared ones only", got)
	}
}

func TestPapersAreNeededOnlyWhenTheirConditionHolds(t *testing.T) {
	t.Parallel()
	w := usual(t, "work")
	if got := Options(w.env, w.state, tech)[0].Missing; len(got) != 0 {
		t.Fatalf("a leak needs no paper: %+v", got)
	}
	w.do(Command{Kind: EvAmend, Actor: desk, Data: m{"reason": "看错了"}, Fields: m{"fault": "power"}})
	want := []Missing{{Kind: "paper", Name: "photo_id", Title: w.env.Def.Papers[0].Title}}
	if d := cmp.Diff(want, Options(w.env, w.state, tech)[0].Missing); d != "" {
		t.Error(d)
	}
	if err := w.try(Command{Kind: EvDone, Actor: tech, Outcome: "passed"}); paths(err) != "photo_id:missing" {
		t.Errorf("got %v", err)
	}
	w.aside(desk, EvPaper, m{"name": "photo_id"}).done(tech, "passed", nil).wantStep("sign")
}

func TestAutomaticStepsAreBounded(t *testing.T) {
	t.Parallel()
	def := repair(t)
	def.Steps = append(def.Steps[:1:1], procedure.Step{Name: "send", Do: procedure.KindNotify, To: "desk", Then: []procedure.Branch{{Go: "again"}}},
		procedure.Step{Name: "again", Do: procedure.KindNotify, To: "desk", Then: []procedure.Branch{{Go: "send"}}})
	err := newWorld(t, def).try(Command{Kind: EvOpened, Actor: desk, Fields: m{"what": "x", "fault": "leak"}})
	if errs.CodeOf(err) != "procedure.loop" {
		t.Errorf("got %v", err)
	}
}

// proves CMP-07, REP-07: what a step asked when it was done before is asked
// again; the old answer stays until then, and other steps keep theirs.
func TestAStepDoneAgainAsksAnew(t *testing.T) {
	t.Parallel()
	w := usual(t, "price").done(tech, "done", m{"price": int64(99900), "material": []map[string]any{{"item": "阀门"}}}).wantStep("approve")
	w.done(boss, "returned", nil).wantStep("price")
	if got := w.state.Fields["price"]; got != int64(99900) {
		t.Errorf("the old price must stay until there is another, it is %v", got)
	}
	want := []Missing{{Kind: "money", Name: "price", Title: w.env.Def.Field("price").Title}}
	if d := cmp.Diff(want, Options(w.env, w.state, tech)[0].Missing); d != "" {
		t.Error(d)
	}
	known := w.state.Known()
	if _, there := known["price"]; there || known["fault"] != "leak" || known["material"] == nil {
		t.Errorf("a form begins with %v: without what must be given anew, with everything else", known)
	}
	if err := w.try(Command{Kind: EvDone, Actor: tech, Outcome: "done"}); paths(err) != "price:missing" {
		t.Errorf("got %v", err)
	}
	w.aside(boss, EvNote, m{"text": "便宜些"})
	if err := w.try(Command{Kind: EvDone, Actor: tech, Outcome: "done"}); paths(err) != "price:missing" {
		t.Errorf("a word beside the step must not answer it: %v", err)
	}
	w.done(tech, "done", m{"price": int64(9900)}).wantStep("work")

	// A correction between the steps is an answer, too.
	w = usual(t, "price").done(tech, "done", m{"price": int64(99900)}).done(boss, "returned", nil)
	w.do(Command{Kind: EvAmend, Actor: boss, Data: m{"reason": "改价"}, Fields: m{"price": int64(8000)}})
	w.done(tech, "done", nil).wantStep("work")

	// A signature is never taken over from the first time.
	w = usual(t, "sign").done(visitor, "signed", m{"signature": []string{"a1"}})
	w.done(desk, "dissatisfied", nil).wantStep("send")
	w.done(desk, "sent", nil).done(tech, "accepted", nil).done(tech, "arrived", nil)
	w.done(tech, "done", m{"price": int64(0)}).done(tech, "passed", nil).wantStep("sign")
	if err := w.try(Command{Kind: EvDone, Actor: visitor, Outcome: "signed"}); paths(err) != "signature:missing" {
		t.Errorf("the old signature was taken: %v", err)
	}
}

// proves PLT-02: not_by keeps people apart in every sort of step, not only
// where something is approved.
func TestFourEyesInEverySortOfStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind         procedure.Kind
		yes, no      string
		asks         string
		mayStillWork bool // there is an outcome left for who did the other step
	}{
		{procedure.KindForm, "done", "", "valid", false},
		{procedure.KindInspect, "passed", "failed", "", true},
		{procedure.KindPay, "paid", "declined", "", true},
		{procedure.KindSign, "signed", "refused", "", true},
		{procedure.KindApprove, "approved", "returned", "", true},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			def := repair(t)
			st := def.Step("approve")
			st.Do, st.Who, st.NotBy = c.kind, []string{"technician", "supervisor"}, []string{"accept"}
			st.Then = []procedure.Branch{{Outcome: c.no, Go: "price"}, {Go: "work"}}
			if c.no == "" {
				st.Then = st.Then[1:]
			}
			if c.asks != "" {
				st.Asks = []string{c.asks}
			}
			take := func() *world {
				w := newWorld(t, def).open(m{"what": "水管爆了", "fault": "leak"})
				return w.done(desk, "sent", nil).done(tech, "accepted", nil).done(tech, "arrived", nil).done(tech, "done", m{"price": int64(99900)}).wantStep("approve")
			}
			w := take()
			if err := w.try(Command{Kind: EvDone, Actor: tech, Outcome: c.yes}); errs.CodeOf(err) != "case.approve.self" {
				t.Fatalf("who accepted the work carried it through: %v", err)
			}
			if o := Options(w.env, w.state, tech)[0]; slices.Contains(o.Outcomes, c.yes) || o.May != c.mayStillWork || o.Why.ZH == "" {
				t.Errorf("the option must say so: %+v", o)
			}
			if c.no != "" {
				take().done(tech, c.no, nil).wantStep("price")
			}
			w.done(boss, c.yes, nil).wantStep("work")
		})
	}
}

// proves REP-06: nobody takes the money they asked for; that a step asks for a
// sum itself keeps nobody from doing it again.
func TestNobodyTakesTheMoneyTheyAskedFor(t *testing.T) {
	t.Parallel()
	def := repair(t)
	st := def.Step("approve")
	st.Do, st.Who, st.Then = procedure.KindPay, []string{"technician", "supervisor"}, []procedure.Branch{{Outcome: "paid", Go: "work"}, {Outcome: "declined", Go: "price"}}
	w := newWorld(t, def).open(m{"what": "水管爆了", "fault": "leak"}).done(desk, "sent", nil).done(tech, "accepted", nil).done(tech, "arrived", nil)
	w.done(tech, "done", m{"price": int64(99900)}).wantStep("approve")
	if err := w.try(Command{Kind: EvDone, Actor: tech, Outcome: "paid"}); errs.CodeOf(err) != "case.approve.self" {
		t.Fatalf("got %v", err)
	}
	w.done(boss, "paid", nil).wantStep("work")
}

// What the customer sent is not replaced by what the technician took; only a
// correction, with its reason, sets the pictures anew.
func TestPicturesAreAdded(t *testing.T) {
	t.Parallel()
	def := repair(t)
	def.Fields = append(def.Fields, procedure.Field{Name: "photos", Title: text.B("照片", "Photos"), Type: procedure.TypePhoto})
	log := []Event{
		{Kind: EvOpened, Fields: m{"photos": []any{"1"}}},
		{Kind: EvDone, Step: "work", Fields: m{"photos": []any{"2", "1"}}},
		{Kind: EvDone, Step: "work", Fields: m{"photos": []string{"3"}, "what": "漏水"}},
	}
	if d := cmp.Diff(any([]string{"1", "2", "3"}), Fold(def, log).Fields["photos"]); d != "" {
		t.Error(d)
	}
	log = append(log, Event{Kind: EvAmend, Fields: m{"photos": []string{"3"}}})
	if d := cmp.Diff(any([]string{"3"}), Fold(def, log).Fields["photos"]); d != "" {
		t.Errorf("after the correction: %s", d)
	}
}
