package handbook

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// changeLook is a change as its page shows it.
type changeLook struct {
	Change
	Preview
	names map[int64]string
	why   string // why the reader cannot decide it; "" when he can
	alone bool   // nobody but the proposer could
	own   bool   // the reader's, who may withdraw it
}

func (p *Pages) changesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var list []Change
	err := p.review.cfg.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = changesOf(ctx, tx, web.ProjectOf(ctx).ID)
		return err
	})
	if err != nil {
		return err
	}
	names, err := p.names(ctx, list...)
	if err != nil {
		return err
	}
	return web.Render(w, r, changesView(base(r), list, names))
}

func (p *Pages) names(ctx context.Context, list ...Change) (map[int64]string, error) {
	var ids []int64
	for _, c := range list {
		ids = append(ids, c.By, c.Decided)
	}
	return p.review.cfg.Names(ctx, ids)
}

// asked is the change of the address, if it is the company's or this project's.
func (p *Pages) asked(r *http.Request) (Change, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return Change{}, noChange()
	}
	c, err := p.review.Change(r.Context(), id)
	if err == nil && c.Project != 0 && c.Project != web.ProjectOf(r.Context()).ID {
		err = noChange()
	}
	return c, err
}

func (p *Pages) changePage(w http.ResponseWriter, r *http.Request) error {
	c, err := p.asked(r)
	if err != nil {
		return err
	}
	return p.showChange(w, r, http.StatusOK, c, nil)
}

func (p *Pages) showChange(w http.ResponseWriter, r *http.Request, status int, c Change, problem error) error {
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	look := changeLook{Change: c}
	var err error
	if look.Preview, err = p.review.cfg.Preview(ctx, c); err != nil {
		return err
	}
	if look.names, err = p.names(ctx, c); err != nil {
		return err
	}
	err = p.review.cfg.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if e := errs.As(p.review.may(ctx, tx, actor, c)); e != nil {
			look.why = e.Message.In(text.LangOf(ctx))
		}
		look.own = c.By != 0 && c.By == actor.Account && c.State == Waiting
		look.alone, err = p.review.alone(ctx, tx, c)
		return err
	})
	if err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, changeView(base(r), look, problem))
}

func (p *Pages) approve(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, text.T(r.Context(), "改动已通过复核", "the change is approved"), func(ctx context.Context, actor auth.Actor, id int64) error {
		from := time.Time{}
		if day := web.Value(r, "from"); day != "" {
			var err error
			if from, err = time.ParseInLocation(time.DateOnly, day, calendar.Zone); err != nil {
				var f errs.Fields
				f.Add("from", "day", "日期写成 2026-12-01 的样子，或留空表示马上", "write the day as 2026-12-01, or leave it empty for at once")
				return f.Err("handbook.change.from")
			}
		}
		return p.review.Approve(ctx, actor, id, from, web.Value(r, "note"))
	})
}

func (p *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, text.T(r.Context(), "改动已退回", "the change is sent back"), func(ctx context.Context, actor auth.Actor, id int64) error {
		return p.review.Refuse(ctx, actor, id, web.Value(r, "note"))
	})
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, text.T(r.Context(), "改动已撤回", "the change is withdrawn"), p.review.Withdraw)
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request, done string, do func(ctx context.Context, actor auth.Actor, id int64) error) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	c, err := p.asked(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	actor, _ := auth.From(ctx)
	err = do(ctx, actor, c.ID)
	if kind := errs.KindOf(err); kind == errs.Invalid || kind == errs.Conflict {
		return p.showChange(w, r, http.StatusUnprocessableEntity, c, err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, base(r)+"/changes/"+strconv.FormatInt(c.ID, 10), ui.Undo{Words: done})
	return nil
}

var changeStates = map[ChangeState]struct {
	chip  ui.State
	words text.Both
}{
	Waiting: {ui.Soon, text.B("等待复核", "waits for review")}, Approved: {ui.Run, text.B("已通过，未到日子", "approved, not yet due")},
	Refused: {ui.Hold, text.B("已退回", "sent back")}, InForce: {ui.Done, text.B("在用", "in force")}, Past: {ui.Hold, text.B("已被取代", "replaced")},
	Withdrawn: {ui.Hold, text.B("已撤回", "withdrawn")},
}

func changeTitle(ctx context.Context, c Change) string {
	if c.Sort == OfHandbook {
		return text.T(ctx, "公司手册", "The company's handbook")
	}
	return text.T(ctx, "本项目的档、数值和日子", "Profile, figures and days of this project")
}

// proposer says where a change comes from.
func proposer(ctx context.Context, c Change, names map[int64]string) string {
	if c.By == 0 {
		return text.T(ctx, "随程序或手册文件夹而来", "came with the program or its folder")
	}
	return named(ctx, c.By, names)
}

func named(ctx context.Context, id int64, names map[int64]string) string {
	if name := names[id]; name != "" {
		return name
	}
	return text.T(ctx, "系统", "the system")
}

func decidedWord(ctx context.Context, c Change) string {
	if c.State == Withdrawn {
		return text.T(ctx, "撤回", "Withdrawn")
	}
	return text.T(ctx, "复核", "Reviewed")
}

func findingState(p procedure.Problem) ui.State {
	if p.Warning {
		return ui.Soon
	}
	return ui.Late
}
