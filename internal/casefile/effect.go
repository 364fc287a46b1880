package casefile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/notice"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// openAction is the action by which a procedure opens another case.
const openAction = "casefile.open@1"

// deepest bounds cases that spawn cases: a definition that opens itself must
// not run for ever.
const deepest = 5

// actionsOf runs the rooms' actions before the events are written, so that
// what they return is recorded with the step that caused them.
func (s *Service) actionsOf(ctx context.Context, tx *store.Tx, ch change, c Case) error {
	for _, fx := range ch.decision.Effects {
		if fx.Kind != engine.FxAction {
			continue
		}
		a, ok := s.actions[fx.Action]
		if !ok {
			return errs.Newf(errs.Unavailable, "casefile.action.missing",
				"这个程序不会「%s」，这次没有保存。请通知管理员。", "This program cannot do %q; nothing was saved. Tell the administrator.", fx.Action)
		}
		result, err := a.Do(ctx, tx, module.ActionInput{
			Actor: ch.actor, Project: c.Project, Case: c.ID, Unit: c.Unit, Customer: c.Customer, Args: fx.Args,
		})
		if err != nil {
			return err
		}
		if len(result) > 0 {
			noteResult(ch.decision.Events, fx.Step, result)
		}
	}
	return nil
}

// noteResult records what an action returned with the event of its step.
func noteResult(events []engine.Event, step string, result map[string]any) {
	for i := len(events) - 1; i >= 0; i-- {
		e := &events[i]
		if e.Kind == engine.EvDone && e.Step == step && e.Data["result"] == nil {
			data := maps.Clone(e.Data)
			if data == nil {
				data = map[string]any{}
			}
			data["result"] = result
			e.Data = data
			return
		}
	}
}

// effects carries out what follows outside the case: notices, filed records,
// other cases.
func (s *Service) effects(ctx context.Context, tx *store.Tx, ch change, c Case) error {
	told := map[string]bool{} // one decision tells nobody the same thing twice
	for _, fx := range ch.decision.Effects {
		var err error
		switch fx.Kind {
		case engine.FxTell:
			key := fx.To + "\x00" + fx.Text.ZH
			if !told[key] {
				told[key] = true
				err = s.tell(ctx, tx, ch, c, fx)
			}
		case engine.FxFile:
			_, err = tx.Exec(ctx, "INSERT INTO casefile_filed (project_id, id, unit_id, case_id, record, at) VALUES (?, ?, ?, ?, ?, ?)",
				c.Project, tx.NewID(), c.Unit, c.ID, fx.Record, store.Micros(ch.env.Now))
		case engine.FxSpawn:
			err = s.spawn(ctx, tx, ch, c, fx)
		case engine.FxAction: // done before the events were written
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// staleAfter is how long after it happened a thing is no news any more. Only
// the system may write down what happened earlier: history, imported messages.
const staleAfter = 24 * time.Hour

// tell turns a word of the procedure into a notice for somebody. What is written
// down long after it happened rings nobody's bell and sends no customer a
// message; the lists show it.
func (s *Service) tell(ctx context.Context, tx *store.Tx, ch change, c Case, fx engine.Effect) error {
	if s.cfg.Notices == nil || tx.Now().Sub(ch.env.Now) > staleAfter {
		return nil
	}
	what := fx.Text
	if what.IsZero() {
		what = text.B(c.Subject, c.Subject)
	}
	n := notice.Notice{
		Project: c.Project, Case: c.ID, Link: s.Path(c), At: ch.env.Now, Urgent: fx.Args["urgent"] == true,
		Text: text.B(c.Number+" "+what.ZH+"："+c.Subject, c.Number+" "+what.In(text.EN)+": "+c.Subject),
	}
	switch {
	case fx.To == "" || fx.To == "nobody":
		return nil
	case fx.To == "customer":
		if c.Customer == 0 && c.Phone == "" {
			return nil // nobody to be reached; the case says so
		}
		n.Customer, n.Phone, n.Text = c.Customer, c.Phone, what
	case fx.To == "owner":
		n.Account = c.State.Owner
	case fx.To == "assignee":
		n.Account = c.State.Assignee
		if n.Account == 0 {
			n.Role = hearer(ch.env.Def, c, c.State.Team)
		}
	case strings.HasPrefix(fx.To, "account:"):
		id, err := strconv.ParseInt(strings.TrimPrefix(fx.To, "account:"), 10, 64)
		if err != nil {
			return fmt.Errorf("casefile: telling %q: %w", fx.To, err)
		}
		n.Account = id
	default:
		n.Role = hearer(ch.env.Def, c, fx.To)
	}
	if n.Account <= 0 && n.Role == "" && n.Customer == 0 && n.Phone == "" {
		return nil // a case without owner or assignee yet
	}
	n.Account = max(n.Account, 0)
	return s.cfg.Notices.Tell(ctx, tx, n)
}

// hearer is the role that hears what is said to a role, a department or a
// trade. Nobody holds a department: who may do the step the case stands at
// answers for it.
func hearer(def *procedure.Definition, c Case, to string) string {
	step := def.Step(c.State.Step)
	if to == "" || to != c.State.Team || step == nil || slices.Contains(step.Who, to) {
		return to
	}
	for _, who := range step.Who {
		if who != "assignee" && who != "owner" && who != "customer" {
			return who
		}
	}
	return to
}

// spawn opens the case that a step asks for: about the same unit and customer,
// owned by the same person.
func (s *Service) spawn(ctx context.Context, tx *store.Tx, ch change, c Case, fx engine.Effect) error {
	if ch.depth >= deepest {
		return errs.New(errs.Internal, "casefile.spawn.deep", "规程互相立案，停不下来；没有保存，请检查规程。", "Procedures open each other without end; nothing was saved. Check the procedures.")
	}
	in, err := s.spawned(c, fx.Args)
	if err != nil {
		return err
	}
	in.At = ch.env.Now
	_, err = s.open(ctx, tx, auth.System, in, ch.depth+1)
	return err
}

// spawned is the opening that args describe: procedure, subject, words; what
// else is there answers fields of the new case.
func (s *Service) spawned(c Case, args map[string]any) (Opening, error) {
	in := Opening{
		Project: c.Project, Channel: c.Channel, Unit: c.Unit, Place: c.Place, Customer: c.Customer, Caller: c.Caller, Phone: c.Phone,
		Words: c.Words, Subject: c.Subject, Owner: c.State.Owner, Parent: c.ID, Fields: map[string]any{},
	}
	for name, v := range args {
		word, _ := v.(string)
		switch name {
		case "procedure":
			in.Procedure = word
		case "subject":
			in.Subject = word
		case "words":
			in.Words = word
		case "fields":
			if m, ok := v.(map[string]any); ok {
				maps.Copy(in.Fields, m)
			}
		default:
			in.Fields[name] = v
		}
	}
	stamp, err := s.cfg.Handbook.Stamp(in.Project, in.Procedure)
	if err != nil {
		return in, err
	}
	if in.Procedure == c.Procedure && len(stamp.Def.Steps) > 0 { // rework: what was told need not be told again
		for _, name := range stamp.Def.Steps[0].Asks {
			if _, given := in.Fields[name]; !given {
				in.Fields[name] = c.State.Fields[name]
			}
		}
	}
	for name, v := range in.Fields {
		if v == nil || stamp.Def.Field(name) == nil {
			delete(in.Fields, name)
		}
	}
	return in, nil
}

// openAnother is casefile.open@1 for rooms that run actions themselves.
func (s *Service) openAnother(ctx context.Context, tx *store.Tx, in module.ActionInput) (map[string]any, error) {
	c, err := caseByID(ctx, tx, in.Case)
	if err != nil {
		return nil, err
	}
	opening, err := s.spawned(c, in.Args)
	if err != nil {
		return nil, err
	}
	made, err := s.OpenIn(ctx, tx, auth.System, opening)
	if err != nil {
		return nil, err
	}
	return map[string]any{"case": made.ID, "number": made.Number}, nil
}

// FiledIn lists what is in the folder of a unit (0: the project's own), newest
// first, at most limit.
func (s *Service) FiledIn(ctx context.Context, tx *store.Tx, actor auth.Actor, project, unit int64, limit int) ([]Filed, error) {
	if !actor.May(PermView, project) {
		return nil, forbidden(PermView)
	}
	return store.All(ctx, tx, scanFiled, "SELECT "+filedColumns+` FROM casefile_filed f JOIN casefile_case c ON c.id = f.case_id
		WHERE f.project_id = ? AND f.unit_id = ? ORDER BY f.at DESC, f.id DESC LIMIT ?`, project, unit, min(max(limit, 1), 200))
}

const filedColumns = "f.id, f.unit_id, f.case_id, c.number, f.record, f.at"

func scanFiled(scan store.Scan) (Filed, error) {
	var f Filed
	var at int64
	err := scan(&f.ID, &f.Unit, &f.Case, &f.Number, &f.Record, &at)
	f.At = store.Time(at)
	return f, err
}

// accountsOf lists the accounts that a page about cases names, each once.
func accountsOf(cases []Case, events []engine.Event) []int64 {
	var ids []int64
	for _, c := range cases {
		ids = append(ids, c.State.Owner, c.State.Assignee)
		for _, id := range c.State.DoneBy {
			ids = append(ids, id)
		}
	}
	for _, e := range events {
		ids = append(ids, e.Actor.ID)
		for _, key := range []string{"account", "takes"} {
			if id, ok := e.Data[key].(int64); ok {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id <= 0 })
}
