package caseweb

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/casefile"
	"guanjia/internal/casefile/caseform"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// wayWords name what can be done with a case besides its next step.
var wayWords = []struct {
	way, icon string
	title     text.Both
	kind      engine.EventKind
}{
	{wayPaper, "file-text", text.B("登记材料", "Add a paper"), engine.EvPaper},
	{"told", "phone", text.B("回话", "Tell the customer"), engine.EvTold},
	{"assign", "arrow-right", text.B("转交", "Reassign"), engine.EvAssign},
	{"promise", "clock", text.B("答应客户", "Promise"), engine.EvPromise},
	{wayOwner, "users", text.B("移交首问责任", "Hand the ownership on"), engine.EvOwner},
	{"pause", "player-pause", text.B("暂停", "Pause"), engine.EvPause},
	{"resume", "player-play", text.B("继续", "Resume"), engine.EvResume},
	{wayAmend, "pencil", text.B("更正", "Correct"), engine.EvAmend},
	{wayAbout, "home", text.B("房屋和客户", "Unit and customer"), engine.EvAbout},
	{"cancel", "x", text.B("取消事项", "Cancel"), engine.EvCancel},
	{"jump", "route", text.B("人工调整步骤", "Move by hand"), engine.EvJump},
	{"reopen", "refresh", text.B("重新打开", "Reopen"), engine.EvReopen},
	{wayErase, "trash", text.B("删除个人内容", "Erase people's words"), ""},
}

// wayTitle is what an action is called; "" for none.
func wayTitle(ctx context.Context, way string) string {
	for _, w := range wayWords {
		if w.way == way {
			return w.title.In(text.LangOf(ctx))
		}
	}
	return ""
}

// saved is what the bar on the next page says of something done.
func saved(ctx context.Context, what string) ui.Undo {
	return ui.Undo{Words: text.Tf(ctx, "%s：已记下", "%s: saved", what)}
}

// offers reports whether one of the actions is at path.
func offers(ways []Way, path string) bool {
	return slices.ContainsFunc(ways, func(w Way) bool { return w.Path == path })
}

// wayPaper brings a paper of the procedure, its scan or photo, whenever it comes.
const wayPaper = "paper"

// wayAbout sets which unit the case is of and whose it is.
const wayAbout = "about"

// wayAmend corrects an answer that was given.
const wayAmend = "amend"

// wayOwner hands the case to another owner, who takes it or declines (DSK-05).
const wayOwner = "owner"

// wayErase is no command of the procedure: it takes words out of the file.
const wayErase = "erase"

func wayKind(way string) engine.EventKind {
	for _, w := range wayWords {
		if w.way == way {
			return w.kind
		}
	}
	return ""
}

// ways lists what this person may do besides the next step.
func ways(ctx context.Context, base string, v casefile.View) []Way {
	open := v.Case.State.Status == engine.Open
	var list []Way
	for _, w := range wayWords {
		may := open
		switch w.way {
		case wayPaper:
			may = open && len(v.Def.Papers) > 0
		case wayAbout:
			may = open && actorOf(ctx).May(estate.PermView, v.Case.Project)
		case wayAmend:
			may = open && v.MayCorrect && len(correctable(v)) > 0
		case wayOwner:
			may = open && slices.ContainsFunc(v.Options, func(o engine.Option) bool { return o.Kind == engine.EvOwner && o.May })
		case "pause":
			may = open && v.Case.State.Pause == nil
		case "resume":
			may = open && v.Case.State.Pause != nil
		case "cancel":
			may = open && v.MayEnd
		case "jump":
			may = open && v.MayJump
		case "reopen":
			may = !open && v.MayReopen && v.Case.State.Status != engine.Merged
		case wayErase:
			may = v.MayErase
		}
		if may {
			list = append(list, Way{Label: w.title.In(text.LangOf(ctx)), Icon: w.icon, Path: base + "/way/" + w.way})
		}
	}
	return list
}

// paperOptions are what can be brought to a case: first what the step it stands at
// waits for, then what another step may need or needed, last what is there
// already and may get another page. Whoever stands at the desk takes a paper
// when it comes; the step that needs it finds it.
func paperOptions(ctx context.Context, v casefile.View) []ui.Option {
	waits := map[string]bool{}
	if len(v.Options) > 0 && v.Options[0].Kind == engine.EvDone {
		for _, m := range v.Options[0].Missing {
			waits[m.Name] = waits[m.Name] || m.Kind == "paper"
		}
	}
	rank := func(p procedure.Paper) int {
		switch {
		case v.Case.State.Papers[p.Name]:
			return 2
		case waits[p.Name]:
			return 0
		}
		return 1
	}
	sorted := slices.Clone(v.Def.Papers)
	slices.SortStableFunc(sorted, func(a, b procedure.Paper) int { return rank(a) - rank(b) })
	list := make([]ui.Option, len(sorted))
	for i, p := range sorted {
		list[i] = ui.Option{Value: p.Name, Label: p.Title.In(text.LangOf(ctx))}
		switch rank(p) {
		case 0:
			list[i].Label += text.T(ctx, "（这一步等着）", " (this step waits for it)")
		case 2:
			list[i].Label += text.T(ctx, "（已有，再加）", " (there; add to it)")
		}
	}
	return list
}

// bring keeps the scan of a paper and notes in the file that it was brought.
func (p *Pages) bring(r *http.Request, v casefile.View) error {
	ctx := r.Context()
	var kept map[string][]string
	err := v.TakesPaper(web.Value(r, "choice"))
	if err == nil && p.files != nil {
		kept, err = caseform.Uploads(r, []procedure.Field{{Name: wayPaper, Type: procedure.TypePhoto}}, caseform.Files{Keep: func(name string, body io.Reader) (string, error) {
			return p.files.Keep(ctx, actorOf(ctx), v.Case.Project, v.Case.ID, name, body)
		}})
	}
	if err == nil && len(kept[wayPaper]) == 0 {
		const zh, en = "没有收到文件，请选扫描件或照片。", "No file arrived; choose a scan or a photo."
		err = errs.New(errs.Invalid, "casefile.paper.empty", zh, en).Field(wayPaper, "required", zh, en)
	}
	for _, ref := range kept[wayPaper] {
		if err == nil {
			_, err = p.cases.Do(ctx, actorOf(ctx), casefile.Bringing(v.Case.ID, web.Value(r, "choice"), ref))
		}
	}
	return err
}

func (p *Pages) way(w http.ResponseWriter, r *http.Request) error {
	v, err := p.cases.View(r.Context(), actorOf(r.Context()), web.ProjectOf(r.Context()).ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	return p.showWay(w, r, v, http.StatusOK, nil, nil)
}

// showWay draws the form of an action; typed are answers that were not taken.
func (p *Pages) showWay(w http.ResponseWriter, r *http.Request, v casefile.View, status int, problem error, typed map[string]any) error {
	ctx := r.Context()
	way := r.PathValue("way")
	page := WayPage{Base: casePath(web.ProjectOf(ctx), v.Case.Number), Way: way, Version: v.Case.State.Version, Err: problem, Number: v.Case.Number, Subject: v.Case.Subject}
	if page.Title = wayTitle(ctx, way); page.Title == "" {
		return errs.New(errs.NotFound, "casefile.way", "没有这个操作。", "There is no such action.")
	}
	page.Text, page.Until, page.Choice = r.FormValue("text"), r.FormValue("until"), r.FormValue("choice")
	switch way {
	case wayPaper:
		page.Options = paperOptions(ctx, v)
	case wayAmend:
		correction(ctx, v, &page, typed)
	case wayAbout:
		if err := p.homesFor(r, v, &page); err != nil {
			return err
		}
	case "assign":
		page.Options = []ui.Option{{Label: text.T(ctx, "请选择", "Choose")}} // nobody by oversight, least of all oneself
		err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			list, err := p.staff.Able(ctx, tx, v.Case.Project, "")
			for _, s := range list {
				page.Options = append(page.Options, ui.Option{Value: strconv.FormatInt(s.Account, 10), Label: text.Tf(ctx, "%s · 手上 %d 单", "%s · %d in hand", s.Name, s.InHand)})
			}
			return err
		})
		if err != nil {
			return err
		}
	case wayOwner:
		if err := p.owners(ctx, v, &page); err != nil {
			return err
		}
	case "pause":
		choices, err := v.Figures.Choices("pause_reasons", nil)
		if err != nil {
			return err
		}
		for _, c := range choices {
			page.Options = append(page.Options, ui.Option{Value: c.Name, Label: c.Title.In(text.LangOf(ctx))})
		}
	case "jump":
		page.Options = []ui.Option{{Label: text.T(ctx, "请选择", "Choose")}}
		for _, s := range v.Def.Steps {
			if !s.Auto() {
				page.Options = append(page.Options, ui.Option{Value: s.Name, Label: s.Title.In(text.LangOf(ctx))})
			}
		}
	}
	return web.RenderStatus(w, r, status, wayPage(page))
}

// goWay carries an action out; what is wrong comes back with the form.
func (p *Pages) goWay(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project, actor := web.ProjectOf(ctx), actorOf(ctx)
	v, err := p.cases.View(ctx, actor, project.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	cmd, err := wayCommand(r)
	if r.PathValue("way") == wayAmend {
		cmd, err = corrected(r, v)
	}
	version, _ := strconv.Atoi(web.Value(r, "version"))
	switch {
	case err != nil:
	case r.PathValue("way") == wayPaper:
		err = p.bring(r, v)
	case r.PathValue("way") == wayErase:
		_, err = p.cases.Erase(ctx, actor, casefile.Erasing{Case: v.Case.ID, Version: version, Reason: web.Value(r, "text")})
	default:
		_, err = p.cases.Do(ctx, actor, casefile.Doing{Case: v.Case.ID, Version: version, Command: cmd})
	}
	if err == nil {
		web.Done(w, r, casePath(project, v.Case.Number), saved(ctx, wayTitle(ctx, r.PathValue("way"))))
		return nil
	}
	if !slices.Contains([]errs.Kind{errs.Invalid, errs.Conflict, errs.Forbidden}, errs.KindOf(err)) {
		return err
	}
	if v, e := p.cases.View(ctx, actor, project.ID, r.PathValue("number")); e == nil {
		return p.showWay(w, r, v, http.StatusUnprocessableEntity, err, cmd.Fields)
	}
	return err
}

func wayCommand(r *http.Request) (engine.Command, error) {
	way := r.PathValue("way")
	cmd := engine.Command{Kind: wayKind(way), Data: map[string]any{}}
	words, choice := web.Value(r, "text"), web.Value(r, "choice")
	var until time.Time
	if raw := web.Value(r, "until"); raw != "" {
		t, err := time.ParseInLocation("2006-01-02T15:04", raw, calendar.Zone)
		if err != nil {
			return cmd, errs.New(errs.Invalid, "casefile.way.time", "时间没看懂。", "The time could not be read.").Field("until", "form", "请选日期和时间", "choose date and time")
		}
		until = t
	}
	switch way {
	case "told":
		cmd.Data["text"], cmd.Data["by"] = words, "call"
	case "promise":
		cmd.Data["text"] = words
		if !until.IsZero() {
			cmd.Data["due"] = until.Format(time.RFC3339)
		}
	case "assign":
		if a, err := strconv.ParseInt(choice, 10, 64); err == nil {
			cmd.Data["account"] = a
		}
		cmd.Data["reason"] = words
	case "pause":
		cmd.Data["reason"], cmd.Data["note"] = choice, words
		if !until.IsZero() {
			cmd.Data["until"] = until.Format(time.RFC3339)
		}
	case wayAbout:
		unit, person, ok := aboutChoice(choice)
		if !ok {
			const zh, en = "请先查找，再选是哪一户、是谁。没有改动。", "Search first, then choose which unit and who. Nothing was changed."
			return cmd, errs.New(errs.Invalid, "casefile.about.choice", zh, en).Field("choice", "missing", zh, en)
		}
		cmd = casefile.About(unit, person, words)
	case wayOwner:
		cmd.Data["reason"] = words
		if choice == declines {
			cmd.Data["declined"] = true
		} else if a, err := strconv.ParseInt(choice, 10, 64); err == nil {
			cmd.Data["account"] = a
		}
	case "jump":
		cmd.Data["to"], cmd.Data["reason"] = choice, words
	default:
		cmd.Data["reason"] = words
	}
	return cmd, nil
}
