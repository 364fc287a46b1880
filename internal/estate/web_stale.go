package estate

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// field is one field of a form beside what is stored now.
type field struct {
	name   string // in the form
	stored string // as the form would show it
	shown  string // in people's words, "" for stored
	change string // in the log of changes, "" for name
	quiet  bool   // goes with another field, which says what changed
}

// wasName is the hidden field of a form that says what each field began with,
// as digests: on a stale form it tells who typed from who left things alone.
const wasName = "was"

// was is what the fields of a form begin with. A form refused for another
// reason keeps what it brought, as it keeps its version (see seen).
func (v view) was(fields []field) string {
	if v.err != nil && !isStale(v.err) {
		return v.typed[wasName]
	}
	var list []string
	for _, f := range fields {
		list = append(list, f.name+"="+digest(f.stored))
	}
	return strings.Join(list, ";")
}

// began reads it back.
func (v view) began() map[string]string {
	m := map[string]string{}
	for part := range strings.SplitSeq(v.typed[wasName], ";") {
		if name, sum, ok := strings.Cut(part, "="); ok {
			m[name] = sum
		}
	}
	return m
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(text.Clean(s)))
	return hex.EncodeToString(sum[:6])
}

// isStale reports whether somebody else saved the record meanwhile.
func isStale(err error) bool {
	e := errs.As(err)
	return e != nil && e.Code == "estate.version.stale"
}

// compare says at each field that differs from what was typed what is stored
// now, who changed it last and when; a field left as it was found takes what is
// stored now, so that nobody undoes what they never touched. The form then
// carries the version that was just shown, so that a second press saves
// knowingly.
func (v view) compare(err error, fields []field, changes []Change) error {
	e := errs.As(err)
	if e == nil || !isStale(err) {
		return err
	}
	e.Fields = nil
	began := v.began()
	for _, f := range fields {
		typed, sent := v.typed[f.name]
		if typed == f.stored {
			continue
		}
		was, known := began[f.name]
		untouched := known && (!sent || digest(typed) == was) || !known && !sent && len(began) > 0
		if untouched {
			v.typed[f.name] = f.stored
		}
		if f.quiet {
			continue
		}
		if f.shown == "" {
			f.shown = f.stored
		}
		if f.change == "" {
			f.change = f.name
		}
		who, at := "", time.Time{}
		for _, c := range changes { // newest first
			if c.Field == f.change {
				who, at = c.by(v.lang), c.At
				break
			}
		}
		zh, en := staleWords(f.shown, who, at)
		if untouched {
			zh, en = takenWords(who, at)
		}
		e = e.Field(f.name, "estate.version.stale", zh, en)
	}
	return e
}

func staleWords(now, who string, at time.Time) (zh, en string) {
	zh, en = "现在是："+now, "It is now: "+now
	if now == "" {
		zh, en = "现在是空的", "It is empty now"
	}
	if who != "" {
		when := at.In(calendar.Zone).Format("01-02 15:04")
		zh, en = zh+"（"+who+"，"+when+" 改的）", en+" (changed by "+who+", "+when+")"
	}
	return zh, en
}

// takenWords stand at a field that now shows what somebody else wrote.
func takenWords(who string, at time.Time) (zh, en string) {
	if who == "" {
		return "您没有改这一栏，已换成现在的内容", "You left this alone; it shows what stands now"
	}
	when := at.In(calendar.Zone).Format("01-02 15:04")
	return "您没有改这一栏，已换成现在的内容（" + who + "，" + when + " 改的）", "You left this alone; it shows what stands now (changed by " + who + ", " + when + ")"
}

// seen is the version a form was opened with. A form refused for another
// reason keeps it: only who was shown the latest may save over it.
func (v view) seen(now int64) int64 {
	if v.err == nil || isStale(v.err) {
		return now
	}
	if n, err := strconv.ParseInt(v.typed["version"], 10, 64); err == nil {
		return n
	}
	return now
}

// words is a choice as people read it; "" for none.
func (v view) words(l Choices, code string) string {
	if code == "" {
		return ""
	}
	return l.Title(code).In(v.lang)
}

func (v unitFormView) fresh() []field {
	u := v.unit
	return []field{
		{name: "floor", stored: floorText(u, false)}, {name: "area", stored: areaText(u.Area)},
		{name: "use", stored: u.Use, shown: v.words(Uses, u.Use)}, {name: "state", stored: u.State, shown: v.words(States, u.State)},
		{name: "layout", stored: u.Layout}, {name: "orientation", stored: u.Orientation},
		{name: "condition", stored: u.Condition, shown: v.words(Conditions, u.Condition)}, {name: "handed_over", stored: u.HandedOver}, {name: "note", stored: u.Note},
	}
}

func (v personFormView) fresh() []field {
	p := v.person
	list := []field{
		{name: "kind", stored: p.Kind, shown: v.words(PersonKinds, p.Kind)}, {name: "name", stored: p.Name}, {name: "sex", stored: p.Sex, shown: v.words(Sexes, p.Sex)},
		{name: "birthday", stored: p.Birthday}, {name: "birthday_purpose", stored: p.BirthdayPurpose}, {name: "legal_rep", stored: p.LegalRep},
		{name: "nationality", stored: p.Nationality}, {name: "address", stored: p.Address}, {name: "wishes", stored: p.Wishes},
		{name: "facilities", stored: p.Facilities}, {name: "note", stored: p.Note},
	}
	for i := range v.rows() {
		stored, label := "", ""
		if i < len(p.Phones) {
			label = p.Phones[i].Label
			stored = p.Phones[i].Number.Local()
		}
		at := "phones[" + strconv.Itoa(i) + "]."
		list = append(list, field{name: at + "number", stored: stored, change: "phones"}, field{name: at + "label", stored: label, quiet: true})
	}
	return list
}

func (v buildingFormView) fresh() []field {
	b := v.building
	list := []field{{name: "name", stored: b.Name}, {name: "floors", stored: number(b.Floors)}, {name: "year", stored: number(b.Year)}, {name: "note", stored: b.Note}}
	for i, e := range b.Entrances {
		if v.typed == nil || v.typed[entranceID(i)] == idText(e.ID) {
			list = append(list, field{name: entranceField(i), stored: e.Name, change: "entrance"})
		}
	}
	return list
}

// wasEntry is what the form of an entry begins with.
func (v entryView) wasEntry() string {
	fields, _ := v.fresh()
	return v.was(fields)
}

// fresh are the fields of an entry; who changed it last did so as a whole.
func (v entryView) fresh() (list []field, changes []Change) {
	for _, f := range v.reg.Fields {
		list = append(list, field{name: f.Name, stored: v.entry.typed(f), shown: v.entry.show(f, v.lang), change: "entry"})
	}
	for _, e := range v.events {
		changes = append(changes, Change{Field: "entry", Actor: e.Actor, At: e.At})
	}
	return list, changes
}
