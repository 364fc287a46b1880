package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/store"
)

// Intake is what the desk's form sends off: a case, and in the same breath its
// dispatch, a promise and the end of the call it came by.
type Intake struct {
	Kind     string         `json:"kind"`
	Channel  string         `json:"channel"`
	Words    string         `json:"words"`
	Unit     ID             `json:"unit,omitempty"`
	Place    string         `json:"place,omitempty"`
	Person   ID             `json:"person,omitempty"`
	Caller   string         `json:"caller,omitempty"`
	Phone    string         `json:"phone,omitempty"`
	Fields   map[string]any `json:"fields,omitempty"`
	Rework   ID             `json:"rework,omitempty"`
	Call     ID             `json:"call,omitempty"`
	Send     bool           `json:"send,omitempty"`
	Team     string         `json:"team,omitempty"`
	Assignee ID             `json:"assignee,omitempty"`
	Promise  string         `json:"promise,omitempty"`
	By       *time.Time     `json:"by,omitempty"`
}

// CallPage is one page of calls, newest first.
type CallPage struct {
	Calls []Call `json:"calls"`
	Next  string `json:"next,omitempty"`
}

// CallDay is one day of the hotline (DSK-02).
type CallDay struct {
	Day      string `json:"day"`
	Calls    int    `json:"calls"`
	InThree  int    `json:"in_three"`
	Answered int    `json:"answered"`
	Missed   int    `json:"missed"`
	Promised int    `json:"promised"`
	Kept     int    `json:"kept"`
}

// Settling says what became of a call.
type Settling struct {
	Outcome string `json:"outcome"`
	Note    string `json:"note,omitempty"`
	Case    ID     `json:"case,omitempty"`
}

// Naming says who is behind a call.
type Naming struct {
	Person ID `json:"person"`
	Unit   ID `json:"unit"`
}

// Promise is a word given to a customer with a time (DSK-06).
type Promise struct {
	ID     ID         `json:"id"`
	Case   ID         `json:"case"`
	Unit   ID         `json:"unit"`
	Person ID         `json:"person"`
	Words  string     `json:"words"`
	Due    time.Time  `json:"due"`
	Owner  ID         `json:"owner"`
	MadeAt time.Time  `json:"made_at"`
	KeptAt *time.Time `json:"kept_at,omitempty"`
	Result string     `json:"result,omitempty"`
}

// NewPromise is a promise to be made; one about a case belongs to it.
type NewPromise struct {
	Case   ID        `json:"case,omitempty"`
	Unit   ID        `json:"unit,omitempty"`
	Person ID        `json:"person,omitempty"`
	Words  string    `json:"words"`
	Due    time.Time `json:"due"`
}

// Keeping says what the customer was told.
type Keeping struct {
	Result string `json:"result"`
}

// Alarm is words of danger that nobody has taken over yet.
type Alarm struct {
	ID       ID        `json:"id"`
	Danger   string    `json:"danger"`
	Words    string    `json:"words"`
	Unit     ID        `json:"unit"`
	Case     ID        `json:"case"`
	RaisedAt time.Time `json:"raised_at"`
}

// JournalEntry is a free entry of the desk's journal (DSK-08).
type JournalEntry struct {
	ID    ID        `json:"id"`
	Sort  string    `json:"sort"`
	About time.Time `json:"about"`
	Of    ID        `json:"of"`
	Unit  ID        `json:"unit"`
	Case  ID        `json:"case"`
	Words string    `json:"words"`
	By    ID        `json:"by"`
	At    time.Time `json:"at"`
}

// NewEntry is an entry to be written: note, item, correction or done.
type NewEntry struct {
	Sort  string     `json:"sort"`
	Words string     `json:"words"`
	About *time.Time `json:"about,omitempty"`
	Of    ID         `json:"of,omitempty"`
	Unit  ID         `json:"unit,omitempty"`
}

// Kind is a kind of case.
type Kind struct {
	Kind string `json:"kind"`
}

// Journal is what the desk recorded between two instants.
type Journal struct {
	Entries  []JournalEntry `json:"entries"`
	Calls    []Call         `json:"calls"`
	Promises []Promise      `json:"promises"`
	Alarms   []Alarm        `json:"alarms"`
}

// Joining adds what somebody says to a case that is there.
type Joining struct {
	Words string `json:"words"`
	Call  ID     `json:"call,omitempty"`
}

type intakeIn struct {
	Key  string `header:"Idempotency-Key"`
	Body Intake
}

type callsIn struct {
	After string `query:"after"`
	Limit int    `query:"limit"`
}

type spanIn struct {
	From time.Time `query:"from"`
	To   time.Time `query:"to"`
}

type settleIn struct {
	ID   int64 `path:"id"`
	Body Settling
}

type namingIn struct {
	ID   int64 `path:"id"`
	Body Naming
}

type promisesIn struct {
	Owner int64 `query:"owner"`
	Unit  int64 `query:"unit"`
	Limit int   `query:"limit"`
}

type newPromiseIn struct {
	Body NewPromise
}

type keepIn struct {
	ID   int64 `path:"id"`
	Body Keeping
}

type newJournalIn struct {
	Body NewEntry
}

type turnIn struct {
	ID   int64 `path:"id"`
	Body Kind
}

type joinIn struct {
	Number string `path:"number"`
	Body   Joining
}

func (s *Service) deskOperations() []operation {
	return []operation{
		call("takeIn", http.MethodPost, inProject+"/intakes", desk.PermDesk, "desk", "Take a matter in as the desk does: case, dispatch, promise, end of the call", http.StatusCreated, s.takeIn),
		call("joinCase", http.MethodPost, inProject+"/cases/{number}/join", desk.PermDesk, "desk", "Add what the customer says now to a case that is there", http.StatusOK, s.join),
		call("listCalls", http.MethodGet, inProject+"/calls", desk.PermSee, "desk", "List calls, newest first, page by page", http.StatusOK, s.calls),
		call("countCalls", http.MethodGet, inProject+"/calls/days", desk.PermSee, "desk", "Count calls and promises by day (from, to; a year at most)", http.StatusOK, s.callDays),
		call("settleCall", http.MethodPost, inProject+"/calls/{id}/settle", desk.PermDesk, "desk", "Say what became of a call", http.StatusNoContent, s.settle),
		call("nameCaller", http.MethodPost, inProject+"/calls/{id}/caller", desk.PermDesk, "desk", "Say who is calling", http.StatusNoContent, s.nameCaller),
		call("listPromises", http.MethodGet, inProject+"/promises", desk.PermSee, "desk", "Open promises, soonest due first, at most 200", http.StatusOK, s.promises),
		call("makePromise", http.MethodPost, inProject+"/promises", desk.PermDesk, "desk", "Promise a customer something", http.StatusCreated, s.makePromise),
		call("keepPromise", http.MethodPost, inProject+"/promises/{id}/keep", desk.PermDesk, "desk", "Record that the customer was told", http.StatusNoContent, s.keepPromise),
		call("listAlarms", http.MethodGet, inProject+"/alarms", desk.PermSee, "desk", "Words of danger that nobody has taken over yet", http.StatusOK, s.alarms),
		call("getJournal", http.MethodGet, inProject+"/journal", desk.PermSee, "desk", "What the desk recorded (from, to; the last 24 hours without)", http.StatusOK, s.journal),
		call("writeEntry", http.MethodPost, inProject+"/journal", desk.PermDesk, "desk", "Write into the journal", http.StatusCreated, s.writeEntry),
		call("openCaseOfEntry", http.MethodPost, inProject+"/journal/{id}/case", desk.PermDesk, "desk", "Make a case of an item of the journal", http.StatusCreated, s.turn),
		call("listDuplicates", http.MethodGet, inProject+"/duplicates", casefile.PermMerge, "desk", "Groups of open cases that are probably one matter, the earliest first", http.StatusOK, s.duplicates),
		call("unmergeCase", http.MethodPost, inProject+"/cases/{number}/unmerge", casefile.PermMerge, "desk", "Take a merging back within 30 days", http.StatusOK, s.unmerge),
	}
}

func (s *Service) takeIn(ctx context.Context, in intakeIn) (Opened, error) {
	b := in.Body
	x := desk.Intake{
		Project: projectOf(ctx), Call: int64(b.Call), Kind: b.Kind, Channel: b.Channel, Unit: int64(b.Unit), Place: b.Place, Person: int64(b.Person),
		Caller: b.Caller, Phone: b.Phone, Words: b.Words, Fields: b.Fields, Rework: int64(b.Rework), Send: b.Send, Team: b.Team,
		Assignee: int64(b.Assignee), Promise: b.Promise, Key: in.Key,
	}
	if b.By != nil {
		x.By = *b.By
	}
	c, err := s.desk.Take(ctx, actorOf(ctx), x)
	if err != nil {
		return Opened{}, err
	}
	return Opened{Case: caseOf(ctx, c), Dangers: append([]Danger{}, s.opt.Dangers(ctx, b.Words)...)}, nil
}

func (s *Service) join(ctx context.Context, in joinIn) (Case, error) {
	id, err := s.find(ctx, in.Number)
	if err != nil {
		return Case{}, err
	}
	c, err := s.desk.Join(ctx, actorOf(ctx), desk.Joining{Project: projectOf(ctx), Case: id, Call: int64(in.Body.Call), Words: in.Body.Words})
	return caseOf(ctx, c), err
}

// calls pages by the instant of the ring and the call's id.
func (s *Service) calls(ctx context.Context, in callsIn) (CallPage, error) {
	out := CallPage{Calls: []Call{}}
	var before desk.CallMark
	if in.After != "" {
		at, id, ok := strings.Cut(in.After, "-")
		micros, err1 := strconv.ParseInt(at, 10, 64)
		n, err2 := strconv.ParseInt(id, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return out, errs.New(errs.Invalid, "api.parameters", "翻页位置看不懂。", "The cursor is not understood.").Field("after", "form", "用上一页给的 next", "use the next of the page before")
		}
		before = desk.CallMark{At: store.Time(micros), ID: n}
	}
	limit := bounded(in.Limit)
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.desk.CallsBefore(ctx, tx, projectOf(ctx), before, limit+1)
		if len(list) > limit {
			list = list[:limit]
			out.Next = strconv.FormatInt(store.Micros(list[limit-1].RingAt), 10) + "-" + strconv.FormatInt(list[limit-1].ID, 10)
		}
		out.Calls = callsOf(list)
		return err
	})
	return out, err
}

func callsOf(list []desk.Call) []Call {
	out := make([]Call, 0, len(list))
	for _, c := range list {
		out = append(out, callOf(c))
	}
	return out
}

func callOf(c desk.Call) Call {
	return Call{
		ID: ID(c.ID), Call: c.External, State: string(c.State), Number: phone.Mask(c.Number), Line: c.Line, Rings: c.Rings, RingAt: c.RingAt,
		Answered: when(c.AnsweredAt), Ended: when(c.EndedAt), Person: ID(c.Person), Unit: ID(c.Unit), Case: ID(c.Case), Outcome: c.Outcome,
	}
}

// span is the time asked about; the last day when nothing is said.
func (in spanIn) span(tx *store.Tx) (from, to time.Time) {
	from, to = in.From, in.To
	if to.IsZero() {
		to = tx.Now().Add(time.Second)
	}
	if from.IsZero() {
		from = to.Add(-24 * time.Hour)
	}
	return from, to
}

func (s *Service) callDays(ctx context.Context, in spanIn) ([]CallDay, error) {
	out := []CallDay{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		from, to := in.span(tx)
		from = from.In(calendar.Zone)
		from = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, calendar.Zone)
		list, err := s.desk.Days(ctx, tx, projectOf(ctx), from, to, 3)
		for _, d := range list {
			out = append(out, CallDay{Day: d.Day.Format(time.DateOnly), Calls: d.Calls, InThree: d.InThree, Answered: d.Answered, Missed: d.Missed, Promised: d.Promised, Kept: d.Kept})
		}
		return err
	})
	return out, err
}

func (s *Service) settle(ctx context.Context, in settleIn) (nothing, error) {
	return nothing{}, s.desk.Settle(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Outcome, in.Body.Note, int64(in.Body.Case))
}

func (s *Service) nameCaller(ctx context.Context, in namingIn) (nothing, error) {
	return nothing{}, s.desk.Name(ctx, actorOf(ctx), projectOf(ctx), in.ID, int64(in.Body.Person), int64(in.Body.Unit))
}

func promiseOf(p desk.Promise) Promise {
	return Promise{ID: ID(p.ID), Case: ID(p.Case), Unit: ID(p.Unit), Person: ID(p.Person), Words: p.Words, Due: p.Due, Owner: ID(p.Owner), MadeAt: p.MadeAt, KeptAt: when(p.KeptAt), Result: p.Result}
}

func (s *Service) promises(ctx context.Context, in promisesIn) ([]Promise, error) {
	out := []Promise{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.desk.OpenPromises(ctx, tx, projectOf(ctx), in.Owner, in.Unit, bounded(in.Limit))
		for _, p := range list {
			out = append(out, promiseOf(p))
		}
		return err
	})
	return out, err
}

func (s *Service) makePromise(ctx context.Context, in newPromiseIn) (Promise, error) {
	b := in.Body
	p, err := s.desk.Promise(ctx, actorOf(ctx), desk.Promise{Project: projectOf(ctx), Case: int64(b.Case), Unit: int64(b.Unit), Person: int64(b.Person), Words: b.Words, Due: b.Due})
	return promiseOf(p), err
}

func (s *Service) keepPromise(ctx context.Context, in keepIn) (nothing, error) {
	return nothing{}, s.desk.Keep(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Result)
}

func alarmsOf(list []desk.Alarm) []Alarm {
	out := make([]Alarm, 0, len(list))
	for _, a := range list {
		out = append(out, Alarm{ID: ID(a.ID), Danger: a.Danger, Words: a.Words, Unit: ID(a.Unit), Case: ID(a.Case), RaisedAt: a.RaisedAt})
	}
	return out
}

func (s *Service) alarms(ctx context.Context, _ struct{}) ([]Alarm, error) {
	var out []Alarm
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := s.desk.OpenAlarms(ctx, tx, projectOf(ctx))
		out = alarmsOf(list)
		return err
	})
	return out, err
}

func journalOf(e desk.Entry) JournalEntry {
	return JournalEntry{ID: ID(e.ID), Sort: e.Sort, About: e.About, Of: ID(e.Of), Unit: ID(e.Unit), Case: ID(e.Case), Words: e.Words, By: ID(e.By), At: e.At}
}

func (s *Service) journal(ctx context.Context, in spanIn) (Journal, error) {
	out := Journal{Entries: []JournalEntry{}, Promises: []Promise{}}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		from, to := in.span(tx)
		r, err := s.desk.Records(ctx, tx, projectOf(ctx), from, to)
		for _, e := range r.Entries {
			out.Entries = append(out.Entries, journalOf(e))
		}
		for _, p := range r.Promises {
			out.Promises = append(out.Promises, promiseOf(p))
		}
		out.Calls, out.Alarms = callsOf(r.Calls), alarmsOf(r.Alarms)
		return err
	})
	return out, err
}

func (s *Service) writeEntry(ctx context.Context, in newJournalIn) (JournalEntry, error) {
	b := in.Body
	e := desk.Entry{Project: projectOf(ctx), Sort: b.Sort, Of: int64(b.Of), Unit: int64(b.Unit), Words: b.Words}
	if b.About != nil {
		e.About = *b.About
	}
	e, err := s.desk.Write(ctx, actorOf(ctx), e)
	return journalOf(e), err
}

func (s *Service) turn(ctx context.Context, in turnIn) (Case, error) {
	c, err := s.desk.Turn(ctx, actorOf(ctx), projectOf(ctx), in.ID, in.Body.Kind)
	return caseOf(ctx, c), err
}

func (s *Service) duplicates(ctx context.Context, _ struct{}) ([][]Case, error) {
	out := [][]Case{}
	groups, err := s.opt.Doubles(ctx, actorOf(ctx), projectOf(ctx))
	for _, g := range groups {
		var list []Case
		for _, c := range g {
			list = append(list, caseOf(ctx, c))
		}
		out = append(out, list)
	}
	return out, err
}

func (s *Service) unmerge(ctx context.Context, in numberIn) (Case, error) {
	c, err := s.opt.TakeBack(ctx, actorOf(ctx), projectOf(ctx), in.Number)
	return caseOf(ctx, c), err
}

// dayOf is the business date.
func dayOf(tx *store.Tx) string { return tx.Now().In(calendar.Zone).Format(time.DateOnly) }
