package casefile

import (
	"context"
	"maps"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/module"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Do carries out a command in a transaction of its own. See DoIn.
func (s *Service) Do(ctx context.Context, actor auth.Actor, in Doing) (Case, error) {
	var c Case
	err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.DoIn(ctx, tx, actor, in)
		return err
	})
	return c, err
}

// DoIn carries out a command in tx. Errors: NotFound; Forbidden; Conflict when
// the person saw an older version (who changed what is in the message) or the
// key was used for another request; what the engine refuses.
func (s *Service) DoIn(ctx context.Context, tx *store.Tx, actor auth.Actor, in Doing) (Case, error) {
	kept, err := lockCase(ctx, tx, in.Case)
	if err != nil {
		return Case{}, err
	}
	return s.doOn(ctx, tx, actor, kept, in)
}

// doOn is DoIn for a case that is read and locked.
func (s *Service) doOn(ctx context.Context, tx *store.Tx, actor auth.Actor, kept keptCase, in Doing) (Case, error) {
	c := kept.Case
	env, err := s.env(ctx, tx, c)
	if err != nil {
		return Case{}, err
	}
	if perm := permissionFor(actor, env.Def, c, in.Command); !sees(actor, c) && !turn(actor, env.Def, c) || !mayDo(actor, c, perm) {
		return Case{}, forbidden(perm)
	}
	by := engineActor(actor, c.Project, in.Actor)
	command := tx.NewID()
	if in.Key != "" {
		request := in
		request.Actor = engine.Actor{}
		asked, err := digestOf(request)
		if err != nil {
			return Case{}, err
		}
		used, err := claimKey(ctx, tx, c.Project, by.ID, in.Key, asked, c.ID, command)
		if err != nil {
			return Case{}, err
		}
		if used.alreadyExists {
			return s.answerAgain(ctx, tx, used)
		}
	}
	events, err := readEvents(ctx, tx, c.ID)
	if err != nil {
		return Case{}, err
	}
	if Erased(events) {
		return Case{}, erasedConflict()
	}
	if in.Version != 0 && in.Version != c.State.Version {
		return Case{}, stale(env, in.Version, events)
	}
	if env.Now, err = when(tx, actor, in.At, c.Changed); err != nil {
		return Case{}, err
	}
	cmd := in.Command
	cmd.Actor = by
	if cmd.Fields, err = through(cmd.Fields); err != nil {
		return Case{}, err
	}
	if cmd.Data, err = through(cmd.Data); err != nil {
		return Case{}, err
	}
	if cmd.Kind == engine.EvAbout {
		if c, cmd.Data, err = s.setAbout(ctx, tx, c, events, cmd.Data); err != nil {
			return Case{}, err
		}
		kept.Case = c
	}
	state := engine.Fold(env.Def, events)
	if decides(cmd.Kind) && len(env.Def.Facts) > 0 {
		all := map[string]any{}
		maps.Copy(all, state.Fields)
		maps.Copy(all, cmd.Fields)
		if env.Facts, err = s.readFacts(ctx, tx, c, env.Def, all); err != nil {
			return Case{}, err
		}
	}
	decision, err := engine.Decide(env, state, events, cmd)
	if err != nil {
		return Case{}, err
	}
	return s.record(ctx, tx, change{
		actor: actor, by: by, env: env, kept: kept, before: events, command: command, decision: decision,
	})
}

// decides reports whether a command of this kind reads conditions, so that
// facts are read anew.
func decides(k engine.EventKind) bool {
	switch k {
	case engine.EvDone, engine.EvJump, engine.EvExternal, engine.EvReopen, engine.EvAmend, engine.EvAbout:
		return true
	default:
		return false
	}
}

// env is what c was stamped with, at the time of tx.
func (s *Service) env(ctx context.Context, tx *store.Tx, c Case) (engine.Env, error) {
	env := engine.Env{Now: tx.Now()}
	var err error
	if env.Def, err = s.docs.definition(ctx, tx, c.DefHash); err != nil {
		return env, err
	}
	if env.Figures, err = s.docs.figuresOf(ctx, tx, c.Figures); err != nil {
		return env, err
	}
	env.Calendar, err = s.docs.calendar(ctx, tx, c.Calendar)
	return env, err
}

func factInput(c Case, fields map[string]any) module.FactInput {
	return module.FactInput{Project: c.Project, Unit: c.Unit, Customer: c.Customer, Case: c.ID, Fields: fields}
}

// stale tells who changed what since the version that the person saw.
func stale(env engine.Env, seen int, events []engine.Event) error {
	var zh, en string
	shown := 0
	for _, e := range events {
		if e.Seq <= seen || e.Kind == engine.EvLevel {
			continue
		}
		if shown == 3 {
			zh, en = zh+" 等", en+" and more"
			break
		}
		if shown > 0 {
			zh, en = zh+"；", en+"; "
		}
		what := describe(env.Def, e)
		name := e.Actor.Name
		if name == "" {
			name = "系统"
		}
		zh += name + " " + e.At.Format("15:04") + " " + what.ZH
		en += name + " at " + e.At.Format("15:04") + " " + what.In(text.EN)
		shown++
	}
	if shown == 0 {
		zh, en = "时限到了一级", "a time limit reached a level"
	}
	return errs.Newf(errs.Conflict, CodeStale,
		"您打开之后，这个事项有了变化：%[1]s。这一次没有保存，您填的内容还在，看过变化再提交。",
		"This case changed after you opened it: %[2]s. Nothing was saved; what you typed is kept. Look at the change, then submit again.", zh, en)
}

// CodeStale is the code of the Conflict for an older version.
const CodeStale = "casefile.case.stale"
