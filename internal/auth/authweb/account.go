package authweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// me is the actor of a page that asks for a session.
func me(r *http.Request) auth.Actor {
	actor, _ := auth.From(r.Context())
	return actor
}

type accountView struct {
	Account      auth.Account
	Roles        []held
	RecoveryLeft int
	Fresh        bool
	Err          error  // of the form named by Form
	Form         string // "account", "password", "factor", "confirm"
}

// of is the error if it came from form.
func (v accountView) of(form string) error {
	if v.Form == form {
		return v.Err
	}
	return nil
}

func (p *Pages) accountPage(w http.ResponseWriter, r *http.Request) error {
	return p.account(w, r, "", nil)
}

// account draws the page; err belongs to form.
func (p *Pages) account(w http.ResponseWriter, r *http.Request, form string, err error) error {
	if err != nil && !correctable(err) && errs.CodeOf(err) != auth.CodeConfirm && errs.CodeOf(err) != "auth.totp.required" {
		return err
	}
	ctx, actor := r.Context(), me(r)
	v := accountView{Form: form, Err: err}
	var e error
	if v.Account, e = p.auth.Account(ctx, actor, actor.Account); e != nil {
		return e
	}
	if v.Roles, e = p.held(ctx, actor, v.Account.Grants); e != nil {
		return e
	}
	if v.RecoveryLeft, e = p.auth.RecoveryLeft(ctx, actor); e != nil {
		return e
	}
	if v.Fresh, e = p.auth.Fresh(ctx, actor); e != nil {
		return e
	}
	if form == "account" { // nothing typed is lost
		v.Account.Name, v.Account.Phone = web.Value(r, "name"), web.Value(r, "phone")
	}
	status := http.StatusOK
	if err != nil {
		status = again(err)
	}
	return web.RenderStatus(w, r, status, accountPage(v))
}

func (p *Pages) preferences(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	lang := text.Parse(r.PostFormValue("lang"))
	err := p.auth.SetPreferences(r.Context(), me(r), auth.Preferences{
		Name: r.PostFormValue("name"), Phone: r.PostFormValue("phone"), Lang: lang, Theme: r.PostFormValue("theme"),
	})
	if err != nil {
		return p.account(w, r, "account", err)
	}
	ctx := text.WithLang(r.Context(), lang)
	web.Done(w, r, "/account", ui.Undo{Words: text.T(ctx, "已保存", "Saved")})
	return nil
}

func (p *Pages) password(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	out, err := p.auth.ChangePassword(r.Context(), me(r), r.PostFormValue("present"), r.PostFormValue("password"))
	if err != nil {
		return p.account(w, r, "password", err)
	}
	p.auth.SetCookies(w, r, out)
	web.Done(w, r, "/account", ui.Undo{Words: text.T(r.Context(), "密码已换，其他设备上的登录都已结束", "Password changed; sessions on other devices have ended")})
	return nil
}

// confirm takes the password again before sensitive changes.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	out, err := p.auth.Confirm(r.Context(), me(r), r.PostFormValue("password"))
	if err != nil {
		if correctable(err) {
			return web.RenderStatus(w, r, again(err), confirmPage(web.Next(r, "/account"), err))
		}
		return err
	}
	p.auth.SetCookies(w, r, out)
	web.Redirect(w, r, web.Next(r, "/account"))
	return nil
}

func (p *Pages) factorBegin(w http.ResponseWriter, r *http.Request) error {
	return p.begin(w, r, "/account/factor", me(r))
}

func (p *Pages) factorFinish(w http.ResponseWriter, r *http.Request) error {
	return p.finish(w, r, "/account/factor", me(r))
}

func (p *Pages) factorOff(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	out, err := p.auth.DisableTOTP(r.Context(), me(r), r.PostFormValue("password"))
	if err != nil {
		return p.account(w, r, "factor", err)
	}
	p.auth.SetCookies(w, r, out)
	web.Done(w, r, "/account", ui.Undo{Words: text.T(r.Context(), "动态口令已停用", "The second factor is off")})
	return nil
}

func (p *Pages) sessionsPage(w http.ResponseWriter, r *http.Request) error {
	actor := me(r)
	list, err := p.auth.Sessions(r.Context(), actor, actor.Account)
	if err != nil {
		return err
	}
	return web.Render(w, r, sessionsPage(list, actor.Session))
}

func (p *Pages) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	actor := me(r)
	id, err := strconv.ParseInt(r.PostFormValue("session"), 10, 64)
	if err != nil {
		return errs.New(errs.Invalid, "auth.session.which", "没有说明要结束哪个登录，没有改动。", "It is not said which session to end; nothing was changed.").Wrap(err)
	}
	if err := p.auth.EndSession(r.Context(), actor, actor.Account, id); err != nil {
		return err
	}
	web.Done(w, r, "/account/sessions", ui.Undo{Words: text.T(r.Context(), "已结束", "Ended")})
	return nil
}

// held is a role somebody holds, in words.
type held struct {
	auth.Grant
	Title   string
	Where   string
	CanTake bool // the reader may take it away
}

// held puts grants into words of the reader's language. A project the reader
// cannot enter is named by its number.
func (p *Pages) held(ctx context.Context, actor auth.Actor, grants []auth.Grant) ([]held, error) {
	names := map[int64]string{0: text.T(ctx, "整个公司", "Whole company")}
	projects, err := p.projects(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, q := range projects {
		names[q.ID] = q.Name
	}
	var list []held
	for _, g := range grants {
		h := held{Grant: g, Title: g.Role, Where: names[g.Project]}
		if h.Where == "" {
			h.Where = text.T(ctx, "其他项目", "Another project")
		}
		for _, role := range p.auth.Roles() {
			if role.Name == g.Role {
				h.Title = role.Title.In(text.LangOf(ctx))
			}
		}
		for _, role := range p.auth.Grantable(actor, g.Project) {
			h.CanTake = h.CanTake || role.Name == g.Role
		}
		list = append(list, h)
	}
	return list, nil
}

// deviceName reads a User-Agent as people say it: "Chrome · Windows".
func deviceName(ctx context.Context, agent string) string {
	find := func(table [][2]string) string {
		for _, t := range table {
			if strings.Contains(agent, t[0]) {
				return t[1]
			}
		}
		return ""
	}
	browser := find([][2]string{
		{"MicroMessenger", text.T(ctx, "微信", "WeChat")}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"},
	})
	system := find([][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"HarmonyOS", "HarmonyOS"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"},
	})
	switch {
	case browser != "" && system != "":
		return browser + " · " + system
	case browser+system != "":
		return browser + system
	}
	return text.T(ctx, "未知设备", "Unknown device")
}
