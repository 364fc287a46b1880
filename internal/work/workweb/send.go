package workweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
	"guanjia/internal/work"
)

// send gives one waiting order to somebody.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	account, _ := strconv.ParseInt(web.Value(r, "account"), 10, 64)
	version, _ := strconv.Atoi(web.Value(r, "version"))
	var name string
	err := p.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		team, err := p.Crew.Crew(ctx, tx, project.ID)
		if err != nil {
			return err
		}
		for _, m := range team {
			if m.Account == account {
				name = m.Name
			}
		}
		if name == "" {
			return errs.New(errs.Invalid, "work.send.who", "请选一位在岗的维修工，没有派出。", "Choose a technician of this project; nothing was sent.")
		}
		v, err := p.Cases.ViewIn(ctx, tx, actor, project.ID, web.Value(r, "number"))
		if err != nil {
			return err
		}
		return p.give(ctx, tx, actor, v.Case, account, version)
	})
	if k := errs.KindOf(err); k == errs.Conflict || k == errs.Invalid {
		return p.showBoard(w, r, web.StatusOf(err), err) // as it is now, with what somebody else did
	}
	if err != nil {
		return err
	}
	web.Done(w, r, "/p/"+project.Code+"/board", ui.Undo{Words: text.Tf(ctx, "%s 已派给 %s", "%s was sent to %s", web.Value(r, "number"), name)})
	return nil
}

func (p *Pages) give(ctx context.Context, tx *store.Tx, actor auth.Actor, c casefile.Case, account int64, version int) error {
	step := p.stepOf(c)
	cmd := engine.Command{Kind: engine.EvAssign, Data: map[string]any{"account": account, "reason": text.T(ctx, "派单台改派", "assigned on the board")}}
	if step != nil && step.Do == procedure.KindDispatch {
		cmd = engine.Command{Kind: engine.EvDone, Step: step.Name, Outcome: "sent", Data: map[string]any{"account": account}}
	}
	_, err := p.Cases.DoIn(ctx, tx, actor, casefile.Doing{Case: c.ID, Version: version, Command: cmd})
	return err
}

// SendByRule sends every waiting order to the technician the rule proposes;
// each one sent counts for the next (REP-13). left is how many had nobody of
// the trade.
func (p *Pages) SendByRule(ctx context.Context, actor auth.Actor, project int64) (sent, left int, err error) {
	err = p.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		sent, left = 0, 0
		cases, _, err := p.boardCases(ctx, tx, actor, project, tx.Now())
		if err != nil {
			return err
		}
		team, err := p.Crew.Crew(ctx, tx, project)
		if err != nil {
			return err
		}
		for _, c := range work.BoardOf(cases, tx.Now(), p.stepOf).Waiting {
			if step := p.stepOf(c); step == nil || step.Do != procedure.KindDispatch || len(step.Asks) > 0 {
				continue
			}
			able, err := p.Work.ProposeAt(ctx, tx, project, tradeOf(c), c.Building)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(able, func(a work.Proposal) bool {
				return slices.ContainsFunc(team, func(m Member) bool { return m.Account == a.Account })
			})
			if i < 0 {
				left++
				continue
			}
			if err := p.give(ctx, tx, actor, c, able[i].Account, 0); err != nil {
				return err
			}
			sent++
		}
		return nil
	})
	return sent, left, err
}

func (p *Pages) byRule(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	sent, left, err := p.SendByRule(ctx, actorOf(ctx), project.ID)
	if err != nil {
		return err
	}
	words := text.Tf(ctx, "按规则派出 %d 单", "%d sent by rule", sent)
	if left > 0 {
		words += text.Tf(ctx, "，%d 单没有对应工种的人", ", %d without anybody of the trade", left)
	}
	web.Done(w, r, "/p/"+project.Code+"/board", ui.Undo{Words: words})
	return nil
}
