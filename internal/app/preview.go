package app

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/calendar"
	"guanjia/internal/estate"
	rules "guanjia/internal/handbook"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// previewChange says in words what a change does.
func (a *App) previewChange(ctx context.Context, c rules.Change) (rules.Preview, error) {
	if c.Sort == rules.OfHandbook {
		return a.previewHandbook(ctx, c)
	}
	return a.previewProject(ctx, c)
}

func (a *App) previewProject(ctx context.Context, c rules.Change) (rules.Preview, error) {
	var out rules.Preview
	_, before, err := a.changed(ctx, c.Project, c.Before)
	if err != nil {
		return out, err
	}
	_, after, err := a.changed(ctx, c.Project, c.After)
	if err != nil {
		return out, err
	}
	book := a.Book.Handbook()
	if err := a.Book.CheckProject(after); err != nil {
		out.Findings = []procedure.Problem{{Pos: procedure.Pos{File: "profiles/" + after.Profile + ".yaml", Line: 1, Col: 1}, Code: "project.settings", What: text.B(err.Error(), err.Error()), Do: text.B("改好再提出", "mend it and propose it again")}}
		return out, nil
	}
	was, err := a.Book.settingOf(book, before)
	if err != nil {
		return out, err
	}
	is, err := a.Book.settingOf(book, after)
	if err != nil {
		return out, err
	}
	if before.Profile != after.Profile {
		x, y := was.figures.Title, is.figures.Title
		out.Differences = append(out.Differences, procedure.Change{Sort: "changed", Path: "profile", Words: text.B("档 由 "+x.ZH+" 改为 "+y.ZH, "The profile changes from "+x.EN+" to "+y.EN)})
	}
	out.Differences = append(out.Differences, procedure.DiffFigures(was.figures, is.figures, book)...)
	days, err := differentDays(before, after)
	if err != nil {
		return out, err
	}
	out.Differences = append(out.Differences, days...)
	with := *book
	with.Profiles = maps.Clone(book.Profiles)
	with.Profiles[after.Profile] = is.figures
	out.Findings = a.newFindings(book, &with)
	if was.figures.Hash != is.figures.Hash {
		out.Running, err = a.running(ctx, c.Project, func(string) bool { return true })
	}
	return out, err
}

// differentDays says which own days of a project come, go or change.
func differentDays(before, after estate.Project) ([]procedure.Change, error) {
	was, err := reviewedOf(before)
	if err != nil {
		return nil, err
	}
	is, err := reviewedOf(after)
	if err != nil {
		return nil, err
	}
	var out []procedure.Change
	say := func(sort string, e calendar.Exception, zh, en string) {
		day, word := text.B("休", "closed"), e.Name
		if e.Working {
			day = text.B("上班", "working")
		}
		out = append(out, procedure.Change{Sort: sort, Path: "days." + e.Date, Words: text.B(
			strings.TrimSpace(zh+e.Date+" "+day.ZH+" "+word), strings.TrimSpace(en+e.Date+" "+day.EN+" "+word))})
	}
	has := func(list []calendar.Exception, e calendar.Exception) bool {
		return slices.ContainsFunc(list, func(x calendar.Exception) bool { return reflect.DeepEqual(x, e) })
	}
	for _, e := range is.Calendar.Exceptions {
		if !has(was.Calendar.Exceptions, e) {
			say("added", e, "日子 定为 ", "A day is now ")
		}
	}
	for _, e := range was.Calendar.Exceptions {
		if !has(is.Calendar.Exceptions, e) {
			say("removed", e, "日子 不再有 ", "A day is no more ")
		}
	}
	return out, nil
}

func (a *App) previewHandbook(ctx context.Context, c rules.Change) (rules.Preview, error) {
	var out rules.Preview
	now := a.Book.Handbook()
	before, after := &procedure.Handbook{}, now
	var err error
	if c.Before != "" {
		if before, err = a.version(ctx, c.Before); err != nil {
			return out, err
		}
	}
	if after, err = a.version(ctx, c.After); err != nil {
		return out, err
	}
	if c.Before == "" { // the first one: nothing stood before
		return out, nil
	}
	out.Differences = procedure.DiffHandbook(before, after)
	out.Findings = a.newFindings(before, after)
	projects, err := a.Estate.Projects(ctx, auth.System)
	if err != nil {
		return out, err
	}
	for _, p := range projects {
		if _, err := a.Book.settingOf(after, p); err != nil {
			out.Findings = append(out.Findings, procedure.Problem{Pos: procedure.Pos{File: "profiles", Line: 1, Col: 1}, Code: "project.settings",
				What: text.F("项目 %s 用不了它："+err.Error(), "project %s cannot run on it: "+err.Error(), p.Code), Do: text.B("先改项目的档或数值", "change the project's profile or figures first")})
		}
	}
	if _, err := grant(after, a.Mods); err != nil {
		out.Findings = append(out.Findings, procedure.Problem{Pos: procedure.Pos{File: "roles", Line: 1, Col: 1}, Code: "role.permission",
			What: text.B(err.Error(), err.Error()), Do: text.B("改好岗位的权限", "mend the permissions of the role")})
	}
	figures := !maps.EqualFunc(before.Profiles, after.Profiles, func(x, y *procedure.Figures) bool { return x.Hash == y.Hash })
	out.Running, err = a.running(ctx, 0, func(name string) bool {
		x, y := before.Procedures[name], after.Procedures[name]
		return figures || x == nil || y == nil || x.Hash != y.Hash
	})
	return out, err
}

func (a *App) version(ctx context.Context, hash string) (*procedure.Handbook, error) {
	if now := a.Book.Handbook(); now.Hash == hash {
		return now, nil
	}
	return rules.Kept(ctx, a.DB, hash, a.Book.Handbook().Rules)
}

// newFindings is what the checker says of after and does not say of before.
func (a *App) newFindings(before, after *procedure.Handbook) []procedure.Problem {
	env := envOf(a.Mods)
	known := map[string]bool{}
	for _, p := range procedure.CheckHandbook(before, env) {
		known[p.Code+p.What.EN] = true
	}
	return slices.DeleteFunc(procedure.CheckHandbook(after, env), func(p procedure.Problem) bool { return known[p.Code+p.What.EN] })
}

// running counts the open cases of the procedures that a change concerns.
func (a *App) running(ctx context.Context, project int64, concerned func(name string) bool) ([]rules.Running, error) {
	var open map[string]int
	err := a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		open, err = a.Cases.OpenOf(ctx, tx, project)
		return err
	})
	var out []rules.Running
	for _, name := range slices.Sorted(maps.Keys(open)) {
		if !concerned(name) {
			continue
		}
		title := text.B(name, name)
		if d := a.Book.Handbook().Procedures[name]; d != nil {
			title = d.Title
		}
		out = append(out, rules.Running{Procedure: name, Title: title, Cases: open[name]})
	}
	return out, err
}
