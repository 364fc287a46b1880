package authweb

import (
	"net/http"
	"net/url"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web"
)

// next keeps where the person wanted to go through the steps of a log-in.
func next(r *http.Request) string { return web.Next(r, "/") }

func with(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// again is the status of a form shown again: the error's own kind decides
// whether it is the person's to correct.
func again(err error) int {
	if errs.KindOf(err) == errs.TooMany {
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// correctable reports whether err belongs beside the form it came from.
func correctable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.TooMany, errs.Conflict:
		return true
	}
	return false
}

type loginView struct {
	Login, Next string
	Open        bool // the demo: no second factor is asked for
	Err         error
}

func (p *Pages) loginPage(w http.ResponseWriter, r *http.Request) error {
	if _, ok := auth.From(r.Context()); ok {
		web.Redirect(w, r, next(r))
		return nil
	}
	return web.Render(w, r, loginPage(loginView{Next: next(r), Open: p.auth.PasswordOnly()}))
}

func (p *Pages) login(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	out, err := p.auth.Login(r.Context(), r.PostFormValue("login"), r.PostFormValue("password"), p.auth.ClientOf(r))
	if correctable(err) {
		return web.RenderStatus(w, r, again(err), loginPage(loginView{Login: web.Value(r, "login"), Next: next(r), Open: p.auth.PasswordOnly(), Err: err}))
	}
	if err != nil {
		return err
	}
	p.onward(w, r, out)
	return nil
}

// onward hands the cookies over and goes to what the log-in needs next.
func (p *Pages) onward(w http.ResponseWriter, r *http.Request, out auth.Outcome) {
	p.auth.SetCookies(w, r, out)
	switch out.Stage {
	case auth.StageCode:
		web.Redirect(w, r, with("/login/code", next(r)))
	case auth.StageEnrol:
		web.Redirect(w, r, with("/login/factor", next(r)))
	default:
		web.Redirect(w, r, next(r))
	}
}

func (p *Pages) codePage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, codePage(loginView{Next: next(r)}))
}

func (p *Pages) code(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	out, err := p.auth.EnterCode(r.Context(), r.PostFormValue("code"), p.auth.ClientOf(r))
	if correctable(err) {
		return web.RenderStatus(w, r, again(err), codePage(loginView{Next: next(r), Err: err}))
	}
	if err != nil {
		return err
	}
	p.onward(w, r, out)
	return nil
}

// enrolView is the second factor being set up: Enrolment is shown once, Codes
// at the end.
type enrolView struct {
	auth.Enrolment
	Base  string // "/login/factor" or "/account/factor"
	Next  string
	Codes []string
	Err   error
}

func (p *Pages) enrolPage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, enrolPage(enrolView{Base: "/login/factor", Next: next(r)}))
}

func (p *Pages) enrolBegin(w http.ResponseWriter, r *http.Request) error {
	return p.begin(w, r, "/login/factor", auth.Actor{})
}

func (p *Pages) enrolFinish(w http.ResponseWriter, r *http.Request) error {
	return p.finish(w, r, "/login/factor", auth.Actor{})
}

func (p *Pages) begin(w http.ResponseWriter, r *http.Request, base string, actor auth.Actor) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	e, err := p.auth.BeginEnrol(r.Context(), actor, p.auth.ClientOf(r))
	if err != nil {
		return err
	}
	return web.Render(w, r, enrolPage(enrolView{Base: base, Enrolment: e, Next: next(r)}))
}

func (p *Pages) finish(w http.ResponseWriter, r *http.Request, base string, actor auth.Actor) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	codes, out, err := p.auth.FinishEnrol(r.Context(), actor, p.auth.ClientOf(r), r.PostFormValue("code"))
	v := enrolView{Base: base, Next: next(r), Codes: codes, Err: err}
	if correctable(err) {
		return web.RenderStatus(w, r, again(err), enrolPage(v))
	}
	if err != nil {
		return err
	}
	p.auth.SetCookies(w, r, out)
	return web.Render(w, r, enrolPage(v))
}

func (p *Pages) logout(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	if err := p.auth.Logout(r.Context(), actor, p.auth.ClientOf(r).Token); err != nil {
		return err
	}
	p.auth.ClearCookies(w, r)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	web.Redirect(w, r, "/login")
	return nil
}

// linkView is the page behind a one-time link.
type linkView struct {
	Setup       bool
	Login, Name string
	Path        string
	Err         error
}

func (p *Pages) linkPage(w http.ResponseWriter, r *http.Request) error {
	l, err := p.auth.FindLink(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return web.Render(w, r, linkPage(viewOf(r, l)))
}

func viewOf(r *http.Request, l auth.Link) linkView {
	return linkView{Setup: l.Purpose == auth.PurposeSetup, Login: l.Account.Login, Name: l.Account.Name, Path: "/setup/" + url.PathEscape(r.PathValue("token"))}
}

func (p *Pages) link(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	token := r.PathValue("token")
	l, err := p.auth.FindLink(r.Context(), token)
	if err != nil {
		return err
	}
	out, err := p.auth.UseLink(r.Context(), token, auth.Redeem{
		Login: r.PostFormValue("login"), Name: r.PostFormValue("name"), Password: r.PostFormValue("password"), Lang: text.LangOf(r.Context()),
	}, p.auth.ClientOf(r))
	if correctable(err) {
		v := viewOf(r, l)
		v.Err = err
		if v.Setup {
			v.Login, v.Name = web.Value(r, "login"), web.Value(r, "name")
		}
		return web.RenderStatus(w, r, again(err), linkPage(v))
	}
	if err != nil {
		return err
	}
	p.onward(w, r, out)
	return nil
}
