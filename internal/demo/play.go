package demo

import (
	"context"
	"fmt"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// mattersAtOnce is how many matters go into one transaction.
const mattersAtOnce = 8

// play carries the matters between two instants through their procedures, as
// people would have done it, each step at its time.
func (l *Loaded) play(ctx context.Context, a *app.App, from, to time.Time) error {
	var due []Matter
	for _, m := range l.plan.Matters {
		if !m.At.Before(from) && m.At.Before(to) {
			due = append(due, m)
		}
	}
	for start := 0; start < len(due); start += mattersAtOnce {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := a.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			for _, m := range due[start:min(start+mattersAtOnce, len(due))] {
				if err := l.matter(ctx, tx, a, m); err != nil {
					return fmt.Errorf("%s at %s: %w", m.Kind, m.At.Format(time.RFC3339), err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Loaded) by(index int) engine.Actor {
	s := Team[index]
	return engine.Actor{ID: l.Accounts[index], Name: s.Name, Roles: []string{s.Role}}
}

func (l *Loaded) matter(ctx context.Context, tx *store.Tx, a *app.App, m Matter) error {
	u := l.plan.Units[m.Unit]
	in := casefile.Opening{
		Project: l.Project, Procedure: m.Kind, Channel: m.Channel, Words: m.Words, At: m.At, By: l.by(m.Desk), Owner: l.Accounts[m.Desk],
		Fields: opening(m),
	}
	if !m.Common || m.Kind != "repair" {
		who := u.People[len(u.People)-1]
		if who.Capacity == "household_member" {
			who = u.People[0]
		}
		in.Unit, in.Customer, in.Caller, in.Phone = l.units[m.Unit], l.people[m.Unit], who.Name, who.Phone
	}
	if m.Common {
		in.Place = u.Building + m.Place
	}
	if m.Kind == "visit" {
		in.Subject, in.Words = m.Place, m.Place
	}
	c, err := a.Cases.OpenIn(ctx, tx, auth.System, in)
	if err != nil {
		return err
	}
	return l.run(ctx, tx, a, m, c, m.At)
}

// run takes a case through its steps from at, as its people did them; a rework
// that comes of it as well.
func (l *Loaded) run(ctx context.Context, tx *store.Tx, a *app.App, m Matter, c casefile.Case, at time.Time) error {
	for n := 0; c.State.Status == engine.Open; n++ {
		if m.Open && n >= m.Step {
			return nil
		}
		if n > 40 {
			return fmt.Errorf("stuck at %s", c.State.Step)
		}
		d := l.next(m, c)
		at = daytime(at.Add(d.after), d.after)
		if at.After(Now) {
			return nil // still going on
		}
		step := c.State.Step
		done, err := a.Cases.DoIn(ctx, tx, auth.System, casefile.Doing{Case: c.ID, At: at, Command: engine.Command{
			Kind: engine.EvDone, Actor: l.by(d.by), Step: step, Outcome: d.outcome, Fields: d.fields, Data: d.data,
		}})
		if err != nil {
			return fmt.Errorf("step %s: %w", step, err)
		}
		c = done
		if m.Kind == "repair" && step == "report" { // the rework order opens by itself
			if err := l.again(ctx, tx, a, m, c, at); err != nil {
				return fmt.Errorf("rework: %w", err)
			}
		}
	}
	return nil
}

// daytime moves what could wait from the night to the morning: nobody rings a
// customer at three. What was begun within the hour is carried on.
func daytime(at time.Time, after time.Duration) time.Time {
	if h := at.Hour(); after < time.Hour || h >= 8 && h < 21 {
		return at
	}
	morning := time.Date(at.Year(), at.Month(), at.Day(), 8, 30+at.Minute()/2, at.Second(), 0, at.Location())
	if morning.Before(at) {
		morning = morning.AddDate(0, 0, 1)
	}
	return morning
}

// again plays the repair that a customer's no at the follow-up opened; this
// time the customer is content.
func (l *Loaded) again(ctx context.Context, tx *store.Tx, a *app.App, m Matter, c casefile.Case, at time.Time) error {
	v, err := a.Cases.ViewIn(ctx, tx, auth.System, c.Project, c.Number)
	if err != nil {
		return err
	}
	m.Unhappy, m.Late, m.Rating, m.Solution = false, false, 4, "拆开重做，换原厂件，试用无误"
	for _, r := range v.Related {
		if r.Relation == casefile.Child && r.State.Status == engine.Open {
			if err := l.run(ctx, tx, a, m, r.Case, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// opening is what the desk knew when it took the matter in.
func opening(m Matter) map[string]any {
	switch m.Kind {
	case "repair":
		part := "in_unit"
		if m.Common {
			part = "common"
		}
		return map[string]any{"part": part, "fault": m.Sort, "trade": m.Trade, "grade": m.Grade}
	case "complaint":
		return map[string]any{
			"against": m.Against, "wants": "尽快处理，给个说法", "kind": m.Sort, "harm": false, "heated": false, "written": false,
		}
	case "visit":
		return map[string]any{"purpose": m.Place}
	default:
		return map[string]any{"kind": m.Sort}
	}
}

// deed is how one step was done.
type deed struct {
	by      int // index into Team
	after   time.Duration
	outcome string
	fields  map[string]any
	data    map[string]any
}

// Places in Team.
const (
	supervisor = 1
	cashier    = 5
	head       = 3
	director   = 4
)

// next is how the matter's people do the step the case stands at.
func (l *Loaded) next(m Matter, c casefile.Case) deed {
	switch m.Kind {
	case "repair":
		return l.repair(m, c)
	case "complaint":
		return l.complaint(m, c)
	case "visit":
		return l.visit(m, c)
	default:
		return l.enquiry(m, c)
	}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// slow stretches a duration when the matter was one that ran late.
func slow(m Matter, d time.Duration) time.Duration {
	if m.Late {
		return d * 6
	}
	return d
}

func (l *Loaded) repair(m Matter, c casefile.Case) deed {
	urgent := m.Grade == "urgent" || m.Sort == "leak" || m.Sort == "lift"
	travel := minutes(35 + int(m.Takes.Minutes())%60)
	if urgent {
		travel = minutes(6 + int(m.Takes.Minutes())%14)
	}
	switch c.State.Step {
	case "dispatch":
		return deed{by: m.Desk, after: minutes(2 + m.Rating%4), outcome: "sent", data: map[string]any{"account": l.Accounts[m.Tech]}}
	case "accept":
		return deed{by: m.Tech, after: minutes(3), outcome: "accepted"}
	case "arrive":
		return deed{by: m.Tech, after: slow(m, travel), outcome: "arrived"}
	case "scene":
		return deed{by: supervisor, after: minutes(4), outcome: "done", fields: map[string]any{"measures": "关阀止水，擦干地面，摆放警示", "calmed": true}}
	case "look":
		charge := "free"
		if m.Paid > 0 {
			charge = "paid"
		}
		return deed{by: m.Tech, after: minutes(8), outcome: "done", fields: map[string]any{"cause": m.Solution, "charge": charge}}
	case "quote":
		return deed{by: m.Tech, after: minutes(6), outcome: "agreed", fields: map[string]any{
			"quote": []map[string]any{{"item": "材料", "sort": "material", "amount": m.Paid / 2}, {"item": "人工", "sort": "labour", "amount": m.Paid - m.Paid/2}},
			"total": m.Paid, "pay_by": "mobile",
		}}
	case "contractor":
		return deed{by: m.Desk, after: minutes(20), outcome: "sent", fields: map[string]any{"contractor": "临江建设保修组"}, data: map[string]any{"team": "developer"}}
	case "returned":
		return deed{by: m.Desk, after: 50 * time.Hour, outcome: "done", fields: map[string]any{"did": m.Solution}}
	case "recheck":
		return deed{by: m.Tech, after: 3 * time.Hour, outcome: "passed"}
	case "work":
		return deed{by: m.Tech, after: slow(m, m.Takes), outcome: "done", fields: map[string]any{"result": "fixed", "did": m.Solution}}
	case "finish":
		return deed{by: m.Tech, after: minutes(2), outcome: "signed", fields: map[string]any{"signed_by": "signed:" + Team[m.Tech].Login}}
	case "check":
		return deed{by: supervisor, after: minutes(90), outcome: "passed"}
	case "sign":
		return deed{by: m.Tech, after: minutes(3), outcome: "signed", fields: map[string]any{"approved_by": "signed:customer", "opinion": opinions[m.Rating], "rating": int64(m.Rating)}}
	case "bill":
		return deed{by: cashier, after: 2 * time.Hour, outcome: "done", fields: map[string]any{"billed": m.Paid}}
	case "leak_test":
		return deed{by: m.Tech, after: 24 * time.Hour, outcome: "passed"}
	case "take": // a rework: the desk knows the first order
		return deed{by: m.Desk, after: minutes(3), outcome: "done", fields: opening(m)}
	case "report":
		return deed{by: supervisor, after: minutes(40), outcome: "done", fields: map[string]any{"remark": "当天返修，班长到场，修完再回访"}}
	default: // follow
		if m.Unhappy {
			return deed{by: m.Desk, after: 26 * time.Hour, outcome: "dissatisfied", fields: map[string]any{"followed": "又坏了，" + opinions[m.Rating]}}
		}
		return deed{by: m.Desk, after: 26 * time.Hour, outcome: "satisfied", fields: map[string]any{"followed": opinions[m.Rating]}}
	}
}

// visit is how a planned visit went: an appointment, the record, the signature,
// an answer where there was something to answer.
func (l *Loaded) visit(m Matter, c casefile.Case) deed {
	switch c.State.Step {
	case "plan":
		return deed{by: m.Desk, after: minutes(2), outcome: "done", fields: opening(m)}
	case "appoint":
		return deed{by: m.Desk, after: minutes(15), outcome: "reached", fields: map[string]any{"at": m.At.Add(26 * time.Hour)}}
	case "go":
		return deed{by: m.Desk, after: 26 * time.Hour, outcome: "arrived"}
	case "record":
		fields := map[string]any{"notes": m.Words, "any": m.Solution != "", "rating": int64(max(m.Rating, 3))}
		if m.Solution != "" {
			fields["opinions"] = []map[string]any{{"about": m.Sort, "words": m.Words}}
		}
		return deed{by: m.Desk, after: minutes(25), outcome: "done", fields: fields}
	case "confirm":
		return deed{by: m.Desk, after: minutes(2), outcome: "signed", fields: map[string]any{"confirmed": "signed:customer"}}
	default: // answer
		return deed{by: m.Desk, after: 20 * time.Hour, outcome: "told", fields: map[string]any{"answer": m.Solution}}
	}
}

var opinions = map[int]string{5: "很快，师傅很仔细", 4: "修好了，谢谢", 3: "修好了，等得久了点", 2: "来得太晚，事先没有电话", 1: "不满意"}

func (l *Loaded) complaint(m Matter, c casefile.Case) deed {
	switch c.State.Step {
	case "grade":
		return deed{by: supervisor, after: minutes(12), outcome: "done", fields: map[string]any{"grade": m.Grade}}
	case "assign":
		return deed{by: supervisor, after: minutes(6), outcome: "sent", data: map[string]any{"account": l.Accounts[head]}}
	case "contact":
		return deed{by: head, after: slow(m, minutes(30)), outcome: "reached", fields: map[string]any{"heard": m.Words}}
	case "inform":
		return deed{by: m.Desk, after: minutes(25), outcome: "told", fields: map[string]any{"told": "已有负责人联系，处理后回访"}}
	case "look":
		return deed{by: head, after: slow(m, 3*time.Hour), outcome: "done", fields: map[string]any{"findings": "现场核实属实", "valid": true, "valid_reason": "与约定或服务标准不符", "answers": "us"}}
	case "solve":
		return deed{by: head, after: 4 * time.Hour, outcome: "done", fields: map[string]any{
			"remedy": []map[string]any{{"what": m.Solution, "cost": int64(0)}}, "cost": int64(0), "beyond": false, "can_now": true,
		}}
	case "reply":
		return deed{by: m.Desk, after: 2 * time.Hour, outcome: "told", fields: map[string]any{"answer": m.Solution}}
	case "follow":
		return deed{by: m.Desk, after: 25 * time.Hour, outcome: "satisfied", fields: map[string]any{"followed": opinions[max(m.Rating, 3)]}}
	default: // learn
		return deed{by: supervisor, after: 3 * time.Hour, outcome: "done", fields: map[string]any{"cause": m.Solution}}
	}
}

func (l *Loaded) enquiry(m Matter, c casefile.Case) deed {
	switch c.State.Step {
	case "reply":
		return deed{by: m.Desk, after: minutes(1), outcome: "done", fields: map[string]any{"now": true, "scope": true}}
	default: // tell
		return deed{by: m.Desk, after: minutes(2), outcome: "told", fields: map[string]any{"answer": m.Solution}}
	}
}
