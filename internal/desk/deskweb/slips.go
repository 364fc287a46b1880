package deskweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// slipSteps are where a pass-on slip may be (DSK-09), in its order.
var slipSteps = []struct {
	step  string
	title text.Both
}{
	{"receipt", text.B("等签收", "Waiting for receipt")},
	{"decide", text.B("退回，待定夺", "Declined, to be decided")},
	{"work", text.B("办理中", "Being worked on")},
	{"tell", text.B("已回复，待告知客户", "Answered, customer to be told")},
}

// SlipLine is a slip that is out.
type SlipLine struct {
	Number, Path, Print string
	Department          string
	Words               string
	Building, Room      string
	State               string
	Promised            string
	Handler             string
	Chip                ui.Chip
}

// Slip is a pass-on slip on paper.
type Slip struct {
	Number, Link, Org, Printed string
	Department, Owner          string
	Sent, Promised             string
	Place, Person, Words       string
	Received, Result, Told     string
	Out                        bool
}

// slips lists the pass-on slips that are out, the one due soonest first.
func (p *Pages) slips(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	only := r.URL.Query().Get("department")
	departments, err := p.book.Figures(project.ID).Choices("departments", nil)
	if err != nil {
		departments = nil
	}
	var list []SlipLine
	late := 0
	err = p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, s := range slipSteps {
			page, err := p.cases.ListIn(ctx, tx, actorOf(ctx), casefile.Filter{Project: project.ID, Procedure: "enquiry", Step: s.step, Order: "due", Limit: 200, NoTotal: true})
			if err != nil {
				return err
			}
			for _, c := range page.Cases {
				name, ok := c.State.Fields["specialist"].(string)
				if !ok || only != "" && only != name {
					continue // told at once: nothing was passed on
				}
				l := SlipLine{
					Number: c.Number, Path: casePath(project, c.Number), Print: base(r) + "/slips/" + c.Number, Department: titleIn(ctx, departments, name), Words: firstWords(c),
					State: s.title.In(text.LangOf(ctx)), Promised: instant(ctx, c.State.Fields["promised"]), Handler: page.Names[c.State.Assignee], Chip: caseChip(c, tx.Now(), untimed(ctx)),
				}
				l.Building, l.Room = splitPlate(c.Plate)
				if l.Chip.State == ui.Late {
					late++
				}
				list = append(list, l)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, slipsPage(base(r), list, departments, only, late))
}

func titleIn(ctx context.Context, list []procedure.Choice, name string) string {
	for _, c := range list {
		if c.Name == name {
			return c.Title.In(text.LangOf(ctx))
		}
	}
	return name
}

// instant says an answer of type time.
func instant(ctx context.Context, v any) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return ui.When(ctx, t)
}

// slip is the A4 form of one slip, with its way back as a QR code.
func (p *Pages) slip(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	v, err := p.cases.View(ctx, actor, project.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	name, ok := v.Case.State.Fields["specialist"].(string)
	if v.Case.Procedure != "enquiry" || !ok {
		return errs.New(errs.NotFound, "desk.slip.none", "这件事项没有转给部门，没有联系单。", "This case was not passed on; there is no slip.")
	}
	departments, err := v.Figures.Choices("departments", nil)
	if err != nil {
		departments = nil
	}
	now := p.db.Clock().Now()
	s := Slip{
		Number: v.Case.Number, Link: origin(r) + casePath(project, v.Case.Number), Org: project.Name, Department: titleIn(ctx, departments, name), Owner: v.Names[v.Case.State.Owner],
		Promised: exactly(v.Case.State.Fields["promised"]), Place: strings.TrimSpace(v.Case.Plate + " " + v.Case.Place), Person: v.Case.Caller, Words: v.Case.Words,
		Printed: text.Tf(ctx, "%s %s 打印", "%s printed it %s", actor.Name, ui.Exact(now)), Out: v.Case.State.Status == engine.Open,
	}
	for _, e := range v.Events {
		if e.Kind != engine.EvDone {
			continue
		}
		switch e.Step {
		case "pass_on":
			s.Sent, s.Received, s.Result = ui.Exact(e.At), "", ""
		case "receipt":
			if e.Outcome == "accepted" {
				s.Received = e.Actor.Name + " " + ui.Exact(e.At)
			}
		case "work":
			if words, ok := v.Case.State.Fields["result"].(string); ok {
				s.Result = words + " （" + e.Actor.Name + " " + ui.Exact(e.At) + "）"
			}
		case "tell":
			s.Told = e.Actor.Name + " " + ui.Exact(e.At)
		}
	}
	return web.Render(w, r, slipPaper(s))
}

func exactly(v any) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return ui.ExactUntil(t)
}

// origin is the address people reached us by.
func origin(r *http.Request) string {
	if web.Secure(r.Context()) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
