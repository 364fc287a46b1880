package estate

import (
	"strconv"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
)

// field is one field of a form beside what is stored now.
type field struct {
	name   string // in the form
	stored string // as the form would show it
	shown  string // in people's words, "" for stored
	change string // in the log of changes, "" for name
}

// isStale reports whether somebody else saved the record meanwhile.
func isStale(err error) bool {
	e := errs.As(err)
	return e != nil && e.Code == "estate.version.stale"
}

// compare says at each field that differs from what was typed what is stored
// now, who changed it last and when. The form then carries the version that was
// just shown, so that a second press saves knowingly.
func (v view) compare(err error, fields []field, changes []Change) error {
	e := errs.As(err)
	if e == nil || !isStale(err) {
		return err
	}
	e.Fields = nil
	for _, f := range fields {
		if v.typed[f.name] == f.stored {
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
		stored := ""
		if i < len(p.Phones) {
			stored = p.Phones[i].Number.Local()
		}
		list = append(list, field{name: "phones[" + strconv.Itoa(i) + "].number", stored: stored, change: "phones"})
	}
	return list
}

func (v buildingFormView) fresh() []field {
	b := v.building
	list := []field{{name: "name", stored: b.Name}, {name: "floors", stored: number(b.Floors)}, {name: "year", stored: number(b.Year)}, {name: "note", stored: b.Note}}
	for i, e := range b.Entrances {
		if v.typed[entranceID(i)] == idText(e.ID) {
			list = append(list, field{name: entranceField(i), stored: e.Name, change: "entrance"})
		}
	}
	return list
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
