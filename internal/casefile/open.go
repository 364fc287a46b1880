package casefile

import (
	"context"
	"slices"
	"strings"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Channels lists the ways a matter can come in (DSK-01): one list for all.
var Channels = []string{"phone", "visit", "letter", "fax", "courier", "email", "message", "resident", "patrol", "department", "own", "system"}

// openers are the words of a procedure's "opened by" that let a channel in. What
// comes in writing may also be taken in by the desk.
var openers = map[string][]string{
	"phone": {"desk"}, "visit": {"desk"}, "letter": {"letter", "desk"}, "fax": {"letter", "desk"}, "courier": {"letter", "desk"}, "email": {"letter", "desk"},
	"message": {"letter", "desk"}, "own": {"desk", "department"},
	"resident": {"resident"}, "patrol": {"patrol"}, "department": {"department"}, "system": {"system"},
}

// letIn reports whether a procedure is opened by way of channel.
func letIn(def *procedure.Definition, channel string) bool {
	return slices.ContainsFunc(openers[channel], func(by string) bool { return slices.Contains(def.Opened.By, by) })
}

// DeskChannels are the ways by which somebody reaches the desk with a matter of
// def; nil: of any kind.
func DeskChannels(def *procedure.Definition) (list []string) {
	for _, channel := range Channels {
		if channel != "own" && slices.Contains(openers[channel], "desk") && (def == nil || letIn(def, channel)) {
			list = append(list, channel)
		}
	}
	return list
}

// Longest texts of a case, in characters.
const (
	maxSubject = 60
	maxWords   = 20_000
)

// Open opens a case in a transaction of its own. See OpenIn.
func (s *Service) Open(ctx context.Context, actor auth.Actor, in Opening) (Case, error) {
	var c Case
	if in.Key != "" { // beside the writer, whom others wait for
		var err error
		if in.asked, err = digestOf(in); err != nil {
			return c, err
		}
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.OpenIn(ctx, tx, actor, in)
		return err
	})
	return c, err
}

// OpenIn opens a case in tx: number, first events, clocks, effects. With a Key
// that was used before it returns the case of that time (same request) or
// errs.Conflict (another request). Errors: Forbidden; NotFound for an unknown
// procedure or unit; Invalid with fields.
func (s *Service) OpenIn(ctx context.Context, tx *store.Tx, actor auth.Actor, in Opening) (Case, error) {
	return s.open(ctx, tx, actor, in, 0)
}

func (s *Service) open(ctx context.Context, tx *store.Tx, actor auth.Actor, in Opening, depth int) (Case, error) {
	if !mayOpen(actor, in) {
		return Case{}, forbidden(PermOpen)
	}
	request, asked := in, in.asked
	stamp, err := s.cfg.Handbook.Stamp(in.Project, in.Procedure)
	if err != nil {
		return Case{}, err
	}
	if err := clean(&in, stamp.Def, actor.IsSystem()); err != nil {
		return Case{}, err
	}
	at, err := when(tx, actor, in.At, time.Time{})
	if err != nil {
		return Case{}, err
	}
	if !in.Received.IsZero() {
		if in.Received, err = when(tx, actor, in.Received, time.Time{}); err != nil {
			return Case{}, err
		}
	}
	by := engineActor(actor, in.Project, in.By)
	id, command := tx.NewID(), tx.NewID()
	if in.Key != "" {
		if asked == nil {
			if asked, err = digestOf(request); err != nil {
				return Case{}, err
			}
		}
		used, err := claimKey(ctx, tx, in.Project, by.ID, in.Key, asked, id, command)
		if err != nil {
			return Case{}, err
		}
		if used.alreadyExists {
			return s.answerAgain(ctx, tx, used)
		}
	}
	c := Case{
		ID: id, Project: in.Project, Procedure: stamp.Def.Name, Channel: in.Channel, Subject: in.Subject, Words: in.Words,
		Unit: in.Unit, Place: in.Place, Customer: in.Customer, Caller: in.Caller, Phone: in.Phone,
		DefHash: stamp.Def.Hash, Figures: stamp.Figures.Hash, Calendar: stamp.Calendar.Hash, Parent: in.Parent,
	}
	if c.Unit != 0 && s.cfg.Units != nil {
		u, err := s.cfg.Units.Unit(ctx, tx, c.Project, c.Unit)
		if err != nil {
			return Case{}, err
		}
		c.Plate, c.Building = u.Plate, u.Building
	}
	if err := s.checkParent(ctx, tx, c); err != nil {
		return Case{}, err
	}
	if err := s.docs.save(ctx, tx, stamp); err != nil {
		return Case{}, err
	}
	if c.Number, err = s.numbers.take(ctx, tx, c.Project, stamp.Def.Number, at); err != nil {
		return Case{}, err
	}
	fields, err := through(in.Fields)
	if err != nil {
		return Case{}, err
	}
	env := engine.Env{Def: stamp.Def, Figures: stamp.Figures, Calendar: stamp.Calendar, Now: at}
	if env.Facts, err = s.readFacts(ctx, tx, c, stamp.Def, fields); err != nil {
		return Case{}, err
	}
	seal, err := newSeal()
	if err != nil {
		return Case{}, err
	}
	data, err := openingData(in, by, c, seal)
	if err != nil {
		return Case{}, err
	}
	cmd := engine.Command{Kind: engine.EvOpened, Actor: by, Fields: fields, Data: data}
	decision, err := engine.Decide(env, engine.State{}, nil, cmd)
	if err != nil {
		return Case{}, err
	}
	return s.record(ctx, tx, change{
		actor: actor, by: by, env: env, kept: keptCase{Case: c, head: genesis, seal: seal}, command: command,
		decision: decision, opened: true, depth: depth,
	})
}

// openingData is what the opening event says: who answers for the case, the
// versions it is pinned to, the digest of what was said.
func openingData(in Opening, by engine.Actor, c Case, seal string) (map[string]any, error) {
	owner := in.Owner
	if owner == 0 && by.ID > 0 {
		owner = by.ID
	}
	digest, err := intakeDigest(seal, c)
	data := map[string]any{
		"owner": owner, "channel": in.Channel, "definition": c.DefHash, "figures": c.Figures, "calendar": c.Calendar, "intake": digest,
	}
	if !in.Received.IsZero() {
		data["received"] = in.Received.Format(time.RFC3339Nano)
	}
	return data, err
}

// clean makes what was typed storable and reports every entry that is wrong.
func clean(in *Opening, def *procedure.Definition, system bool) error {
	var bad errs.Fields
	in.Words, in.Subject = text.Clean(in.Words), text.Clean(strings.ReplaceAll(in.Subject, "\n", " "))
	in.Place, in.Caller = text.Cut(text.Clean(in.Place), 200), text.Cut(text.Clean(in.Caller), 60)
	if len([]rune(in.Words)) > maxWords {
		bad.Add("words", "long", "原话最多 20,000 字，请分成几件或作为附件。", "At most 20,000 characters; split it or attach it.")
	}
	if in.Subject == "" {
		in.Subject, _, _ = strings.Cut(in.Words, "\n")
	}
	if in.Subject == "" {
		in.Subject = def.Title.ZH
	}
	in.Subject = text.Cut(in.Subject, maxSubject)
	in.Phone = text.Digits(in.Phone)
	if len(in.Phone) > 20 {
		bad.Add("phone", "long", "号码太长，只写一个号码。", "The number is too long; give a single one.")
	}
	if !slices.Contains(Channels, in.Channel) {
		bad.Add("channel", "unknown", "请选来自哪种渠道。", "Choose the channel it came by.")
	} else if !system && (in.Channel == "system" || !letIn(def, in.Channel)) {
		bad.Add("channel", "not_by", "「"+def.Title.ZH+"」不从这个渠道受理。", "This kind of case is not opened by that channel.")
	}
	if def.About.Unit == procedure.Required && in.Unit == 0 {
		bad.Add("unit", "required", "请选房屋：「"+def.Title.ZH+"」要知道是哪一户。", "Choose the unit: this kind of case needs one.")
	}
	if def.About.Customer == procedure.Required && in.Customer == 0 && in.Caller == "" {
		bad.Add("caller", "required", "请写下是谁提出的。", "Say whose request it is.")
	}
	if err := bad.Err("casefile.opening"); err != nil {
		return err
	}
	return nil
}

// checkParent refuses a parent of another project.
func (s *Service) checkParent(ctx context.Context, tx *store.Tx, c Case) error {
	if c.Parent == 0 {
		return nil
	}
	project, err := store.One(ctx, tx, store.Value[int64], "SELECT project_id FROM casefile_case WHERE id = ?", c.Parent)
	if err != nil {
		return orNotFound(err)
	}
	if project != c.Project {
		return notFound()
	}
	return nil
}

// readFacts asks the rooms for what the definition declares.
func (s *Service) readFacts(ctx context.Context, tx *store.Tx, c Case, def *procedure.Definition, fields map[string]any) (map[string]any, error) {
	if len(def.Facts) == 0 {
		return nil, nil
	}
	facts := map[string]any{}
	for _, name := range def.Facts {
		f, ok := s.facts[name]
		if !ok { // Ready said so at start
			continue
		}
		v, err := f.Read(ctx, tx, factInput(c, fields))
		if err != nil {
			return nil, err
		}
		if v != nil {
			facts[name] = v
		}
	}
	return through(facts)
}

// change is a decided command on its way into the database.
type change struct {
	actor    auth.Actor
	by       engine.Actor
	env      engine.Env
	kept     keptCase
	before   []engine.Event
	command  int64
	decision engine.Decision
	opened   bool
	depth    int // of cases that spawn cases
}

// record writes a decision: effects, events, the case, its clocks and indexed
// answers. The state kept is what the stored events fold to, so that a replay
// of the log gives the same.
func (s *Service) record(ctx context.Context, tx *store.Tx, ch change) (Case, error) {
	old := ch.kept.Case
	if len(ch.decision.Events) == 0 {
		return old, nil
	}
	number(ch.decision.Events, old.State.Version, ch.env.Now, ch.by)
	after := old
	after.State = ch.decision.State
	if err := s.actionsOf(ctx, tx, ch, after); err != nil {
		return Case{}, err
	}
	appended, head, err := appendEvents(ctx, tx, old.Project, old.ID, ch.command, ch.kept.head, ch.decision.Events)
	if err != nil {
		return Case{}, err
	}
	events := append(slices.Clip(ch.before), appended...)
	c := s.recompute(old, ch.env, events)
	if ch.opened {
		err = insertCase(ctx, tx, c, head, ch.kept.seal)
	} else {
		err = updateCase(ctx, tx, c, head)
	}
	if err != nil {
		return Case{}, err
	}
	if len(aboutOf(appended)) > 0 { // what was filed goes into the folder of the right unit
		if _, err := tx.Exec(ctx, "UPDATE casefile_filed SET unit_id = ? WHERE case_id = ?", c.Unit, c.ID); err != nil {
			return Case{}, err
		}
	}
	if err := writeClocks(ctx, tx, c, old.Clocks); err != nil {
		return Case{}, err
	}
	if err := writeFields(ctx, tx, c, indexed(ch.env.Def, old.State), indexed(ch.env.Def, c.State)); err != nil {
		return Case{}, err
	}
	if err := s.effects(ctx, tx, ch, c); err != nil {
		return Case{}, err
	}
	if err := s.wakeTimer(ctx, tx, c); err != nil {
		return Case{}, err
	}
	if err := s.toIndex(ctx, tx, c, appended); err != nil {
		return Case{}, err
	}
	for _, fn := range s.listeners {
		if err := fn(ctx, tx, Change{Case: c, Events: appended, Opened: ch.opened}); err != nil {
			return Case{}, err
		}
	}
	return c, nil
}

// recompute is c as events leave it.
func (s *Service) recompute(c Case, env engine.Env, events []engine.Event) Case {
	env.Facts = nil // the recorded ones are in the state
	c.State = engine.Fold(env.Def, events)
	c.Clocks = engine.Clocks(env, c.State, events)
	if len(events) > 0 {
		c.Changed = events[len(events)-1].At
	}
	return c
}

// wakeTimer sees to it that a level due before the timer's next turn fires in
// time.
func (s *Service) wakeTimer(ctx context.Context, tx *store.Tx, c Case) error {
	next := nextMoment(c)
	if next.IsZero() || next.After(tx.Now().Add(fireEvery)) || s.cfg.Queue == nil {
		return nil
	}
	return s.cfg.Queue.Enqueue(ctx, tx, jobs.Enqueue{Kind: fireKind, RunAt: next, Unique: "soon"})
}
