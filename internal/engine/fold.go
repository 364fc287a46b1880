package engine

import (
	"maps"
	"slices"
	"time"

	"guanjia/internal/procedure"
)

// Fold rebuilds a case from its events. It reads nothing else: the same log
// gives the same state on any day.
func Fold(def *procedure.Definition, events []Event) State {
	s := State{}.clone()
	for _, e := range events {
		apply(def, &s, e)
	}
	return s
}

// apply carries e into s, which must not share its maps.
func apply(def *procedure.Definition, s *State, e Event) {
	s.Version++
	for name, v := range e.Fields {
		if e.Kind != EvAmend {
			v = s.withPictures(def, name, v)
		}
		s.setField(def, name, v, e.Actor.ID)
	}
	if len(e.Facts) > 0 {
		if s.Facts == nil {
			s.Facts = map[string]any{}
		}
		maps.Copy(s.Facts, e.Facts)
	}
	switch e.Kind {
	case EvOpened:
		s.Status, s.OpenedAt = Open, e.At
		s.Owner = dataInt(e.Data, "owner")
		if got, ok := asTime(e.Data["received"]); ok && got.After(e.At) {
			s.Received = got
		}
	case EvDone:
		s.applyDone(def, e)
	case EvPause:
		until, _ := asTime(e.Data["until"])
		s.Pause = &Pause{Reason: dataString(e.Data, "reason"), Note: dataString(e.Data, "note"), Since: e.At, Until: until, WaitFor: dataString(e.Data, "wait_for")}
		s.Pauses++
	case EvResume:
		s.Pause = nil
	case EvAssign:
		s.Assignee, s.Team = dataInt(e.Data, "account"), dataString(e.Data, "team")
	case EvOwner:
		s.applyOwner(e)
	case EvPaper:
		if s.Papers == nil {
			s.Papers = map[string]bool{}
		}
		s.Papers[dataString(e.Data, "name")] = true
	case EvJump:
		s.Jumps++
	case EvCancel:
		s.end(Cancelled, e.At)
	case EvMerge:
		if dataInt(e.Data, "into") != 0 {
			s.end(Merged, e.At)
		}
	case EvReopen:
		s.Status, s.EndedAt = Open, time.Time{}
	}
	if slices.Contains(e.Names, Reopened) {
		s.Reopened++
	}
	if e.Go != "" {
		s.enter(e.Go, s.notBefore(e.At))
		s.askAnew(def, def.Step(e.Go))
	}
}

// askAnew: a step done before asks again what it needs to know. The time of the
// next word that has passed is no time of the next word, the findings of the
// first look are not those of the second.
func (s *State) askAnew(def *procedure.Definition, st *procedure.Step) {
	s.Stale = nil
	if st == nil {
		return
	}
	if _, before := s.DoneBy[st.Name]; !before {
		return
	}
	for _, name := range st.Asks {
		f := def.Field(name)
		if _, there := s.Fields[name]; f == nil || !f.Required || !there {
			continue
		}
		if s.Stale == nil {
			s.Stale = map[string]bool{}
		}
		s.Stale[name] = true
		if f.Reasoned() {
			s.Stale[name+reasonSuffix] = true
		}
	}
}

// Known are the answers that a form of the current step may begin with: all but
// those it must be given anew.
func (s State) Known() map[string]any {
	out := make(map[string]any, len(s.Fields))
	for name, v := range s.Fields {
		if !s.Stale[name] {
			out[name] = v
		}
	}
	return out
}

// withPictures adds the pictures of an answer to those given before: what the
// customer sent with the report is not replaced by what the technician took
// (REP-14). Only a correction sets the list anew.
func (s *State) withPictures(def *procedure.Definition, name string, v any) any {
	have, _ := s.Fields[name].([]string)
	f := def.Field(name)
	if f == nil || f.Type != procedure.TypePhoto || v == nil || len(have) == 0 {
		return v
	}
	stored, bad := normal(f, nil, nil, v)
	more, ok := stored.([]string)
	if bad != nil || !ok {
		return v
	}
	return JoinPictures(have, more)
}

// JoinPictures are the pictures there with those of more that are new.
func JoinPictures(have, more []string) []string {
	all := slices.Clone(have)
	for _, ref := range more {
		if !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	return all
}

func (s *State) setField(def *procedure.Definition, name string, v any, by int64) {
	if s.Fields == nil {
		s.Fields = map[string]any{}
	}
	f, _ := answerField(def, name)
	delete(s.Stale, name)
	if v == nil {
		delete(s.Fields, name)
		return
	}
	if f != nil {
		if stored, bad := normal(f, nil, nil, v); bad == nil {
			v = stored
		}
		if holdsMoney(f) {
			if s.AskedBy == nil {
				s.AskedBy = map[string]int64{}
			}
			s.AskedBy[name] = by
		}
	}
	s.Fields[name] = v
}

func (s *State) applyDone(def *procedure.Definition, e Event) {
	if s.DoneBy == nil {
		s.DoneBy = map[string]int64{}
	}
	s.DoneBy[e.Step] = e.Actor.ID
	if by := dataInt(e.Data, takes); by != 0 {
		s.Assignee = by
	}
	st := def.Step(e.Step)
	if st == nil {
		return
	}
	switch {
	case st.Do == procedure.KindDispatch:
		s.Assignee, s.Team = dataInt(e.Data, "account"), dataString(e.Data, "team")
	case st.Do == procedure.KindAccept && e.Outcome == "declined":
		s.Assignee = 0
	case st.Do == procedure.KindAccept && dataInt(e.Data, "account") != 0:
		s.Assignee = dataInt(e.Data, "account")
	case st.Do == procedure.KindClose:
		s.end(Closed, e.At)
	}
}

func (s *State) applyOwner(e Event) {
	switch to := dataInt(e.Data, "account"); {
	case e.Data["accepted"] == true:
		s.Owner, s.Offered = to, 0
	case e.Data["declined"] == true:
		s.Offered = 0
	default:
		s.Offered = to
	}
}

func (s *State) end(status Status, at time.Time) {
	s.Status, s.EndedAt, s.Step, s.Pause, s.Offered, s.Stale = status, at, "", nil, 0, nil
	s.Since = at
}

func (s *State) enter(step string, at time.Time) {
	s.Step, s.Since = step, at
	if s.Visits == nil {
		s.Visits = map[string]int{}
	}
	s.Visits[step]++
}
