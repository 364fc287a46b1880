package procedure

import (
	"strings"

	"guanjia/internal/text"
)

// Pos is where something stands in a handbook file; lines and columns from 1.
type Pos struct {
	File      string
	Line, Col int
}

// Definition is one procedure, checked. It never changes: a change is a new
// definition with another Hash, and a running case keeps the one it began with
// (PLT-06).
type Definition struct {
	Name   string    // "repair"
	Title  text.Both // 维修 · Repair
	Hash   string    // content hash of the source, hex SHA-256
	Source string    // the YAML as published
	Number string    // pattern of the case number: "WX-{yy}{mm}-{seq}"
	About  About
	Opened Opened
	Facts  []string // facts the conditions read: "warranty.covers"
	Fields []Field
	Papers []Paper
	Clocks []Clock
	Steps  []Step // in order; the first is where a case begins, done by opening it with the required answers
	Pos    Pos
}

// Need says whether a case must name its customer or unit.
type Need string

// The needs.
const (
	Required Need = "required"
	Optional Need = "optional"
	None     Need = "none"
)

// About says what a case is about.
type About struct{ Customer, Unit Need }

// Opened says who may open a case of this kind.
type Opened struct {
	By    []string // desk, resident, patrol, department, letter, system
	Rules []string
}

// FieldType is what a field holds. Values are kept in a case as: text and
// choice string, number and money (fen) int64, yes_no bool, date "2026-11-20",
// time RFC 3339 string, person, place and department string, photo and paper
// []string of attachment ids, table []map[string]any, rating int64 1–5.
type FieldType string

// The closed list of field types.
const (
	TypeWords      FieldType = "words" // long text
	TypeText       FieldType = "text"  // one line
	TypeNumber     FieldType = "number"
	TypeMoney      FieldType = "money" // fen
	TypeYesNo      FieldType = "yes_no"
	TypeDate       FieldType = "date"
	TypeTime       FieldType = "time"
	TypeChoice     FieldType = "choice"
	TypePerson     FieldType = "person"
	TypePlace      FieldType = "place"
	TypeDepartment FieldType = "department"
	TypeTrade      FieldType = "trade"
	TypePhoto      FieldType = "photo"
	TypeTable      FieldType = "table"
	TypeRating     FieldType = "rating"
	TypeSignature  FieldType = "signature"
)

// Field is one answer a case can hold.
type Field struct {
	Name     string
	Title    text.Both
	Hint     text.Both
	Type     FieldType
	Required bool
	When     Cond     // required only while this holds; nil: as Required says
	Index    bool     // a typed row is kept for lists, registers and reports
	Reason   bool     // an answer needs a reason beside it, kept as Name+"_reason"
	Of       []Choice // choices written in the definition
	From     string   // or a figure path whose list gives the choices
	Columns  []Field  // of a table
	SumOf    string   // "table.column": worked out from the rows of a table, never typed
	SameAs   string   // a field whose value is offered; another needs a reason, kept as Name+"_reason"
	Least    int64    // of a number; 0 unless said
	Past     bool     // a date or time that has happened: not to come
	Future   bool     // a date or time arranged with somebody: still to come when it is given
	Rules    []string
	Pos      Pos
}

// Choice is one word of a choice field.
type Choice struct {
	Name  string
	Title text.Both
}

// Paper is a document a step may need.
type Paper struct {
	Name  string
	Title text.Both
	When  Cond // nil: always
	Rules []string
	Pos   Pos
}

// Clock is one limit of a case: it runs from an event to another.
type Clock struct {
	Name         string
	Title        text.Both
	From         string   // event that starts it; the latest one counts
	To           []string // events that stop it
	Limit        string   // figure path with {field}, or a literal "15 minutes", or "promise"
	Levels       string   // figure path of the escalation ladder, "" for none
	When         Cond     // runs only while this holds; nil: always
	Pauses       bool     // stands still while the case is paused
	CustomerSees bool
	Rules        []string
	Pos          Pos
}

// Kind is what a step does: a closed vocabulary with a ceiling held by a test.
type Kind string

// The kinds of step.
const (
	KindForm     Kind = "form"     // somebody fills in fields
	KindApprove  Kind = "approve"  // approved, returned, refused
	KindDispatch Kind = "dispatch" // handed to a person, trade or department: sent
	KindAccept   Kind = "accept"   // accepted, declined
	KindArrive   Kind = "arrive"   // arrived, no_entry
	KindQuote    Kind = "quote"    // agreed, declined
	KindPay      Kind = "pay"      // paid, declined
	KindSign     Kind = "sign"     // signed, refused
	KindInspect  Kind = "inspect"  // passed, failed
	KindCall     Kind = "call"     // reached, not_reached
	KindMeet     Kind = "meet"     // agreed, not_agreed
	KindVisit    Kind = "visit"    // satisfied, dissatisfied, not_reached
	KindNotify   Kind = "notify"   // told (by itself, or by a person when By is set)
	KindWait     Kind = "wait"     // for an event of another room, or a time: due, or the event's word
	KindAction   Kind = "action"   // a named, versioned action of a room, by itself: done
	KindClose    Kind = "close"    // the end; files its papers
)

// Outcomes lists the words each kind can end with; form and close end "done".
// Wait takes the words of its Then.
var Outcomes = map[Kind][]string{
	KindForm: {"done"}, KindApprove: {"approved", "returned", "refused"}, KindDispatch: {"sent"},
	KindAccept: {"accepted", "declined"}, KindArrive: {"arrived", "no_entry"}, KindQuote: {"agreed", "declined"},
	KindPay: {"paid", "declined"}, KindSign: {"signed", "refused"}, KindInspect: {"passed", "failed"},
	KindCall: {"reached", "not_reached"}, KindMeet: {"agreed", "not_agreed"},
	KindVisit: {"satisfied", "dissatisfied", "not_reached"}, KindNotify: {"told"}, KindWait: nil,
	KindAction: {"done"}, KindClose: {"done"},
}

// Step is one stop of a case.
type Step struct {
	Name   string
	Title  text.Both
	Do     Kind
	Who    []string          // roles, or owner (first contact), assignee, customer
	To     string            // dispatch and notify: role, owner, assignee, customer, field holding a person/trade/department, or figure path
	By     []string          // notify, visit: call, visit, letter … : a person does it
	Asks   []string          // fields offered; a field's Required decides
	Needs  []string          // papers or fields that must be there before the step can be done
	NotBy  []string          // steps whose doer may not do this one: nobody approves the money they asked for
	Event  map[string]string // outcome → event emitted; "" key: any outcome
	Tell   []string          // who is told when the step is done: customer, owner, role
	Then   []Branch          // where it goes; first that holds
	Limit  string            // figure path: the step's own clock, from entering to leaving
	Until  string            // wait: a date or time field, or a figure path counted from entering; then the outcome is "due"
	Before string            // wait: a figure path or span; so long before the moment of the field in Until
	Urgent Cond              // dispatch: rings, whatever the quiet hours, when this holds; nil: never
	Action string            // action: "room.verb@1"; spawn of another case is "casefile.open@1"
	Args   map[string]string // of the action, or item and amount of pay, place and with of meet
	Files  string            // close: the record filed in the unit's folder
	Group  string            // steps of one group fold into one stop of the rail
	Rules  []string
	Pos    Pos
}

// Branch is one way on from a step.
type Branch struct {
	Outcome string // "" for any
	When    Cond   // nil: always
	Go      string
	Pos     Pos
}

// Events every case emits by itself, besides those its steps name.
var Events = []string{
	"opened", "closed", "cancelled", "reopened", // the case's own life
	"promised",      // a promise was made to the customer (DSK-06); its limit is the word "promise"
	"told_customer", // the customer was told, by a step that says so or between the steps
	"paused", "resumed", "assigned",
}

// Auto reports whether the engine does the step by itself.
func (s *Step) Auto() bool {
	switch s.Do {
	case KindClose, KindAction:
		return true
	case KindNotify:
		return len(s.By) == 0
	default:
		return false
	}
}

// Reasoned reports whether an answer may carry a reason beside it.
func (f *Field) Reasoned() bool { return f.Reason || f.SameAs != "" }

// Summed splits SumOf into the table and its column, both "" when the field is
// no sum.
func (f *Field) Summed() (table, column string) {
	table, column, _ = strings.Cut(f.SumOf, ".")
	return table, column
}

// Step returns the step called name, or nil.
func (d *Definition) Step(name string) *Step {
	for i := range d.Steps {
		if d.Steps[i].Name == name {
			return &d.Steps[i]
		}
	}
	return nil
}

// Field returns the field called name, or nil.
func (d *Definition) Field(name string) *Field {
	for i := range d.Fields {
		if d.Fields[i].Name == name {
			return &d.Fields[i]
		}
	}
	return nil
}
