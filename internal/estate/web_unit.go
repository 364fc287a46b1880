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

type unitsView struct {
	view
	filter    UnitFilter
	page      UnitPage
	buildings []Building
}

func (p *Pages) units(w http.ResponseWriter, r *http.Request) error {
	v := unitsView{view: newView(r)}
	v.filter = unitFilter(r, v.project.ID)
	err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.buildings, err = p.Buildings(ctx, tx, v.project.ID); err != nil {
			return err
		}
		v.page, err = p.ListUnits(ctx, tx, v.filter)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, unitsPage(v))
}

func unitFilter(r *http.Request, project int64) UnitFilter {
	building, _ := strconv.ParseInt(r.FormValue("building"), 10, 64) // a broken number filters nothing
	return UnitFilter{
		Project: project, Building: building, State: web.Value(r, "state"), Use: web.Value(r, "use"),
		Text: web.Value(r, "q"), After: r.FormValue("after"), Before: r.FormValue("before"),
	}
}

// with is the address of the list with one parameter changed, from its start.
func (v unitsView) with(name, value string) string {
	all := map[string]string{"building": idText(v.filter.Building), "state": v.filter.State, "use": v.filter.Use, "q": v.filter.Text, name: value}
	return query(v.path("units"), "building", all["building"], "state", all["state"], "use", all["use"], "q", all["q"], "after", all["after"], "before", all["before"])
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func (v unitsView) conds() []ui.Cond {
	var list []ui.Cond
	for _, b := range v.buildings {
		if b.ID == v.filter.Building {
			list = append(list, ui.Cond{Field: text.B("楼栋", "Building").In(v.lang), Value: b.Name, Drop: v.with("building", "")})
		}
	}
	if v.filter.State != "" {
		list = append(list, ui.Cond{Field: text.B("状态", "State").In(v.lang), Value: States.Title(v.filter.State).In(v.lang), Drop: v.with("state", "")})
	}
	if v.filter.Use != "" {
		list = append(list, ui.Cond{Field: text.B("用途", "Use").In(v.lang), Value: Uses.Title(v.filter.Use).In(v.lang), Drop: v.with("use", "")})
	}
	if v.filter.Text != "" {
		list = append(list, ui.Cond{Field: text.B("包含", "Has").In(v.lang), Value: v.filter.Text, Drop: v.with("q", "")})
	}
	return list
}

func (v unitsView) buildingOptions() []ui.Option {
	list := []ui.Option{{Label: text.B("全部楼栋", "All buildings").In(v.lang)}}
	for _, b := range v.buildings {
		list = append(list, ui.Option{Value: idText(b.ID), Label: b.Name})
	}
	return list
}

type housesView struct {
	view
	buildings []Building
	building  int64
	floors    []houseFloor
	columns   []houseColumn
	counts    map[string]int
}

type houseColumn struct{ plate, position string }

type houseFloor struct {
	floor int
	cells []UnitRow // by column, zero where there is no unit
}

func (p *Pages) houses(w http.ResponseWriter, r *http.Request) error {
	v := housesView{view: newView(r), counts: map[string]int{}}
	v.building, _ = strconv.ParseInt(r.FormValue("building"), 10, 64) // broken: the first building
	var rows []UnitRow
	err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.buildings, err = p.Buildings(ctx, tx, v.project.ID); err != nil || len(v.buildings) == 0 {
			return err
		}
		if v.building == 0 {
			v.building = v.buildings[0].ID
		}
		rows, err = p.House(ctx, tx, v.project.ID, v.building)
		return err
	})
	if err != nil {
		return err
	}
	v.lay(rows)
	return web.Render(w, r, housesPage(v))
}

// lay sets the units of a building out as it stands: floors from the top,
// entrances side by side, positions in their order.
func (v *housesView) lay(rows []UnitRow) {
	at, floors := map[houseColumn]int{}, map[int]int{}
	for _, u := range rows {
		v.counts[u.State]++
		c := houseColumn{u.Plate, position(u.Room)}
		if _, ok := at[c]; !ok {
			at[c] = 0
			v.columns = append(v.columns, c)
		}
		if _, ok := floors[u.Floor]; !ok {
			floors[u.Floor] = 0
			v.floors = append(v.floors, houseFloor{floor: u.Floor})
		}
	}
	sortHouse(v.columns, v.floors)
	for i, c := range v.columns {
		at[c] = i
	}
	for i := range v.floors {
		floors[v.floors[i].floor] = i
		v.floors[i].cells = make([]UnitRow, len(v.columns))
	}
	for _, u := range rows {
		v.floors[floors[u.Floor]].cells[at[houseColumn{u.Plate, position(u.Room)}]] = u
	}
}

type unitView struct {
	view
	file    File
	actions []UnitAction
}

func (p *Pages) unit(w http.ResponseWriter, r *http.Request) error {
	v := unitView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	if v.file, err = p.UnitFile(r.Context(), v.actor, v.project.ID, id, p.parts); err != nil {
		return err
	}
	for _, a := range p.actions {
		if a.Right == "" || v.may(a.Right) {
			v.actions = append(v.actions, a)
		}
	}
	return web.Render(w, r, unitPage(v))
}

type unitFormView struct {
	view
	unit      Unit
	buildings []Building
	changes   []Change
	isNew     bool
}

func (v unitFormView) value(name, stored string) string {
	if v.typed != nil {
		return v.typed[name]
	}
	return stored
}

func (p *Pages) unitForm(w http.ResponseWriter, r *http.Request) error {
	v := unitFormView{view: newView(r), isNew: r.PathValue("id") == "", unit: Unit{Use: "residence", State: StateVacant}}
	if err := p.loadUnitForm(r, &v); err != nil {
		return err
	}
	return web.Render(w, r, unitFormPage(v))
}

func (p *Pages) loadUnitForm(r *http.Request, v *unitFormView) error {
	return p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.buildings, err = p.Buildings(ctx, tx, v.project.ID); err != nil || v.isNew {
			return err
		}
		id, err := idOf(r, "id")
		if err != nil {
			return err
		}
		if v.unit, err = p.Unit(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		v.changes, err = p.Changes(ctx, tx, v.project.ID, "unit", id, 100)
		return err
	})
}

// readUnit reads the form into u; what is no number or area becomes a value
// the check refuses, so that all faults show at once.
func readUnit(r *http.Request, u Unit) Unit {
	u.Floor = 1000
	if n, err := strconv.Atoi(text.Narrow(web.Value(r, "floor"))); err == nil {
		u.Floor = n
	}
	u.Area = 0
	if s := web.Value(r, "area"); s != "" {
		a, ok := ParseArea(s)
		if !ok {
			a = -1
		}
		u.Area = a
	}
	u.Use, u.State, u.Layout = web.Value(r, "use"), web.Value(r, "state"), web.Value(r, "layout")
	u.Orientation, u.Condition, u.HandedOver, u.Note = web.Value(r, "orientation"), web.Value(r, "condition"), web.Value(r, "handed_over"), web.Value(r, "note")
	u.Version, _ = strconv.ParseInt(r.FormValue("version"), 10, 64) // broken: stale
	return u
}

func (p *Pages) createUnit(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := unitFormView{view: newView(r), isNew: true}
	u := readUnit(r, Unit{Room: web.Value(r, "room")})
	made, err := p.CreateUnit(r.Context(), v.actor, v.project.ID, NewUnit{Unit: u, BuildingName: web.Value(r, "building"), EntranceName: web.Value(r, "entrance")})
	if refused(err) {
		return p.unitAgain(w, r, v, u, err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("units", made.ID), ui.Undo{Words: text.T(r.Context(), "已建立 ", "Made ") + made.Title()})
	return nil
}

func (p *Pages) unitAgain(w http.ResponseWriter, r *http.Request, v unitFormView, u Unit, err error) error {
	if e := p.loadUnitForm(r, &v); e != nil {
		return e
	}
	if v.isNew {
		v.unit = u
	}
	v.typed = typedOf(r)
	v.err = v.compare(err, v.fresh(), v.changes)
	return web.RenderStatus(w, r, status(err), unitFormPage(v))
}

func (p *Pages) saveUnit(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := unitFormView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	u := readUnit(r, Unit{ID: id, Project: v.project.ID})
	_, err = p.SaveUnit(r.Context(), v.actor, u, web.Value(r, "reason"))
	if refused(err) {
		return p.unitAgain(w, r, v, u, err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("units", id), ui.Undo{Words: text.T(r.Context(), "已保存，改动留有记录。", "Saved; the change is on record.")})
	return nil
}

type changesView struct {
	view
	unit    Unit
	changes []Change
}

func (p *Pages) unitChanges(w http.ResponseWriter, r *http.Request) error {
	v := changesView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.unit, err = p.Unit(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		v.changes, err = p.UnitChanges(ctx, tx, v.project.ID, id, 500)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, changesPage(v))
}

type emergencyView struct {
	view
	unit   Unit
	list   []Emergency
	wanted Wanted
}

const emergencyRows = 4

func (p *Pages) loadEmergency(r *http.Request) (emergencyView, error) {
	v := emergencyView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return v, err
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.unit, err = p.Unit(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		v.wanted = p.wanted(v.project.ID)
		v.list, err = p.EmergencyFor(ctx, tx, v.project.ID, id)
		return err
	})
	return v, err
}

func (p *Pages) emergencyForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadEmergency(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, emergencyPage(v))
}

func (p *Pages) saveEmergency(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadEmergency(r)
	if err != nil {
		return err
	}
	var list []Emergency
	for i := range emergencyRows {
		at := "emergency[" + strconv.Itoa(i) + "]."
		e := Emergency{
			Name: web.Value(r, at+"name"), Relation: web.Value(r, at+"relation"), Phone: web.Value(r, at+"phone"), Mobile: web.Value(r, at+"mobile"),
			Office: r.FormValue(at+"office") != "", Outside: r.FormValue(at+"outside") != "",
		}
		if e != (Emergency{}) {
			list = append(list, e)
		}
	}
	shown := append([]Emergency(nil), list...)
	err = p.SetEmergency(r.Context(), v.actor, v.project.ID, v.unit.ID, list)
	if errs.KindOf(err) == errs.Invalid {
		v.err, v.list, v.typed = err, shown, map[string]string{}
		return web.RenderStatus(w, r, status(err), emergencyPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.path("units", v.unit.ID), ui.Undo{Words: text.T(r.Context(), "紧急联系人已保存。", "Emergency contacts saved.")})
	return nil
}
