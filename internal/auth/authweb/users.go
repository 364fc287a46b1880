package authweb

import (
	"net/http"
	"net/url"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// pageSize is the rows of a page of users.
const pageSize = 50

type userRow struct {
	auth.Account
	Roles []held
}

type usersView struct {
	Rows    []userRow
	Base    string // "/users" or "/p/x/users"
	Project string
	Next    string
	CanAdd  bool
}

func (p *Pages) usersPage(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), me(r)
	project := web.ProjectOf(ctx)
	list, err := p.auth.Accounts(ctx, actor, project.ID, r.URL.Query().Get("after"), pageSize+1)
	if err != nil {
		return err
	}
	v := usersView{Base: "/users", Project: project.Name, CanAdd: actor.May(auth.PermManage, 0)}
	if project.ID != 0 {
		v.Base = "/p/" + project.Code + "/users"
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		v.Next = v.Base + "?after=" + url.QueryEscape(list[pageSize-1].Login)
	}
	for _, a := range list {
		roles, err := p.held(ctx, actor, a.Grants)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, userRow{Account: a, Roles: roles})
	}
	return web.Render(w, r, usersPage(v))
}

type place struct {
	ID    int64
	Name  string
	Roles []auth.Role // that the reader may give there
}

// places lists where the reader may give roles, and which.
func (p *Pages) places(r *http.Request) ([]place, error) {
	ctx, actor := r.Context(), me(r)
	var list []place
	if roles := p.auth.Grantable(actor, 0); len(roles) > 0 {
		list = append(list, place{Name: text.T(ctx, "整个公司", "Whole company"), Roles: roles})
	}
	projects, err := p.projects(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, q := range projects {
		if roles := p.auth.Grantable(actor, q.ID); len(roles) > 0 {
			list = append(list, place{ID: q.ID, Name: q.Name, Roles: roles})
		}
	}
	return list, nil
}

// grantValue packs a grant into one choice: "12:desk".
func grantValue(project int64, role string) string {
	return strconv.FormatInt(project, 10) + ":" + role
}

func readGrant(v string) (auth.Grant, bool) {
	for i := range v {
		if v[i] == ':' {
			id, err := strconv.ParseInt(v[:i], 10, 64)
			return auth.Grant{Project: id, Role: v[i+1:]}, err == nil
		}
	}
	return auth.Grant{}, false
}

type newView struct {
	Login, Name, Phone, Grant string
	Places                    []place
	Fresh                     bool
	Err                       error
}

func (p *Pages) newPage(w http.ResponseWriter, r *http.Request) error {
	return p.drawNew(w, r, http.StatusOK, newView{})
}

func (p *Pages) drawNew(w http.ResponseWriter, r *http.Request, status int, v newView) (err error) {
	if v.Places, err = p.places(r); err != nil {
		return err
	}
	if v.Fresh, err = p.auth.Fresh(r.Context(), me(r)); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, newPage(v))
}

func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	v := newView{Login: web.Value(r, "login"), Name: web.Value(r, "name"), Phone: web.Value(r, "phone"), Grant: web.Value(r, "grant")}
	n := auth.NewAccount{Login: v.Login, Name: v.Name, Phone: v.Phone, Lang: text.LangOf(r.Context())}
	if g, ok := readGrant(v.Grant); ok {
		n.Grants = []auth.Grant{g}
	}
	a, err := p.auth.CreateAccount(r.Context(), me(r), n)
	if correctable(err) || errs.CodeOf(err) == auth.CodeConfirm {
		v.Err = err
		return p.drawNew(w, r, again(err), v)
	}
	if err != nil {
		return err
	}
	return p.showLink(w, r, a)
}

// showLink makes the one-time link and shows it, this once.
func (p *Pages) showLink(w http.ResponseWriter, r *http.Request, a auth.Account) error {
	token, err := p.auth.IssueLink(r.Context(), me(r), a.ID)
	if err != nil {
		return err
	}
	base := p.base
	if base == "" {
		scheme := "http://"
		if r.TLS != nil || web.Secure(r.Context()) {
			scheme = "https://"
		}
		base = scheme + r.Host
	}
	return web.Render(w, r, issuedPage(a, base+"/setup/"+token))
}

type userView struct {
	Account   auth.Account
	Roles     []held
	Places    []place
	Sessions  []auth.Session
	Fresh     bool
	MayManage bool // company-wide
	Self      bool
	Err       error
}

func (p *Pages) userPage(w http.ResponseWriter, r *http.Request) error { return p.user(w, r, nil) }

func userID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, errs.New(errs.NotFound, "auth.account.none", "没有这个账号。", "No such account.").Wrap(err)
	}
	return id, nil
}

func userPath(id int64) string { return "/users/" + strconv.FormatInt(id, 10) }

func (p *Pages) user(w http.ResponseWriter, r *http.Request, failed error) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), me(r)
	v := userView{Err: failed, Self: id == actor.Account, MayManage: actor.May(auth.PermManage, 0)}
	if v.Account, err = p.auth.Account(ctx, actor, id); err != nil {
		return err
	}
	if v.Roles, err = p.held(ctx, actor, v.Account.Grants); err != nil {
		return err
	}
	if v.Places, err = p.places(r); err != nil {
		return err
	}
	if v.Fresh, err = p.auth.Fresh(ctx, actor); err != nil {
		return err
	}
	if v.MayManage || v.Self {
		if v.Sessions, err = p.auth.Sessions(ctx, actor, id); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if failed != nil {
		status = again(failed)
	}
	return web.RenderStatus(w, r, status, userPage(v))
}

// change does one thing to an account and comes back to its page.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, zh, en string, do func(id int64) error) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	id, err := userID(r)
	if err != nil {
		return err
	}
	err = do(id)
	if correctable(err) || errs.CodeOf(err) == auth.CodeConfirm || errs.CodeOf(err) == "auth.grant.more" {
		return p.user(w, r, err)
	}
	if err != nil {
		return err
	}
	web.Done(w, r, userPath(id), ui.Undo{Words: text.T(r.Context(), zh, en)})
	return nil
}

func errGrantForm() error {
	return errs.New(errs.Invalid, "auth.role.unknown", "请从列表里选一个岗位，没有改动。", "Choose a role from the list; nothing was changed.")
}

func (p *Pages) grant(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "岗位已授予，下一次点击起生效", "Role granted; it holds from the next click", func(id int64) error {
		g, ok := readGrant(r.PostFormValue("grant"))
		if !ok {
			return errGrantForm()
		}
		return p.auth.Grant(r.Context(), me(r), id, g)
	})
}

func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "岗位已收回", "Role taken away", func(id int64) error {
		g, ok := readGrant(r.PostFormValue("grant"))
		if !ok {
			return errGrantForm()
		}
		return p.auth.Revoke(r.Context(), me(r), id, g)
	})
}

func (p *Pages) active(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "已改，马上生效", "Changed, in effect now", func(id int64) error {
		return p.auth.SetActive(r.Context(), me(r), id, r.PostFormValue("active") == "1")
	})
}

func (p *Pages) resetFactor(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "动态口令已重置", "Second factor reset", func(id int64) error { return p.auth.ResetTOTP(r.Context(), me(r), id) })
}

func (p *Pages) endOthers(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "登录已结束", "Sessions ended", func(id int64) error {
		session, err := strconv.ParseInt(r.PostFormValue("session"), 10, 64)
		if err != nil {
			return errs.New(errs.Invalid, "auth.session.which", "没有说明要结束哪个登录，没有改动。", "It is not said which session to end; nothing was changed.")
		}
		return p.auth.EndSession(r.Context(), me(r), id, session)
	})
}

func (p *Pages) issueLink(w http.ResponseWriter, r *http.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	a, err := p.auth.Account(r.Context(), me(r), id)
	if err != nil {
		return err
	}
	err = p.showLink(w, r, a)
	if correctable(err) || errs.CodeOf(err) == auth.CodeConfirm || errs.CodeOf(err) == "auth.grant.more" {
		return p.user(w, r, err)
	}
	return err
}
