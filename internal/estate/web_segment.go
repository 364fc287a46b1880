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

// proposalRows is how many proposals one page shows; confirmed ones make room.
const proposalRows = 100

type segmentView struct {
	view
	list    []Proposal
	purpose Purpose
}

func (v segmentView) address() string { return v.path("registers", segments.Name, "rule") }

func (p *Pages) segmentPage(w http.ResponseWriter, r *http.Request) error {
	return p.showSegments(w, r, http.StatusOK, nil)
}

func (p *Pages) showSegments(w http.ResponseWriter, r *http.Request, code int, refusal error) error {
	v := segmentView{view: newView(r)}
	v.err = refusal
	err := p.readTx(r, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.purpose, err = p.JudgingPurpose(ctx, tx, v.project.ID); err != nil {
			return err
		}
		v.list, err = p.Proposals(ctx, tx, v.project.ID, proposalRows)
		return err
	})
	if err != nil {
		return err
	}
	if refusal != nil {
		v.purpose.Words = web.Value(r, "purpose")
	}
	return web.RenderStatus(w, r, code, segmentsPage(v))
}

func (p *Pages) confirmSegment(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := segmentView{view: newView(r)}
	person, _ := strconv.ParseInt(r.FormValue("person"), 10, 64) // broken: nobody
	e, err := p.ConfirmSegment(r.Context(), v.actor, v.project.ID, person, web.Value(r, "rule"))
	if refused(err) {
		return p.showSegments(w, r, status(err), err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.address(), ui.Undo{Words: text.Tf(r.Context(), "%s 已归入分类。", "%s was put into the segment.", e.Label)})
	return nil
}

func (p *Pages) recordPurpose(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := segmentView{view: newView(r)}
	err := p.RecordPurpose(r.Context(), v.actor, v.project.ID, web.Value(r, "purpose"))
	if refused(err) {
		return p.showSegments(w, r, status(err), err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, v.address(), ui.Undo{Words: text.T(r.Context(), "用途已登记。", "The purpose was recorded.")})
	return nil
}
