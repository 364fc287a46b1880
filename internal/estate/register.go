package estate

import (
	"slices"

	"guanjia/internal/text"
)

// FieldKind is how a field of a register is asked, checked and shown.
type FieldKind string

// The kinds of fields.
const (
	Text   FieldKind = "text"   // one line
	Words  FieldKind = "words"  // several lines
	Pick   FieldKind = "choice" // of Choices
	Date   FieldKind = "date"   // ISO
	Number FieldKind = "number" // a whole number
	Yuan   FieldKind = "money"  // kept in fen
	Dial   FieldKind = "phone"  // kept as phone key, shown masked
	Room   FieldKind = "unit"   // a unit, typed as a room
	Who    FieldKind = "person" // a name; joined to the person when it is certain
)

// Names of fields that are columns, for lists, look-ups and reminders.
const (
	FieldLabel  = "label"
	FieldUnit   = "unit"
	FieldPerson = "person"
	FieldSince  = "since"
	FieldDue    = "due"
)

// Field is one column of a register.
type Field struct {
	Name     string
	Title    text.Both
	Kind     FieldKind
	Choices  Choices
	Required bool
	List     bool // stands in the list, the print and the export
	Hint     text.Both
	Least    int // of a Number: things that are counted from 1
}

// Move is what happens to an entry as a whole: a key is lent, comes back.
type Move struct {
	Name   string
	Title  text.Both
	From   []string // states it is possible in; none: any
	To     string
	Holder text.Both // asks who has it afterwards; zero: nobody but the centre
	Due    text.Both // asks by when; zero: no date
	Note   bool      // a note is required
}

// Register is a list that a centre keeps, as a definition: columns, states,
// moves, the form people know it by.
type Register struct {
	Name    string
	Title   text.Both
	Short   text.Both // beside its lines on the unit page
	Icon    string
	Form    string // number printed on paper
	Version string
	Rule    string // handbook rule that asks for it
	Why     text.Both
	Fields  []Field
	States  Choices // the first is that of a new entry
	Late    string  // state in which a passed due date is late
	Moves   []Move
	Unique  bool   // one entry a label
	Find    bool   // labels (and plates) are found by the search box
	Renew   string // figure after which an entry is to be gone through again; sets due on each save
	Papers  string // figure within which, from since on, something must follow; sets due
}

// Field is the field of that name; ok is false when there is none.
func (r Register) Field(name string) (Field, bool) {
	i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return r.Fields[i], true
}

// Possible lists the moves an entry in a state may make.
func (r Register) Possible(state string) []Move {
	var list []Move
	for _, m := range r.Moves {
		if len(m.From) == 0 || slices.Contains(m.From, state) {
			list = append(list, m)
		}
	}
	return list
}

// RegisterNamed finds a register; ok is false when there is none.
func RegisterNamed(name string) (Register, bool) {
	i := slices.IndexFunc(Registers, func(r Register) bool { return r.Name == name })
	if i < 0 {
		return Register{}, false
	}
	return Registers[i], true
}

// showsDue reports whether the list already has the date as a field.
func (r Register) showsDue() bool {
	f, ok := r.Field(FieldDue)
	return ok && f.List
}

func labelField(zh, en string) Field {
	return Field{Name: FieldLabel, Title: text.B(zh, en), Kind: Text, Required: true, List: true}
}

func room(required bool) Field {
	return Field{Name: FieldUnit, Title: text.B("房屋", "Unit"), Kind: Room, Required: required, List: true, Hint: text.B("写法随意：3-1-1502、3栋1502", "Any form: 3-1-1502, 3栋1502")}
}

func person(zh, en string, required bool) Field {
	return Field{Name: FieldPerson, Title: text.B(zh, en), Kind: Who, Required: required, List: true}
}

func line(name, zh, en string) Field {
	return Field{Name: name, Title: text.B(zh, en), Kind: Text, List: true}
}

func words(name, zh, en string) Field { return Field{Name: name, Title: text.B(zh, en), Kind: Words} }

func day(name, zh, en string) Field {
	return Field{Name: name, Title: text.B(zh, en), Kind: Date, List: true}
}

func pick(name, zh, en string, choices Choices) Field {
	return Field{Name: name, Title: text.B(zh, en), Kind: Pick, Choices: choices, Required: true, List: true}
}

func count(name, zh, en string) Field {
	return Field{Name: name, Title: text.B(zh, en), Kind: Number, List: true}
}

// things counts what an entry is about: an entry of none is no entry.
func things(name, zh, en string) Field {
	f := count(name, zh, en)
	f.Least = 1
	return f
}

func fen(name, zh, en string) Field {
	return Field{Name: name, Title: text.B(zh, en), Kind: Yuan, List: true}
}

func choice(code, zh, en string) Choice { return Choice{code, text.B(zh, en)} }
