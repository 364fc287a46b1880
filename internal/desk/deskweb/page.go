package deskweb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/desk"
	"guanjia/internal/phone"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// Console is everything the desk shows.
type Console struct {
	Base     string // "/p/linjiang/desk"
	Call     *LiveCall
	Seat     string
	Home     Home
	Chooser  []desk.Contact // several households behind the number or the words typed
	More     bool           // and more than are offered
	Typed    string         // what was typed to find them
	Promised []PromiseLine  // to this unit
	Open     []CaseLine
	Form     IntakeForm
	Alarms   []AlarmLine
	Mine     []PromiseLine
	Late     int
	Kept     string // "本月兑现 126 件，按时 94.4 %"
	Calls    []CallLine
	Tally    string
	Goal     string // hours, rings and answer rate of the profile
	Err      error

	cases []casefile.Case // of the unit: open ones, and those closed lately
}

// LiveCall is the call of this seat.
type LiveCall struct {
	ID      string
	Ringing bool
	Held    bool
	Number  string
	Rings   string
	Length  string
	Since   time.Time
}

// CaseLine is an open case in a narrow pane.
type CaseLine struct {
	Number, Path, Words string
	Chip                ui.Chip
}

// PromiseLine is a promise with whom it was made to.
type PromiseLine struct {
	ID               int64
	Words, Building  string
	Room, Href, Name string
	Path, Due        string
	Phone            string // masked
	About            string // address of the person's page, where the whole number is
	Show             string // address that shows the whole number, where no page of a person has it
	Dial             string // the whole number, once somebody asked for it
	number           string
	Number, Case     string // of the case it belongs to, with its address
	Chip             ui.Chip
}

// AlarmLine is an alarm nobody has taken over.
type AlarmLine struct {
	ID     int64
	Title  string
	Words  string
	Script string
	Number string
	Since  time.Time
}

// CallLine is a row of the call list.
type CallLine struct {
	Time, Who      string
	Building, Room string
	Href           string
	Number, Path   string // of the case that came of it
	Words          string
	Missed         bool
	Rings, Length  string
}

// IntakeForm is the intake with what stands in it.
type IntakeForm struct {
	Unit, Person  int64
	Call          int64
	Who           string
	Caller, Phone string
	AskName       bool // by a call, and nobody knows yet whose it is
	AskPhone      bool // and it shows no number
	Kind          string
	Picks         []ui.Pick
	Channel       string      // by which it came: chosen, else by telephone while there is a call
	Channels      []ui.Option // "" is the usual one
	ChannelChosen string
	Words         string
	Place         string
	Asks          []caseform.Ask
	Promise, By   string
	Key           string
	Saved         string      // "草稿已存 10:42:16"
	Dangers       []AlarmLine // that the words speak of: what to say and whom to call, also when the alarm is taken over
	Suggested     string      // the kind the words point to, when it is the one chosen
	Suggest       string      // "从“滴水”看是维修"
	Similar       []SimilarLine
	Rework        string
	Send          *SendLine
	SendLabel     string
	Sends         bool // the kind sends somebody out
}

// SimilarLine is a near case of the same unit.
type SimilarLine struct {
	ID                  int64
	Number, Path, Words string
	Closed              bool
}

// SendLine says who would be sent and until when.
type SendLine struct {
	People []ui.Option
	Chosen string
	Words  string
	Chip   ui.Chip
}

func length(d time.Duration) string {
	if d <= 0 {
		return "—"
	}
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

func masked(number string) string {
	if number == "" {
		return "—"
	}
	return phone.Mask(number)
}

func promiseChip(p desk.Promise, now time.Time) ui.Chip {
	c := ui.Chip{State: ui.Run, Due: p.Due, Soon: p.Due.Add(-time.Hour)}
	switch {
	case !p.Due.After(now):
		c.State = ui.Late
	case p.Due.Sub(now) <= time.Hour:
		c.State = ui.Soon
	}
	return c
}

// firstWords is a case's subject on one line.
func firstWords(c casefile.Case) string {
	if c.Subject != "" {
		return c.Subject
	}
	return text.Cut(strings.ReplaceAll(c.Words, "\n", " "), 40)
}

func ringWords(ctx context.Context, rings int) string {
	return text.Tf(ctx, "响铃 %d 声接起", "answered after %d ring(s)", rings)
}
