package estate

import (
	"context"
	"net/http"
	"strconv"

	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type buildingFormView struct {
	view
	building Building
	changes  []Change
}

func (v buildingFormView) value(name, stored string) string {
	if v.typed != nil {
		return v.typed[name]
	}
	return stored
}

// entrance is the name of entrance i as it was typed, unless another stands in
// its place by now.
func (v buildingFormView) entrance(i int, e Entrance) string {
	if v.typed[entranceID(i)] != idText(e.ID) {
		return e.Name
	}
	return v.typed[entranceField(i)]
}

// entranceID is the name of the hidden field that says which entrance field i is of.
func entranceID(i int) string { return "entrances[" + strconv.Itoa(i) + "].id" }

func (p *Pages) loadBuilding(r *http.Request) (buildingFormView, error) {
	v := buildingFormView{view: newView(r)}
	id, err := idOf(r, "id")
	if err != nil {
		return v, err
	}
	err = p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.building, err = p.Building(ctx, tx, v.project.ID, id); err != nil {
			return err
		}
		v.changes, err = p.Changes(ctx, tx, v.project.ID, "building", id, 100)
		return err
	})
	return v, err
}

func (p *Pages) buildingForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadBuilding(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, buildingPage(v))
}

// readBuilding reads the form into b; what is no number becomes one that the
// check refuses, so that all faults show at once.
func readBuilding(r *http.Request, b Building) Building {
	whole := func(name string) int {
		typed := text.Narrow(web.Value(r, name))
		if typed == "" {
			return 0
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n == 0 {
			return -1
		}
		return n
	}
	b.Name, b.Floors, b.Year, b.Note = web.Value(r, "name"), whole("floors"), whole("year"), web.Value(r, "note")
	b.Version, _ = strconv.ParseInt(r.FormValue("version"), 10, 64) // broken: stale
	b.Entrances = []Entrance{}
	for i := 0; ; i++ {
		id := r.FormValue(entranceID(i))
		if id == "" {
			return b
		}
		n, _ := strconv.ParseInt(id, 10, 64) // broken: none of this building
		b.Entrances = append(b.Entrances, Entrance{ID: n, Name: web.Value(r, entranceField(i))})
	}
}

func (p *Pages) saveBuilding(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v, err := p.loadBuilding(r)
	if err != nil {
		return err
	}
	_, err = p.SaveBuilding(r.Context(), v.actor, readBuilding(r, Building{ID: v.building.ID, Project: v.project.ID}))
	if refused(err) {
		now, e := p.loadBuilding(r) // it may have been changed while the form was on its way
		if e != nil {
			return e
		}
		v = now
		v.typed = typedOf(r)
		v.err = v.compare(err, v.fresh(), v.changes)
		return web.RenderStatus(w, r, status(err), buildingPage(v))
	}
	if err != nil {
		return err
	}
	web.Done(w, r, query(v.path("houses"), "building", idText(v.building.ID)), ui.Undo{Words: text.T(r.Context(), "楼栋已保存，改动留有记录。", "Building saved; the change is on record.")})
	return nil
}
