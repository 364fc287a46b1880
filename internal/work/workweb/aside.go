package workweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/casefile/caseweb"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// system reads what is told without names: prices of other orders.
var system = auth.System

// CannotPage offers what a technician does who cannot go on.
type CannotPage struct {
	Base, Number string
	Step         string
	Version      int
	Key          string
	Decline      string // outcome that gives the order back, "" when it cannot be
	NoEntry      bool
	Reasons      []ui.Option
	Reason, Note string
	Until        string
	Err          error
}

func (p *Pages) cannot(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	page, err := p.cannotPage(r, v)
	if err != nil {
		return err
	}
	return web.Render(w, r, cannotView(page))
}

func (p *Pages) cannotPage(r *http.Request, v casefile.View) (CannotPage, error) {
	ctx := r.Context()
	page := CannotPage{
		Base: orderPath(web.ProjectOf(ctx), v.Case.Number), Number: v.Case.Number, Step: v.Case.State.Step, Version: v.Case.State.Version, Key: formKey(),
		Until: p.DB.Clock().Now().Add(24 * time.Hour).Truncate(time.Hour).Format("2006-01-02T15:04"),
	}
	if step := v.Def.Step(v.Case.State.Step); step != nil {
		switch step.Do {
		case procedure.KindAccept:
			page.Decline = "declined"
		case procedure.KindArrive:
			page.NoEntry = true
		}
	}
	choices, err := v.Figures.Choices("pause_reasons", nil)
	for _, c := range choices {
		page.Reasons = append(page.Reasons, ui.Option{Value: c.Name, Label: c.Title.In(text.LangOf(ctx))})
	}
	return page, err
}

// sayCannot declines, reports a closed door, or pauses with a reason.
func (p *Pages) sayCannot(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.view(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(web.Value(r, "version"))
	doing := casefile.Doing{Case: v.Case.ID, Version: version, Key: web.Value(r, "key")}
	words := web.Value(r, "note")
	switch what := web.Value(r, "what"); what {
	case "declined", "no_entry":
		doing.Command = engine.Command{Kind: engine.EvDone, Step: web.Value(r, "step"), Outcome: what, Data: map[string]any{"reason": words}}
	case "pause":
		data := map[string]any{"reason": web.Value(r, "reason"), "note": words}
		if t, e := time.ParseInLocation("2006-01-02T15:04", web.Value(r, "until"), calendar.Zone); e == nil {
			data["until"] = t.Format(time.RFC3339)
		}
		doing.Command = engine.Command{Kind: engine.EvPause, Data: data}
	default:
		return errs.New(errs.Invalid, "work.cannot", "请选一种情况。", "Choose what is the matter.")
	}
	if words == "" {
		err = errs.New(errs.Invalid, "work.cannot.why", "还没有写原因，没有保存。", "The reason is missing; nothing was saved.").
			Field("note", "missing", "写一句原因，前台要告诉客户。", "Say why in a few words; the desk has to tell the customer.")
	} else {
		_, err = p.Cases.Do(ctx, actorOf(ctx), doing)
	}
	if err == nil {
		return p.onward(w, r, web.ProjectOf(ctx), v.Case.Number)
	}
	if !slices.Contains([]errs.Kind{errs.Invalid, errs.Conflict, errs.Forbidden}, errs.KindOf(err)) {
		return err
	}
	if v, e := p.view(r); e == nil {
		if page, e := p.cannotPage(r, v); e == nil {
			page.Err, page.Note, page.Reason, page.Until = err, words, web.Value(r, "reason"), web.Value(r, "until")
			return web.RenderStatus(w, r, web.StatusOf(err), cannotView(page))
		}
	}
	return err
}

// note adds a word to the file. Sent twice with one key it is noted once, so
// that a phone may keep it until the line is back.
func (p *Pages) note(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.view(r)
	if err != nil {
		return err
	}
	words := web.Value(r, "text")
	_, err = p.Cases.Do(ctx, actorOf(ctx), casefile.Doing{Case: v.Case.ID, Key: web.Value(r, "key"), Command: engine.Command{
		Kind: engine.EvNote, Data: map[string]any{"text": words},
	}})
	if err != nil {
		return p.refused(w, r, err, words)
	}
	web.Redirect(w, r, orderPath(web.ProjectOf(ctx), v.Case.Number))
	return nil
}

// photo adds pictures taken on the spot: before the work to those reported,
// after it to those of the result (REP-14).
func (p *Pages) photo(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.view(r)
	if err != nil {
		return err
	}
	name := "photos"
	if web.Value(r, "when") == "after" {
		name = "after"
	}
	field := v.Def.Field(name)
	if field == nil || field.Type != procedure.TypePhoto {
		return errs.New(errs.Invalid, "work.photo.none", "这种事项不收照片。", "This kind of case takes no photos.")
	}
	kept, err := caseform.Uploads(r, []procedure.Field{{Name: "photo", Type: procedure.TypePhoto}}, caseweb.FormFiles(ctx, p.Files, v.Case))
	if err == nil && len(kept["photo"]) == 0 {
		err = errs.New(errs.Invalid, "work.photo.empty", "没有收到照片，请再拍一次。", "No photo arrived; take it again.")
	}
	if list := kept["photo"]; len(list) > 0 && (err == nil || errs.KindOf(err) == errs.Invalid) { // what is a picture is kept, beside what is none
		do := casefile.Doing{Case: v.Case.ID, Command: engine.Command{Data: map[string]any{"reason": text.T(ctx, "现场拍照", "photo taken on the spot")}}}
		failed := p.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			added, err := p.Cases.AddPictures(ctx, tx, actorOf(ctx), do, name, list)
			if err == nil && !added {
				err = errs.New(errs.Conflict, "work.photo.ended", "这件事已经结束，照片没有收进去。", "This case has ended; the photos were not added.")
			}
			return err
		})
		err = cmp.Or(failed, err)
	}
	if err != nil {
		return p.refused(w, r, err, "")
	}
	web.Redirect(w, r, orderPath(web.ProjectOf(ctx), v.Case.Number))
	return nil
}
