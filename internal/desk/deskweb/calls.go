package deskweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/desk"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/phone"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

func webhookPath(base string) string { return strings.TrimSuffix(base, "/desk") + "/cti" }

func (p *Pages) calls(w http.ResponseWriter, r *http.Request) error {
	c, err := p.callConsole(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, callsPage(c, nil, ""))
}

func (p *Pages) callConsole(r *http.Request) (Console, error) {
	c := Console{Base: base(r)}
	err := p.db.Read(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		call, ok, err := p.desk.Current(ctx, tx, web.ProjectOf(ctx).ID, actorOf(ctx).Account)
		if err != nil {
			return err
		}
		if ok {
			p.pop(ctx, &c, call, map[string]string{}, tx.Now())
		}
		return p.callLines(ctx, tx, &c, 50)
	})
	return c, err
}

// simulate sends what a telephone system would send.
func (p *Pages) simulate(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	sig := desk.Signal{Event: web.Value(r, "event"), Call: web.Value(r, "call"), From: web.Value(r, "from"), Line: "801"}
	var err error
	if sig.Event == desk.EventRing {
		sig.Call = "sim-" + newKey()
		if text.Digits(sig.From) == "" {
			err = errs.New(errs.Invalid, "desk.simulate.number", "要有来电号码。", "A number is needed.").Field("from", "required", "填一个号码", "enter a number")
		}
	}
	if err == nil {
		_, err = p.desk.Connect(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, sig)
	}
	if err == nil {
		web.Redirect(w, r, base(r))
		return nil
	}
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	c, e := p.callConsole(r)
	if e != nil {
		return e
	}
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, callsPage(c, err, sig.From))
}

func (p *Pages) promise(w http.ResponseWriter, r *http.Request) error {
	line, err := p.promiseLine(r)
	if err != nil {
		return err
	}
	if line.Show != "" && r.FormValue("show") == "phone" {
		if err := p.desk.Seen(r.Context(), actorOf(r.Context()), web.ProjectOf(r.Context()).ID, line.ID); err != nil {
			return err
		}
		line.Dial = phone.Dial(line.number)
	}
	return web.Render(w, r, promisePage(base(r), line, nil, ""))
}

func (p *Pages) promiseLine(r *http.Request) (PromiseLine, error) {
	var line PromiseLine
	err := p.db.Read(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		project := web.ProjectOf(ctx).ID
		pr, err := p.desk.PromiseBy(ctx, tx, project, id(r.PathValue("promise")))
		if err != nil {
			return err
		}
		line, err = p.asked(ctx, tx, pr)
		if err != nil {
			return err
		}
		line.ID, line.Words, line.Chip = pr.ID, pr.Words, promiseChip(pr, tx.Now())
		if !pr.KeptAt.IsZero() {
			line.Chip = ui.Chip{State: ui.Done, Words: text.T(ctx, "已回话", "given"), Due: pr.KeptAt}
		}
		return nil
	})
	return line, err
}

// asked says whom a promise was made to: who asked in its case, by the number
// they gave, else the person it names. The unit's owner is nobody who asked.
func (p *Pages) asked(ctx context.Context, tx *store.Tx, pr desk.Promise) (PromiseLine, error) {
	var line PromiseLine
	project := web.ProjectOf(ctx)
	cases, err := p.matters.Some(ctx, tx, []int64{pr.Case})
	if err != nil {
		return line, err
	}
	k, of := cases[pr.Case]
	number := ""
	if of {
		line.Number, line.Case, line.Name, number = k.Number, casePath(project, k.Number), k.Caller, k.Phone
		pr.Unit, pr.Person = k.Unit, k.Customer // as its page has them now
	}
	plates, err := p.homes.Plates(ctx, tx, project.ID, []int64{pr.Unit})
	if err != nil {
		return line, err
	}
	at := plates[pr.Unit]
	line.Building, line.Room, line.Href = at.Building, at.Room, at.Href
	if pr.Person != 0 {
		who, err := p.homes.Home(ctx, tx, project.ID, 0, pr.Person)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return line, err
		}
		if actorOf(ctx).May(estate.PermView, project.ID) && who.Name != "" {
			line.About = "/p/" + project.Code + "/people/" + strconv.FormatInt(pr.Person, 10)
		}
		line.Name, number = cmp.Or(line.Name, who.Name), cmp.Or(number, who.Phone)
	}
	if number != "" {
		line.Phone, line.number = masked(number), number
		if line.About == "" && actorOf(ctx).May(estate.PermUnmask, project.ID) { // who reported by a code has no page
			line.Show = "?show=phone"
		}
	}
	return line, nil
}

func (p *Pages) keep(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	result := web.Value(r, "result")
	err := p.desk.Keep(ctx, actorOf(ctx), web.ProjectOf(ctx).ID, id(r.PathValue("promise")), result)
	if err == nil {
		web.Done(w, r, base(r), ui.Undo{Words: text.T(ctx, "承诺已兑现", "The promise is kept")})
		return nil
	}
	if k := errs.KindOf(err); k != errs.Invalid && k != errs.Conflict {
		return err
	}
	line, e := p.promiseLine(r)
	if e != nil {
		return e
	}
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, promisePage(base(r), line, err, result))
}
