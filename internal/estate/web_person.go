package estate

import (
	"context"
	"net/http"
	"strconv"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type peopleView struct {
	view
	filter PersonFilter
	page   PersonPage
}

func (p *Pages) people(w http.ResponseWriter, r *http.Request) error {
	v := peopleView{view: newView(r)}
	v.filter = PersonFilter{
		Project: v.project.ID, Kind: web.Value(r, "kind"), Capacity: web.Value(r, "capacity"),
		Text: web.Value(r, "q"), After: r.FormValue("after"), Before: r.FormValue("before"),
	}
	err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		v.page, err = p.ListPeople(ctx, tx, v.filter)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, peoplePage(v))
}

func (v peopleView) with(name, value string) string {
	all := map[string]string{"kind": v.filter.Kind, "capacity": v.filter.Capacity, "q": v.filter.Text, name: value}
	return query(v.path("people"), "kind", all["kind"], "capacity", all["capacity"], "q", all["q"], "after", all["after"], "before", all["before"])
}

type personView struct {
	view
	person   Person
	history  []Occupancy
	changes  []Change
	unmasked *Unmasked
	day      string

	forgetErr error // of an erasure that was refused
}

func (p *Pages) loadPerson(r *http.Request) (personView, error) {
	v := personView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return v, err
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		v.day = today(tx)
		if v.person, err = p.Person(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		if v.history, err = p.PersonHistory(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		v.changes, err = p.Changes(ctx, tx, v.project.ID, "person", id, 20)
		return err
	})
	return v, err
}

func (p *Pages) person(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadPerson(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, personPage(v))
}

func (p *Pages) unmask(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadPerson(r)
	if err != nil {
		return err
	}
	seen, err := p.Unmask(r.Context(), v.actor, v.project.ID, v.person.ID, r.FormValue("identity") != "", web.Value(r, "reason"))
	if errs.KindOf(err) == errs.Invalid {
		v.err, v.typed = err, typedOf(r)
		return web.RenderStatus(w, r, status(err), personPage(v))
	}
	if err != nil {
		return err
	}
	v.unmasked = &seen
	return web.Render(w, r, personPage(v))
}

// forget erases a person; the page says what is kept and why when it may not be.
func (p *Pages) forget(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadPerson(r)
	if err != nil {
		return err
	}
	err = p.Forget(r.Context(), v.actor, v.project.ID, v.person.ID, web.Value(r, "why"))
	if refused(err) {
		v.forgetErr, v.typed = err, typedOf(r)
		return web.RenderStatus(w, r, status(err), personPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("people"), ui.Undo{Words: text.T(r.Context(), "个人信息已删除，搜索和记录里也没有了。", "The personal data are erased, in search and history too.")})
	return nil
}

type personFormView struct {
	view
	person  Person
	changes []Change
	isNew   bool
	saved   bool // all but the number of the papers
}

// version is what the form goes by when it is sent again.
func (v personFormView) version() int64 {
	if v.saved {
		return v.person.Version
	}
	return v.seen(v.person.Version)
}

// latest reads the person anew after a refusal, for it may have been changed
// while the form was on its way.
func (p *Pages) latest(r *http.Request, v *personFormView, problem error) error {
	now, err := p.loadPerson(r)
	if err != nil {
		return err
	}
	v.person, v.changes = now.person, now.changes
	return problem
}

const phoneRows = 4

func (v personFormView) value(name, stored string) string {
	if v.typed != nil {
		return v.typed[name]
	}
	return stored
}

// phoneAt is a phone as the form shows it: whole, for who may change it must
// see it. The form of a person is opened by PermPerson only, and on record.
func (v personFormView) phoneAt(i int) (number, label string) {
	if v.typed != nil {
		at := "phones[" + strconv.Itoa(i) + "]."
		return v.typed[at+"number"], v.typed[at+"label"]
	}
	if i < len(v.person.Phones) {
		return v.person.Phones[i].Number.Local(), v.person.Phones[i].Label
	}
	return "", ""
}

func (v personFormView) rows() int { return max(phoneRows, len(v.person.Phones)+1) }

func readPerson(r *http.Request, p Person) (Person, []NewPhone) {
	p.Kind, p.Name, p.Sex = web.Value(r, "kind"), web.Value(r, "name"), web.Value(r, "sex")
	p.Birthday, p.BirthdayPurpose = web.Value(r, "birthday"), web.Value(r, "birthday_purpose")
	p.LegalRep, p.Address, p.Nationality = web.Value(r, "legal_rep"), web.Value(r, "address"), web.Value(r, "nationality")
	p.Facilities, p.Wishes, p.Note = web.Value(r, "facilities"), web.Value(r, "wishes"), web.Value(r, "note")
	p.Version, _ = strconv.ParseInt(r.FormValue("version"), 10, 64) // broken: stale
	var phones []NewPhone
	for i := range 20 {
		at := "phones[" + strconv.Itoa(i) + "]."
		if !r.PostForm.Has(at + "number") {
			break
		}
		phones = append(phones, NewPhone{Number: web.Value(r, at+"number"), Label: web.Value(r, at+"label"), Verified: r.FormValue(at+"verified") != ""})
	}
	return p, phones
}

func (p *Pages) personForm(w http.ResponseWriter, r *http.Request) error {
	v := personFormView{view: newView(r), isNew: r.PathValue("id") == "", person: Person{Kind: Natural}}
	if !v.isNew {
		pv, err := p.loadPerson(r)
		if err != nil {
			return err
		}
		if err := p.OpenedForChange(r.Context(), v.actor, v.project.ID, pv.person.ID); err != nil {
			return err
		}
		v.person = pv.person
	}
	return web.Render(w, r, personFormPage(v))
}

func (p *Pages) createPersonPage(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := personFormView{view: newView(r), isNew: true}
	in, phones := readPerson(r, Person{})
	made, err := p.CreatePerson(r.Context(), v.actor, v.project.ID, in, phones)
	if refused(err) {
		v.err, v.typed, v.person = err, typedOf(r), in
		return web.RenderStatus(w, r, status(err), personFormPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("people", made.ID), ui.Undo{Words: text.T(r.Context(), "已建立 ", "Made ") + made.Name})
	return nil
}

func (p *Pages) savePerson(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	pv, err := p.loadPerson(r)
	if err != nil {
		return err
	}
	v := personFormView{view: pv.view, person: pv.person}
	in, phones := readPerson(r, Person{ID: pv.person.ID, Project: v.project.ID})
	_, err = p.SavePerson(r.Context(), v.actor, in, phones)
	if err == nil && web.Value(r, "id_number") != "" {
		err = p.SetIdentity(r.Context(), v.actor, v.project.ID, in.ID, web.Value(r, "id_kind"), web.Value(r, "id_number"))
		if refused(err) {
			v.saved = true // the rest is; only the number is asked for again
		}
	}
	if refused(err) {
		v.typed = typedOf(r)
		if err = p.latest(r, &v, err); isStale(err) { // shows the numbers that stand now
			if e := p.OpenedForChange(r.Context(), v.actor, v.project.ID, in.ID); e != nil {
				return e
			}
			err = v.compare(err, v.fresh(), v.changes)
		}
		v.err = err
		return web.RenderStatus(w, r, status(err), personFormPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("people", in.ID), ui.Undo{Words: text.T(r.Context(), "已保存，改动留有记录。", "Saved; the change is on record.")})
	return nil
}

type occupyView struct {
	view
	unit   Unit
	people []Person // to choose from, when the name fits several
	end    Occupancy
}

func (p *Pages) loadOccupy(r *http.Request) (occupyView, error) {
	v := occupyView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return v, err
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.unit, err = p.Unit(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		if r.PathValue("occupancy") == "" {
			return nil
		}
		occupancy, err := idOf(r, "occupancy")
		if err != nil {
			return err
		}
		v.end, err = store.One(ctx, tx, scanOccupancy, occupancyQuery+"o.unit_id = ? AND o.id = ?", v.project.ID, id, occupancy)
		return err
	})
	return v, err
}

func (p *Pages) occupyForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadOccupy(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, occupyPage(v))
}

// occupy records somebody at a unit: somebody known, chosen by name, or a new
// person with a phone.
func (p *Pages) occupy(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadOccupy(r)
	if err != nil {
		return err
	}
	again := func(err error) error {
		v.err, v.typed = err, typedOf(r)
		return web.RenderStatus(w, r, status(err), occupyPage(v))
	}
	o := Occupancy{
		Project: v.project.ID, Unit: v.unit.ID, Capacity: web.Value(r, "capacity"), Relation: web.Value(r, "relation"),
		From: web.Value(r, "from"), To: web.Value(r, "to"), Residing: r.FormValue("residing") != "",
	}
	o.Person, _ = strconv.ParseInt(r.FormValue("person"), 10, 64) // none chosen: by name
	name := web.Value(r, "name")
	if o.Person == 0 && r.FormValue("person") != "new" {
		err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
			v.people, err = store.All(ctx, tx, scanPerson, "SELECT "+personColumns+" FROM estate_live_person p WHERE p.project_id = ? AND p.sort = ? AND p.name = ? ORDER BY p.id LIMIT 20", v.project.ID, sortName(name), name)
			return err
		})
		if err != nil {
			return err
		}
		if len(v.people) > 0 {
			var f errs.Fields
			f.Add("person", "estate.occupancy.which", "已有同名的人，选一位，或选“新的人”。", "Somebody of this name is known: choose, or choose a new person.")
			return again(f.Err("estate.occupancy.invalid"))
		}
	}
	var phones []NewPhone
	if n := web.Value(r, "phone"); n != "" {
		phones = []NewPhone{{Number: n, Verified: true}}
	}
	err = p.db.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		if err := need(v.actor, PermPerson, v.project.ID); err != nil {
			return err
		}
		if o.Person == 0 {
			made, err := p.createPerson(ctx, tx, v.actor, v.project.ID, Person{Kind: Natural, Name: name}, phones)
			if err != nil {
				return err
			}
			o.Person = made.ID
		}
		_, err := p.OccupyIn(ctx, tx, v.actor, o)
		return err
	})
	if refused(err) {
		return again(err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("units", v.unit.ID), ui.Undo{Words: text.T(r.Context(), "已登记。", "Recorded.")})
	return nil
}

func (p *Pages) endForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadOccupy(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, endPage(v))
}

func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadOccupy(r)
	if err != nil {
		return err
	}
	err = p.EndOccupancy(r.Context(), v.actor, v.project.ID, v.end.ID, web.Value(r, "to"), web.Value(r, "reason"))
	if refused(err) {
		v.err, v.typed = err, typedOf(r)
		return web.RenderStatus(w, r, status(err), endPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("units", v.unit.ID), ui.Undo{Words: text.T(r.Context(), "居住记录已结束，历史保留。", "The occupancy has ended; its history stays.")})
	return nil
}
