package api

import (
	"context"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
)

func (s *Service) do(ctx context.Context, in doIn) (Case, error) {
	id, err := s.find(ctx, in.Number)
	if err != nil {
		return Case{}, err
	}
	data := map[string]any{}
	if in.Body.Assignee != 0 {
		data["account"] = int64(in.Body.Assignee)
	}
	if in.Body.Team != "" {
		data["team"] = in.Body.Team
	}
	c, err := s.cases.Do(ctx, actorOf(ctx), casefile.Doing{Case: id, Version: in.Body.Version, Key: in.Key, Command: engine.Command{
		Kind: engine.EvDone, Step: in.Body.Step, Outcome: in.Body.Outcome, Fields: in.Body.Fields, Data: data,
	}})
	return caseOf(ctx, c), err
}

// action is what can be done with a case besides its steps.
type action struct {
	word, operation, summary string
	kind                     engine.EventKind
}

var actions = []action{
	{"note", "noteCase", "Add a note (text)", engine.EvNote},
	{"told", "toldCustomer", "Record that the customer was told (text, by)", engine.EvTold},
	{"promise", "promiseCustomer", "Promise the customer something (text, until)", engine.EvPromise},
	{"pause", "pauseCase", "Pause (reason: a word of the figures, text, until)", engine.EvPause},
	{"resume", "resumeCase", "Go on after a pause (reason)", engine.EvResume},
	{"assign", "assignCase", "Give the work to an account or a team (assignee or team, reason)", engine.EvAssign},
	{"about", "setCaseAbout", "Set or correct which unit the case is of and whose it is (unit, customer; reason where something stood)", engine.EvAbout},
	{"amend", "correctCase", "Correct answers that were given (fields, reason)", engine.EvAmend},
	{"jump", "moveCase", "Move to a step by hand (step, reason)", engine.EvJump},
	{"cancel", "cancelCase", "Cancel (reason)", engine.EvCancel},
	{"reopen", "reopenCase", "Open an ended case again (reason)", engine.EvReopen},
}

func (s *Service) act(ctx context.Context, a action, in actIn) (Case, error) {
	id, err := s.find(ctx, in.Number)
	if err != nil {
		return Case{}, err
	}
	b, data := in.Body, map[string]any{}
	if a.kind != engine.EvAmend {
		b.Fields = nil
	}
	set := func(key, value string) {
		if value != "" {
			data[key] = value
		}
	}
	set("team", b.Team)
	set("to", b.Step)
	set("reason", b.Reason)
	switch a.kind {
	case engine.EvPause:
		set("note", b.Text)
	case engine.EvTold:
		set("text", b.Text)
		data["by"] = "call"
		set("by", b.By)
	default:
		set("text", b.Text)
	}
	if b.Assignee != 0 {
		data["account"] = int64(b.Assignee)
	}
	for key, id := range map[string]*ID{"unit": b.Unit, "customer": b.Customer} {
		if id != nil {
			data[key] = int64(*id)
		}
	}
	if b.Until != nil {
		key := "until"
		if a.kind == engine.EvPromise {
			key = "due"
		}
		data[key] = b.Until.Format(time.RFC3339)
	}
	c, err := s.cases.Do(ctx, actorOf(ctx), casefile.Doing{Case: id, Version: b.Version, Key: in.Key, Command: engine.Command{Kind: a.kind, Fields: b.Fields, Data: data}})
	return caseOf(ctx, c), err
}

func (s *Service) merge(ctx context.Context, in mergeIn) (Case, error) {
	from, err := s.find(ctx, in.Number)
	if err != nil {
		return Case{}, err
	}
	into, err := s.find(ctx, in.Body.Into)
	if err != nil {
		return Case{}, err
	}
	c, err := s.cases.Merge(ctx, actorOf(ctx), casefile.Merging{From: from, Into: into, Version: in.Body.Version, Reason: in.Body.Reason, Key: in.Key})
	return caseOf(ctx, c), err
}

// erase takes people's words out of an ended case (LAW-03).
func (s *Service) erase(ctx context.Context, in eraseIn) (Case, error) {
	id, err := s.find(ctx, in.Number)
	if err != nil {
		return Case{}, err
	}
	c, err := s.cases.Erase(ctx, actorOf(ctx), casefile.Erasing{Case: id, Version: in.Body.Version, Reason: in.Body.Reason})
	return caseOf(ctx, c), err
}
