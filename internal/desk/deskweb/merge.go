package deskweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/messages"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// MatterLine is a case among near ones.
type MatterLine struct {
	Number, Path   string
	Kind           string
	Building, Room string
	Words, Person  string
	Opened         time.Time
	Why            string // why it is taken for the same
	Merge          string // address of the page that merges it
	Undo           string // address that takes a merging back, "" when too late
	Into           string
}

// Double is a group of cases that are probably one matter; the earliest comes
// first and is the one to merge into.
type Double struct {
	First MatterLine
	Rest  []MatterLine
}

// MergePage is one case and what it may be merged into.
type MergePage struct {
	Base   string
	Case   MatterLine
	Open   bool
	Near   []MatterLine
	Chosen string
	Reason string
	Err    error
}

const (
	compared  = 600 // open cases compared with one another, newest first
	sameWords = 0.5
)

func (p *Pages) matterLine(ctx context.Context, project web.Project, c casefile.Case) MatterLine {
	l := MatterLine{
		Number: c.Number, Path: casePath(project, c.Number), Words: text.Cut(c.Words, 120), Person: c.Caller, Opened: c.State.OpenedAt,
		Kind: p.title(ctx, project.ID, c.Procedure), Merge: "/p/" + project.Code + "/desk/merge/" + c.Number,
	}
	l.Building, l.Room = splitPlate(c.Plate)
	if l.Words == "" {
		l.Words = c.Subject
	}
	return l
}

func splitPlate(plate string) (building, room string) {
	for i := len(plate) - 1; i > 0; i-- {
		if plate[i] == '-' {
			return plate[:i], plate[i+1:]
		}
	}
	return "", plate
}

// openCases reads the newest open cases of a project that the actor may see.
func (p *Pages) openCases(ctx context.Context, tx *store.Tx, actor auth.Actor, f casefile.Filter) ([]casefile.Case, error) {
	f.Status, f.Limit, f.NoTotal = "open", 200, true
	var list []casefile.Case
	for len(list) < compared {
		page, err := p.cases.ListIn(ctx, tx, actor, f)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Cases...)
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	return list, nil
}

func messageOf(c casefile.Case) messages.Message {
	return messages.Message{ID: strconv.FormatInt(c.ID, 10), User: c.Caller, Text: c.Words, At: c.State.OpenedAt}
}

// onePlace reports whether two cases may be about one matter by where they are:
// the same words of two households are two matters.
func onePlace(a, b casefile.Case) bool {
	return a.Unit == b.Unit && a.Place == b.Place || (a.Unit == 0) != (b.Unit == 0)
}

// doublesOf groups cases of one kind and unit whose words are alike, and cases
// anywhere whose words are nearly the same.
func doublesOf(list []casefile.Case) [][]casefile.Case {
	slices.SortFunc(list, func(a, b casefile.Case) int { return a.State.OpenedAt.Compare(b.State.OpenedAt) })
	group := map[int64]int64{} // case → earliest of its group
	byID := map[int64]casefile.Case{}
	root := func(id int64) int64 {
		for group[id] != 0 && group[id] != id {
			id = group[id]
		}
		return id
	}
	join := func(a, b int64) {
		if a, b = root(a), root(b); a != b {
			group[b] = a
		}
	}
	units := map[int64][]casefile.Case{}
	var texts []messages.Message
	for _, c := range list {
		byID[c.ID] = c
		for _, e := range units[c.Unit] {
			if c.Unit != 0 && e.Procedure == c.Procedure && alike(e.Words, c.Words) {
				join(e.ID, c.ID)
				break
			}
		}
		units[c.Unit] = append(units[c.Unit], c)
		texts = append(texts, messageOf(c))
	}
	for _, g := range messages.Similar(texts) {
		for i, m := range g.Messages {
			for _, earlier := range g.Messages[:i] {
				if a, b := byID[id(earlier.ID)], byID[id(m.ID)]; onePlace(a, b) {
					join(a.ID, b.ID)
					break
				}
			}
		}
	}
	members := map[int64][]casefile.Case{}
	for _, c := range list {
		members[root(c.ID)] = append(members[root(c.ID)], c)
	}
	var out [][]casefile.Case
	for _, c := range list {
		if m := members[c.ID]; len(m) > 1 {
			out = append(out, m)
		}
	}
	return out
}

// Doubles groups the newest open cases that are probably one matter; the
// earliest of each group comes first (DSK-21).
func (p *Pages) Doubles(ctx context.Context, actor auth.Actor, project int64) (groups [][]casefile.Case, err error) {
	err = p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		open, err := p.openCases(ctx, tx, actor, casefile.Filter{Project: project})
		groups = doublesOf(open)
		return err
	})
	return groups, err
}

// duplicates offers what is probably one matter for merging, and lists what was
// merged lately so that it can be taken back (DSK-21).
func (p *Pages) duplicates(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	var list []Double
	var merged []MatterLine
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		open, err := p.openCases(ctx, tx, actor, casefile.Filter{Project: project.ID})
		if err != nil {
			return err
		}
		for _, g := range doublesOf(open) {
			d := Double{First: p.matterLine(ctx, project, g[0])}
			for _, c := range g[1:] {
				l := p.matterLine(ctx, project, c)
				l.Into, l.Why = g[0].Number, why(ctx, g[0], c)
				d.Rest = append(d.Rest, l)
			}
			list = append(list, d)
		}
		now := tx.Now()
		lately, err := p.cases.EndedIn(ctx, tx, actor, casefile.Filter{Project: project.ID, Status: string(engine.Merged), From: now.Add(-desk.UndoMerge), To: now.Add(time.Second)})
		if err != nil {
			return err
		}
		var ids []int64
		for _, c := range lately {
			ids = append(ids, c.MergedTo)
		}
		into, err := p.matters.Some(ctx, tx, ids)
		for _, c := range lately {
			l := p.matterLine(ctx, project, c)
			l.Into, l.Opened, l.Undo = into[c.MergedTo].Number, c.State.EndedAt, base(r)+"/unmerge/"+c.Number
			merged = append(merged, l)
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, duplicatesPage(base(r), list, merged))
}

func why(ctx context.Context, a, b casefile.Case) string {
	like := messages.Likeness(messageOf(a), messageOf(b))
	switch {
	case a.Unit != 0 && a.Unit == b.Unit && like >= sameWords:
		return text.Tf(ctx, "同一房屋，原话相同 %.0f %%", "same unit, %.0f %% of the words", like*100)
	case a.Unit != 0 && a.Unit == b.Unit && a.Procedure == b.Procedure && alike(a.Words, b.Words):
		return text.T(ctx, "同一房屋，说的是一样的事", "same unit, the same matter")
	case a.Unit != 0 && a.Unit == b.Unit:
		return text.T(ctx, "同一房屋", "same unit")
	case a.Customer != 0 && a.Customer == b.Customer && like < sameWords:
		return text.T(ctx, "同一客户", "same customer")
	}
	return text.Tf(ctx, "原话相同 %.0f %%", "%.0f %% of the words are the same", like*100)
}

// loadMerge gathers what a case may be merged into: open cases of its unit, of
// its customer, and those that say nearly the same.
func (p *Pages) loadMerge(r *http.Request) (MergePage, casefile.View, error) {
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	v, err := p.cases.View(ctx, actor, project.ID, r.PathValue("number"))
	if err != nil {
		return MergePage{}, v, err
	}
	page := MergePage{Base: base(r), Case: p.matterLine(ctx, project, v.Case), Open: v.Case.State.Status == engine.Open}
	err = p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		seen := map[int64]bool{v.Case.ID: true}
		add := func(list []casefile.Case, want func(c casefile.Case) bool) {
			for _, c := range list {
				if !seen[c.ID] && len(page.Near) < 20 && want(c) {
					seen[c.ID] = true
					l := p.matterLine(ctx, project, c)
					l.Why = why(ctx, v.Case, c)
					page.Near = append(page.Near, l)
				}
			}
		}
		if v.Case.Unit != 0 {
			list, err := p.openCases(ctx, tx, actor, casefile.Filter{Project: project.ID, Unit: v.Case.Unit})
			if err != nil {
				return err
			}
			add(list, func(c casefile.Case) bool { return c.Procedure == v.Case.Procedure && alike(c.Words, v.Case.Words) })
			add(list, func(casefile.Case) bool { return true })
		}
		list, err := p.openCases(ctx, tx, actor, casefile.Filter{Project: project.ID, Procedure: v.Case.Procedure})
		add(list, func(c casefile.Case) bool {
			return onePlace(v.Case, c) && messages.Likeness(messageOf(v.Case), messageOf(c)) >= sameWords
		})
		return err
	})
	return page, v, err
}

func (p *Pages) mergeForm(w http.ResponseWriter, r *http.Request) error {
	page, _, err := p.loadMerge(r)
	if err != nil {
		return err
	}
	if page.Chosen = text.Clean(r.URL.Query().Get("into")); page.Chosen == "" && len(page.Near) > 0 {
		page.Chosen = page.Near[0].Number
	}
	return web.Render(w, r, mergePage(page))
}

// merge lets another case go on in place of this one; it can be taken back for
// 30 days.
func (p *Pages) merge(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	page, v, err := p.loadMerge(r)
	if err != nil {
		return err
	}
	page.Chosen, page.Reason = web.Value(r, "into"), text.Cut(web.Value(r, "reason"), 500)
	if page.Chosen == "" {
		page.Chosen = web.Value(r, "other")
	}
	err = errs.New(errs.Invalid, "desk.merge.into", "请选并入哪一件，或写下它的单号。", "Choose the case to merge into, or give its number.").
		Field("other", "required", "选一件，或写单号", "choose one, or give its number")
	if page.Chosen != "" {
		var into casefile.View
		if into, err = p.cases.View(ctx, actor, project.ID, page.Chosen); err == nil {
			reason := page.Reason
			if reason == "" {
				reason = why(ctx, into.Case, v.Case)
			}
			_, err = p.cases.Merge(ctx, actor, casefile.Merging{From: v.Case.ID, Into: into.Case.ID, Reason: reason})
		}
	}
	switch errs.KindOf(err) {
	case "":
		web.Done(w, r, casePath(project, page.Chosen), ui.Undo{
			Words: text.Tf(ctx, "%s 已并入 %s，30 天内可以撤回", "%s is merged into %s; it can be taken back for 30 days", v.Case.Number, page.Chosen),
			Path:  base(r) + "/unmerge/" + v.Case.Number,
		})
		return nil
	case errs.Invalid, errs.Conflict, errs.NotFound:
		page.Err = err
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, mergePage(page))
	}
	return err
}

// TakeBack makes a merged case one of its own again, within 30 days. Errors:
// NotFound, Forbidden, Conflict (too late, or not merged).
func (p *Pages) TakeBack(ctx context.Context, actor auth.Actor, project int64, number string) (casefile.Case, error) {
	v, err := p.cases.View(ctx, actor, project, number)
	if err != nil {
		return casefile.Case{}, err
	}
	if v.Case.State.Status == engine.Merged && p.db.Clock().Now().Sub(v.Case.State.EndedAt) > desk.UndoMerge {
		return v.Case, errs.New(errs.Conflict, "desk.unmerge.late", "合并已经过了 30 天，不能撤回，没有改动。需要时另开一件并关联。", "It was merged more than 30 days ago and stays so; nothing was changed. Open another case and link it if need be.")
	}
	return p.cases.Unmerge(ctx, actor, v.Case.ID, 0, text.T(ctx, "撤回合并", "merging taken back"))
}

// unmerge takes a merging back.
func (p *Pages) unmerge(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	c, err := p.TakeBack(ctx, actorOf(ctx), project.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	web.Done(w, r, casePath(project, c.Number), ui.Undo{Words: text.Tf(ctx, "%s 又是单独一件", "%s is a case of its own again", c.Number)})
	return nil
}

// join adds what stands in the intake to a near case instead of making another.
func (p *Pages) join(w http.ResponseWriter, r *http.Request) error {
	form, err := typed(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	c, err := p.desk.Join(ctx, actorOf(ctx), desk.Joining{Project: project.ID, Case: id(web.Value(r, "join")), Call: id(form["call"]), Words: form["words"], Key: form["key"]})
	if err != nil {
		return err
	}
	web.Done(w, r, base(r), ui.Undo{Words: text.Tf(ctx, "已记到 %s", "Added to %s", c.Number)})
	return nil
}
