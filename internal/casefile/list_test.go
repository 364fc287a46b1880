package casefile_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/store"
)

func (d *desk) list(actor auth.Actor, f casefile.Filter) casefile.Page {
	d.t.Helper()
	f.Project = project
	p, err := d.svc.List(context.Background(), actor, f)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

func numbersOf(p casefile.Page) []string {
	var out []string
	for _, c := range p.Cases {
		out = append(out, c.Number)
	}
	return out
}

func TestPagesAreCompleteAndWithoutDoubles(t *testing.T) {
	each(t, func(d *desk) {
		ids := map[int64]bool{}
		for i := range 37 {
			if i%3 == 0 { // several cases of one instant, and of one due time
				d.clock.Add(time.Minute)
			}
			in := leak()
			if i%5 == 0 {
				in.Procedure, in.Fields = "enquiry", nil
			}
			ids[d.open(lin, in).ID] = true
		}
		for _, order := range []string{"new", "due"} {
			seen := map[int64]bool{}
			f := casefile.Filter{Order: order, Limit: 5}
			for pages := 0; ; pages++ {
				p := d.list(lin, f)
				if !f.NoTotal && (p.Total != 37 || p.More) {
					d.t.Errorf("total %d", p.Total)
				}
				if pages == 0 { // counted as far as was asked, and no further
					for upTo, more := range map[int]bool{36: true, 37: false, 40: false} {
						f.CountTo = upTo
						if c := d.list(lin, f); c.Total != min(upTo, 37) || c.More != more {
							d.t.Errorf("counted to %d: %d, more: %t", upTo, c.Total, c.More)
						}
					}
				}
				f.NoTotal = true
				for i, c := range p.Cases {
					if seen[c.ID] {
						d.t.Errorf("%s: %s twice", order, c.Number)
					}
					seen[c.ID] = true
					if i > 0 && order == "new" && c.State.OpenedAt.After(p.Cases[i-1].State.OpenedAt) {
						d.t.Errorf("%s is newer than the one before", c.Number)
					}
				}
				if pages == 0 { // cases that come meanwhile disturb no later page
					d.clock.Add(time.Minute)
					d.exec("UPDATE casefile_case SET changed_at = changed_at + 1")
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if diff := cmp.Diff(ids, seen); diff != "" {
				d.t.Errorf("%s: %s", order, diff)
			}
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, func(d *desk) {
		a := d.open(lin, leak())
		d.clock.Add(time.Minute)
		in := leak()
		in.Unit, in.Customer, in.Fields["fault"], in.Fields["grade"] = 0, 0, "light", "small"
		b := d.open(wu, in)
		b = d.do(wu, b, engine.Command{Kind: engine.EvDone, Outcome: "sent", Data: map[string]any{"account": 3}})
		d.clock.Add(time.Minute)
		c := d.open(lin, casefile.Opening{Project: project, Procedure: "enquiry", Channel: "visit", Caller: "丁", Words: "问收费", Fields: map[string]any{"kind": "suggestion"}})
		c = d.do(lin, c, engine.Command{Kind: engine.EvPause, Data: map[string]any{"reason": "customer", "until": "2026-11-24 10:00"}})
		d.clock.Add(time.Minute)
		e := d.open(lin, leak())
		e = d.do(wu, e, engine.Command{Kind: engine.EvCancel, Data: map[string]any{"reason": "重复"}})
		d.clock.Add(20 * time.Minute) // the limit to send out a has passed

		for name, tc := range map[string]struct {
			f    casefile.Filter
			want []casefile.Case
		}{
			"all":         {casefile.Filter{}, []casefile.Case{e, c, b, a}},
			"open":        {casefile.Filter{Status: "open"}, []casefile.Case{c, b, a}},
			"cancelled":   {casefile.Filter{Status: "cancelled"}, []casefile.Case{e}},
			"procedure":   {casefile.Filter{Procedure: "enquiry"}, []casefile.Case{c}},
			"by due":      {casefile.Filter{Order: "due", Procedure: "repair"}, []casefile.Case{a, b}},
			"waiting":     {casefile.Filter{Clock: "waiting"}, []casefile.Case{c}},
			"late":        {casefile.Filter{Clock: "late", Procedure: "repair", Unit: 1502}, []casefile.Case{a}},
			"running":     {casefile.Filter{Clock: "running", Procedure: "enquiry"}, []casefile.Case{c}},
			"today":       {casefile.Filter{Clock: "today", Unit: 1502}, []casefile.Case{a}},
			"due":         {casefile.Filter{Clock: "due", Unit: 1502}, nil},
			"assignee":    {casefile.Filter{Assignee: 3}, []casefile.Case{b}},
			"owner":       {casefile.Filter{Owner: 2}, []casefile.Case{b}},
			"unit":        {casefile.Filter{Unit: 1502}, []casefile.Case{e, a}},
			"building":    {casefile.Filter{Building: 3}, []casefile.Case{e, a}},
			"customer":    {casefile.Filter{Customer: 55, Status: "open"}, []casefile.Case{a}},
			"channel":     {casefile.Filter{Channel: "visit"}, []casefile.Case{c}},
			"step":        {casefile.Filter{Step: "accept"}, []casefile.Case{b}},
			"field":       {casefile.Filter{Procedure: "repair", Fields: map[string]string{"fault": "light"}}, []casefile.Case{b}},
			"two fields":  {casefile.Filter{Procedure: "repair", Fields: map[string]string{"fault": "leak", "grade": "small"}}, nil},
			"number":      {casefile.Filter{Text: "wx-2611-0001"}, []casefile.Case{a}},
			"from":        {casefile.Filter{From: c.State.OpenedAt}, []casefile.Case{e, c}},
			"to":          {casefile.Filter{To: b.State.OpenedAt}, []casefile.Case{a}},
			"no words":    {casefile.Filter{Text: "  "}, []casefile.Case{e, c, b, a}},
			"no injected": {casefile.Filter{Step: "' OR 1=1 --"}, nil},
		} {
			p := d.list(lin, tc.f)
			if diff := cmp.Diff(numbersOf(casefile.Page{Cases: tc.want}), numbersOf(p)); diff != "" {
				d.t.Errorf("%s: %s", name, diff)
			}
			if p.Total != len(tc.want) {
				d.t.Errorf("%s: total %d", name, p.Total)
			}
		}
		d.svc.SetFew(0) // an answer that many cases have is found another way
		if diff := cmp.Diff([]string{e.Number, a.Number}, numbersOf(d.list(lin, casefile.Filter{Procedure: "repair", Fields: map[string]string{"fault": "leak"}}))); diff != "" {
			d.t.Errorf("a frequent answer: %s", diff)
		}
		if p := d.list(lin, casefile.Filter{}); p.Names[1] != "林晓" || p.Names[3] != "秦刚" {
			d.t.Errorf("names: %v", p.Names)
		}
		for name, f := range map[string]casefile.Filter{
			"clock": {Project: project, Clock: "x"}, "cursor": {Project: project, After: "!!"}, "cursor of another order": {Project: project, Order: "due", After: "bmV3OjE6MQ"},
			"field without procedure": {Project: project, Fields: map[string]string{"a": "b"}},
		} {
			if _, err := d.svc.List(context.Background(), lin, f); errs.KindOf(err) != errs.Invalid {
				d.t.Errorf("%s: %v", name, err)
			}
		}
		// Who may only work sees what is with them.
		if diff := cmp.Diff([]string{b.Number}, numbersOf(d.list(qin, casefile.Filter{}))); diff != "" {
			d.t.Errorf("the technician's list: %s", diff)
		}
		for _, who := range []auth.Actor{other, {Account: -1}, {Account: 5, Login: "x"}} {
			if _, err := d.svc.List(context.Background(), who, casefile.Filter{Project: project}); errs.KindOf(err) != errs.Forbidden {
				d.t.Errorf("%s: %v", who.Name, err)
			}
		}
		// What is due today falls into what is late and what is not; the rest is later.
		d.open(lin, leak())
		soon := numbersOf(d.list(lin, casefile.Filter{Status: "open", Clock: "due", Order: "due"}))
		both := append(numbersOf(d.list(lin, casefile.Filter{Status: "open", Clock: "late", Order: "due"})), soon...)
		if len(soon) != 1 {
			d.t.Errorf("due today and not late: %v", soon)
		}
		if diff := cmp.Diff(numbersOf(d.list(lin, casefile.Filter{Status: "open", Clock: "today", Order: "due"})), both); diff != "" {
			d.t.Errorf("late and due are not what is due today: %s", diff)
		}
	})
}

func TestPagesTakeAFewStatements(t *testing.T) {
	each(t, func(d *desk) {
		parent := d.open(lin, leak())
		for range 5 {
			in := leak()
			in.Parent = parent.ID
			d.open(lin, in)
		}
		for name, tc := range map[string]struct {
			most int
			do   func(ctx context.Context) error
		}{
			"view": {8, func(ctx context.Context) error { _, err := d.svc.View(ctx, lin, project, parent.Number); return err }},
			"list": {3, func(ctx context.Context) error {
				_, err := d.svc.List(ctx, lin, casefile.Filter{Project: project})
				return err
			}},
		} {
			ctx, counter := store.WithCounter(context.Background())
			if err := tc.do(ctx); err != nil || counter.N() > tc.most {
				d.t.Errorf("%s: %v, %d statements:\n%s", name, err, counter.N(), strings.Join(counter.Queries(), "\n"))
			}
		}
	})
}

// A tampered log, state, clock or answer is found; an erased body is not
// mistaken for tampering.
//
// proves PLT-05 (cases)
func TestVerifyFindsEveryTampering(t *testing.T) {
	each(t, func(d *desk) {
		c := d.open(lin, leak())
		c = d.do(lin, c, note("客户在家"))
		d.open(lin, leak())
		if v := d.verified(); v.Cases != 2 || v.Events < 5 || len(v.Findings) != 0 {
			d.t.Fatalf("clean: %+v", v)
		}
		one := "WHERE case_id = ?"
		for name, tc := range map[string]struct{ do, undo, what string }{
			"words of a note":   {"UPDATE casefile_event SET body = replace(body, '客户', '房东') " + one + " AND kind = 'note'", "UPDATE casefile_event SET body = replace(body, '房东', '客户') " + one + " AND kind = 'note'", "chain"},
			"time in the head":  {"UPDATE casefile_event SET head = replace(head, '\"seq\":2', '\"seq\":9') " + one, "UPDATE casefile_event SET head = replace(head, '\"seq\":9', '\"seq\":2') " + one, "chain"},
			"time column":       {"UPDATE casefile_event SET at = at - 60000000 " + one + " AND seq = 1", "UPDATE casefile_event SET at = at + 60000000 " + one + " AND seq = 1", "chain"},
			"who":               {"UPDATE casefile_event SET actor_id = 8 " + one + " AND seq = 1", "UPDATE casefile_event SET actor_id = 1 " + one + " AND seq = 1", "chain"},
			"due time":          {"UPDATE casefile_clock SET due_at = due_at + 1 " + one, "UPDATE casefile_clock SET due_at = due_at - 1 " + one, "clock"},
			"next level":        {"UPDATE casefile_clock SET next_at = next_at + 1 " + one + " AND next_at > 0", "UPDATE casefile_clock SET next_at = next_at - 1 " + one + " AND next_at > 0", "clock"},
			"indexed answer":    {"UPDATE casefile_field SET word = 'gate' " + one + " AND name = 'fault'", "UPDATE casefile_field SET word = 'leak' " + one + " AND name = 'fault'", "field"},
			"status":            {"UPDATE casefile_case SET status = 'closed' WHERE id = ?", "UPDATE casefile_case SET status = 'open' WHERE id = ?", "row"},
			"state":             {"UPDATE casefile_case SET state = replace(state, 'leak', 'gate') WHERE id = ?", "UPDATE casefile_case SET state = replace(state, 'gate', 'leak') WHERE id = ?", "state"},
			"customer's words":  {"UPDATE casefile_case SET words = '没漏' || words WHERE id = ?", "UPDATE casefile_case SET words = substr(words, 3) WHERE id = ?", "row"},
			"the seal":          {"UPDATE casefile_case SET place = seal, seal = '' WHERE id = ?", "UPDATE casefile_case SET seal = place, place = '' WHERE id = ?", "row"},
			"unit":              {"UPDATE casefile_case SET unit_id = unit_id + 1 WHERE id = ?", "UPDATE casefile_case SET unit_id = unit_id - 1 WHERE id = ?", "row"},
			"looser figures":    {"UPDATE casefile_case SET figures_hash = 'x' || figures_hash WHERE id = ?", "UPDATE casefile_case SET figures_hash = substr(figures_hash, 2) WHERE id = ?", "row"},
			"due of the list":   {"UPDATE casefile_case SET due_at = due_at + 1 WHERE id = ?", "UPDATE casefile_case SET due_at = due_at - 1 WHERE id = ?", "row"},
			"the name of a man": {"UPDATE casefile_event SET body = replace(body, '林晓', '陈嘉') " + one, "UPDATE casefile_event SET body = replace(body, '陈嘉', '林晓') " + one, "chain"},
		} {
			d.exec(tc.do, c.ID)
			found := false
			for _, f := range d.verified().Findings {
				found = found || f.What == tc.what && f.Case == c.ID
				if f.Case != c.ID {
					d.t.Errorf("%s: blamed on %s", name, f.Number)
				}
			}
			if !found {
				d.t.Errorf("%s: not found (%+v)", name, d.verified().Findings)
			}
			d.exec(tc.undo, c.ID)
			d.clean()
		}

		// The words are erased, the chain stays whole.
		d.exec("UPDATE casefile_case SET words = '', subject = '', caller = '', phone = '', seal = '' WHERE id = ?", c.ID)
		d.exec("UPDATE casefile_event SET body = '', salt = ? WHERE case_id = ? AND kind = 'note'", []byte{}, c.ID)
		d.clean()
		// The last event is cut off: the case still names it.
		d.exec("DELETE FROM casefile_event WHERE case_id = ? AND kind = 'note'", c.ID)
		if len(d.verified().Findings) == 0 {
			d.t.Error("a missing last event was not found")
		}
		if _, err := d.svc.Verify(context.Background(), lin, project); errs.KindOf(err) != errs.Forbidden {
			d.t.Errorf("without the right: %v", err)
		}
	})
}

// Whatever people do, in any order and at any time, what is stored is what the
// log says.
func TestWhatIsStoredIsWhatTheLogSays(t *testing.T) {
	each(t, func(d *desk) {
		ctx := context.Background()
		actors := map[string]auth.Actor{"lin": lin, "wu": wu, "qin": qin, "system": auth.System}
		procedures := []string{"repair", "complaint", "enquiry"}
		accepted := map[engine.EventKind]int{}
		rapid.Check(d.t.(*testing.T), func(t *rapid.T) {
			in := leak()
			in.Procedure = rapid.SampledFrom(procedures).Draw(t, "procedure")
			if in.Procedure != "repair" {
				in.Fields = nil
			} else {
				in.Fields["fault"] = rapid.SampledFrom([]string{"leak", "light", "lift", "appliance"}).Draw(t, "fault")
				in.Fields["grade"] = rapid.SampledFrom([]string{"urgent", "general", "hard", "small"}).Draw(t, "grade")
			}
			c := d.open(lin, in)
			for range rapid.IntRange(1, 12).Draw(t, "n") {
				d.clock.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "minutes")) * time.Minute)
				who := actors[rapid.SampledFrom([]string{"lin", "wu", "qin", "system"}).Draw(t, "who")]
				cmd := engine.Command{Kind: rapid.SampledFrom([]engine.EventKind{
					engine.EvDone, engine.EvDone, engine.EvDone, engine.EvDone, engine.EvNote, engine.EvTold, engine.EvPromise, engine.EvPause, engine.EvResume,
					engine.EvAssign, engine.EvOwner, engine.EvAmend, engine.EvAbout, engine.EvJump, engine.EvCancel, engine.EvReopen, engine.EvExternal,
				}).Draw(t, "kind")}
				v := d.view(wu, c)
				cmd.Data = map[string]any{"text": "话", "reason": "customer", "name": "arrived", "account": 3, "until": d.clock.Now().Add(26 * time.Hour), "due": d.clock.Now().Add(5 * time.Hour)}
				switch cmd.Kind {
				case engine.EvJump, engine.EvReopen:
					cmd.Data["to"] = rapid.SampledFrom(v.Def.Steps).Draw(t, "to").Name
				case engine.EvAbout:
					cmd.Data["unit"], cmd.Data["customer"] = rapid.SampledFrom([]int64{0, 1502}).Draw(t, "unit"), rapid.SampledFrom([]int64{0, 77, 78}).Draw(t, "customer")
				case engine.EvAmend:
					cmd.Fields = map[string]any{"grade": rapid.SampledFrom([]any{"urgent", "major", nil}).Draw(t, "grade")}
				case engine.EvDone:
					if len(v.Options) > 0 && v.Options[0].Kind == engine.EvDone {
						cmd.Outcome = rapid.SampledFrom(v.Options[0].Outcomes).Draw(t, "outcome")
						cmd.Fields = answersFor(v)
					}
				}
				if _, err := d.svc.Do(ctx, who, casefile.Doing{Case: c.ID, Command: cmd}); err != nil {
					if k := errs.KindOf(err); k != errs.Invalid && k != errs.Forbidden && k != errs.Conflict {
						t.Fatalf("%s: %v", cmd.Kind, err)
					}
				} else {
					accepted[cmd.Kind]++
				}
				if rapid.Bool().Draw(t, "timer") {
					if _, err := d.svc.Fire(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
		d.clean()
		if d.number("SELECT count(*) FROM casefile_event WHERE kind = 'level'") == 0 || accepted[engine.EvDone] < 20 || len(accepted) < 8 {
			d.t.Errorf("the walk proves little: %v", accepted)
		}
	})
}

// answersFor answers everything that the current step asks.
func answersFor(v casefile.View) map[string]any {
	fields := map[string]any{}
	st := v.Def.Step(v.Case.State.Step)
	for _, name := range st.Asks {
		f := v.Def.Field(name)
		switch f.Type {
		case "number", "money", "rating":
			fields[name] = 3
		case "yes_no":
			fields[name] = true
		case "date":
			fields[name] = "2026-12-01"
		case "time":
			fields[name] = "2026-12-01 09:00"
		case "choice":
			if len(f.Of) > 0 {
				fields[name] = f.Of[0].Name
			} else if words, err := v.Figures.Words(f.From, nil); err == nil && len(words) > 0 {
				fields[name] = words[0]
			} else if keys, err := v.Figures.Keys(f.From, nil); err == nil && len(keys) > 0 {
				fields[name] = keys[0]
			}
		case "photo", "signature":
			fields[name] = []string{"a1"}
		case "table":
			row := map[string]any{}
			for _, col := range f.Columns {
				switch {
				case col.Type == "number" || col.Type == "money":
					row[col.Name] = 100
				case col.Type == "choice" && len(col.Of) > 0:
					row[col.Name] = col.Of[0].Name
				default:
					row[col.Name] = "项"
				}
			}
			fields[name] = []map[string]any{row}
		default:
			fields[name] = "内容"
		}
		if f.Reason {
			fields[name+"_reason"] = "原因"
		}
	}
	return fields
}

func TestCasesAreFoundByNumberPhoneNameAndWords(t *testing.T) {
	each(t, func(d *desk) {
		a := d.open(lin, leak())
		in := leak()
		in.Phone, in.Caller, in.Words = "13900001234", "丁国富", "阳台地漏反水"
		b := d.open(lin, in)
		// Number and whole phone at once, before anything is indexed.
		for words, want := range map[string]casefile.Case{"ｗｘ-2611-0002": b, "138 0013 6621": a, "13900001234": b} {
			if diff := cmp.Diff([]string{want.Number}, numbersOf(d.list(lin, casefile.Filter{Text: words}))); diff != "" {
				d.t.Errorf("%s: %s", words, diff)
			}
		}
		b = d.do(lin, b, engine.Command{Kind: engine.EvAmend, Fields: map[string]any{"contact": "门岗老张"}, Data: map[string]any{"reason": "漏记"}})
		if err := d.svc.Fill(context.Background()); err != nil {
			d.t.Fatal(err)
		}
		for words, want := range map[string]casefile.Case{"天花板": a, "地漏": b, "丁国富": b, "dgf": b, "6621": a, "老张": b, "2611-0001": a} {
			if diff := cmp.Diff([]string{want.Number}, numbersOf(d.list(lin, casefile.Filter{Text: words}))); diff != "" {
				d.t.Errorf("%s: %s", words, diff)
			}
		}
		if p := d.list(lin, casefile.Filter{Text: "电梯"}); p.Total != 0 {
			d.t.Errorf("nothing says lift: %v", numbersOf(p))
		}
		if n := d.number("SELECT count(*) FROM casefile_unindexed"); n != 0 {
			d.t.Errorf("%d wait", n)
		}
	})
}
