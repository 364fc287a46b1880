package casefile

import (
	"context"

	"guanjia/internal/auth"
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// AddPictures adds pictures to a field of a case besides its steps, by a
// correction whose reason is in in.Command.Data. Those that are there already
// are left: a form sent twice changes nothing. ok is false for a case that has
// no such field or has ended; nothing is done then.
func (s *Service) AddPictures(ctx context.Context, tx *store.Tx, actor auth.Actor, in Doing, field string, refs []string) (ok bool, err error) {
	kept, err := lockCase(ctx, tx, in.Case)
	if err != nil {
		return false, err
	}
	env, err := s.Versions(ctx, tx, kept.Case)
	if err != nil {
		return false, err
	}
	if f := env.Def.Field(field); f == nil || f.Type != procedure.TypePhoto || kept.State.Status != engine.Open {
		return false, nil
	}
	have, _ := kept.State.Fields[field].([]string)
	all := engine.JoinPictures(have, refs)
	if len(all) == len(have) {
		return true, nil
	}
	in.Command.Kind, in.Command.Fields = engine.EvAmend, map[string]any{field: all}
	_, err = s.doOn(ctx, tx, actor, kept, in)
	return true, err
}
