package api

import (
	"context"
	"maps"
	"net/http"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Register is a list the centre keeps, as a definition.
type Register struct {
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Rule   string  `json:"rule,omitempty"`
	Fields []Field `json:"fields"`
	States []Word  `json:"states"`
	Moves  []Move  `json:"moves"`
}

// Field is one column of a register.
type Field struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Kind     string `json:"kind"`
	Required bool   `json:"required"`
	Choices  []Word `json:"choices,omitempty"`
}

// Word is a word of a closed list.
type Word struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Move is what can happen to an entry as a whole.
type Move struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	From   []string `json:"from,omitempty"`
	To     string   `json:"to"`
	Holder bool     `json:"holder"`
	Due    bool     `json:"due"`
	Note   bool     `json:"note"`
}

// RegisterEntry is one line of a register. Fields are as a form takes them;
// phones are masked.
type RegisterEntry struct {
	ID       ID                `json:"id"`
	Register string            `json:"register"`
	Label    string            `json:"label"`
	Unit     ID                `json:"unit"`
	Person   ID                `json:"person"`
	State    string            `json:"state"`
	Holder   string            `json:"holder,omitempty"`
	Due      string            `json:"due,omitempty"`
	Late     bool              `json:"late"`
	Version  int64             `json:"version"`
	Fields   map[string]string `json:"fields"`
}

// RegisterEntryView is an entry with what happened to it, newest first.
type RegisterEntryView struct {
	RegisterEntry
	Events []RegisterEvent `json:"events"`
}

// RegisterEvent is one thing that happened to an entry.
type RegisterEvent struct {
	Action string    `json:"action"`
	State  string    `json:"state"`
	Holder string    `json:"holder,omitempty"`
	Due    string    `json:"due,omitempty"`
	Note   string    `json:"note,omitempty"`
	Before string    `json:"before,omitempty"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
}

// RegisterPage is one page of a register, in the order of its labels.
type RegisterPage struct {
	Entries []RegisterEntry `json:"entries"`
	Next    string          `json:"next,omitempty"`
	Total   int             `json:"total"`
}

// EntryFields is what is written into an entry. When one is changed, fields
// that are absent stay and Version is the one that was seen.
type EntryFields struct {
	Version int64             `json:"version,omitempty"`
	Fields  map[string]string `json:"fields"`
}

// Moving is one move of an entry.
type Moving struct {
	Version int64  `json:"version,omitempty"`
	Move    string `json:"move"`
	Holder  string `json:"holder,omitempty"`
	Due     string `json:"due,omitempty"`
	Note    string `json:"note,omitempty"`
}

type entriesIn struct {
	Register string `path:"register"`
	State    string `query:"state"`
	Late     bool   `query:"late"`
	Text     string `query:"text"`
	After    string `query:"after"`
	Limit    int    `query:"limit"`
}

type entryIn struct {
	Register string `path:"register"`
	ID       int64  `path:"id"`
}

type newEntryIn struct {
	Register string `path:"register"`
	Body     EntryFields
}

type saveEntryIn struct {
	Register string `path:"register"`
	ID       int64  `path:"id"`
	Body     EntryFields
}

type moveEntryIn struct {
	Register string `path:"register"`
	ID       int64  `path:"id"`
	Body     Moving
}

func (s *Service) registerOperations() []operation {
	const entries = inProject + "/registers/{register}/entries"
	return []operation{
		call("listRegisters", http.MethodGet, inProject+"/registers", estate.PermView, "registers", "The registers with their fields, states and moves", http.StatusOK, s.registers),
		call("listEntries", http.MethodGet, entries, estate.PermView, "registers", "List a register, page by page", http.StatusOK, s.entries),
		call("getEntry", http.MethodGet, entries+"/{id}", estate.PermView, "registers", "One entry with what happened to it", http.StatusOK, s.entry),
		call("createEntry", http.MethodPost, entries, estate.PermRegister, "registers", "Make an entry", http.StatusCreated, s.createEntry),
		call("saveEntry", http.MethodPatch, entries+"/{id}", estate.PermRegister, "registers", "Change an entry; fields that are absent stay", http.StatusOK, s.saveEntry),
		call("moveEntry", http.MethodPost, entries+"/{id}/moves", estate.PermRegister, "registers", "Lend, take back, report lost …", http.StatusOK, s.moveEntry),
	}
}

func wordsOf(lang text.Lang, list estate.Choices) []Word {
	out := make([]Word, 0, len(list))
	for _, c := range list {
		out = append(out, Word{Name: c.Code, Title: c.In(lang)})
	}
	return out
}

func (s *Service) registers(ctx context.Context, _ struct{}) ([]Register, error) {
	lang := text.LangOf(ctx)
	out := make([]Register, 0, len(estate.Registers))
	for _, r := range estate.Registers {
		x := Register{Name: r.Name, Title: r.Title.In(lang), Rule: r.Rule, States: wordsOf(lang, r.States), Fields: []Field{}, Moves: []Move{}}
		for _, f := range r.Fields {
			x.Fields = append(x.Fields, Field{Name: f.Name, Title: f.Title.In(lang), Kind: string(f.Kind), Required: f.Required, Choices: wordsOf(lang, f.Choices)})
		}
		for _, m := range r.Moves {
			x.Moves = append(x.Moves, Move{Name: m.Name, Title: m.Title.In(lang), From: m.From, To: m.To, Holder: !m.Holder.IsZero(), Due: !m.Due.IsZero(), Note: m.Note})
		}
		out = append(out, x)
	}
	return out, nil
}

func entryOf(e estate.Entry, day string) RegisterEntry {
	r, _ := estate.RegisterNamed(e.Register)
	fields := map[string]string{}
	for _, f := range r.Fields {
		v := e.Value(f.Name)
		if f.Kind == estate.Dial {
			v = phone.Mask(v)
		}
		if v != "" {
			fields[f.Name] = v
		}
	}
	return RegisterEntry{
		ID: ID(e.ID), Register: e.Register, Label: e.Label, Unit: ID(e.Unit), Person: ID(e.Person), State: e.State, Holder: e.Holder, Due: e.Due,
		Late: e.Late(r, day), Version: e.Version, Fields: fields,
	}
}

func (s *Service) entries(ctx context.Context, in entriesIn) (RegisterPage, error) {
	out := RegisterPage{Entries: []RegisterEntry{}}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := s.estate.ListEntries(ctx, tx, estate.EntryFilter{
			Project: projectOf(ctx), Register: in.Register, State: in.State, Late: in.Late, Text: in.Text, After: in.After, Limit: bounded(in.Limit),
		})
		for _, e := range p.Rows {
			out.Entries = append(out.Entries, entryOf(e, p.Day))
		}
		out.Next, out.Total = p.Next, p.Total
		return err
	})
	return out, err
}

// bounded is how many rows a page holds: 50, at most 200.
func bounded(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 200)
}

// entryOf reads an entry of that register; NotFound in any other.
func (s *Service) entryOf(ctx context.Context, tx *store.Tx, in entryIn) (estate.Entry, error) {
	e, err := s.estate.Entry(ctx, tx, projectOf(ctx), in.ID)
	if err == nil && e.Register != in.Register {
		return e, errs.New(errs.NotFound, "estate.entry.none", "这张登记表里没有这一条。", "This register has no such entry.")
	}
	return e, err
}

func (s *Service) entry(ctx context.Context, in entryIn) (RegisterEntryView, error) {
	out := RegisterEntryView{Events: []RegisterEvent{}}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		e, err := s.entryOf(ctx, tx, in)
		if err != nil {
			return err
		}
		out.RegisterEntry = entryOf(e, dayOf(tx))
		list, err := s.estate.EntryEvents(ctx, tx, projectOf(ctx), in.ID)
		for _, x := range list {
			out.Events = append(out.Events, RegisterEvent{Action: x.Action, State: x.State, Holder: x.Holder, Due: x.Due, Note: x.Note, Before: x.Before, Actor: x.Actor, At: x.At})
		}
		return err
	})
	return out, err
}

func (s *Service) createEntry(ctx context.Context, in newEntryIn) (RegisterEntry, error) {
	e, err := s.estate.SaveEntry(ctx, actorOf(ctx), estate.Entry{Project: projectOf(ctx), Register: in.Register}, in.Body.Fields)
	return entryOf(e, ""), err
}

func (s *Service) saveEntry(ctx context.Context, in saveEntryIn) (RegisterEntry, error) {
	var e estate.Entry
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		e, err = s.entryOf(ctx, tx, entryIn{in.Register, in.ID})
		return err
	})
	if err != nil {
		return RegisterEntry{}, err
	}
	fields := e.Typed()
	maps.Copy(fields, in.Body.Fields)
	e.Version = in.Body.Version
	e, err = s.estate.SaveEntry(ctx, actorOf(ctx), e, fields)
	return entryOf(e, ""), err
}

func (s *Service) moveEntry(ctx context.Context, in moveEntryIn) (RegisterEntry, error) {
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := s.entryOf(ctx, tx, entryIn{in.Register, in.ID})
		return err
	})
	if err != nil {
		return RegisterEntry{}, err
	}
	b := in.Body
	e, err := s.estate.MoveEntry(ctx, actorOf(ctx), projectOf(ctx), in.ID, estate.Moving{Move: b.Move, Version: b.Version, Holder: b.Holder, Due: b.Due, Note: b.Note})
	return entryOf(e, ""), err
}
