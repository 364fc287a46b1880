package integration

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

type pageView struct {
	Base     string
	Tokens   []Token
	Hooks    []Hook
	Roles    []ui.Option
	Titles   map[string]string // of roles
	MayHook  bool
	Secret   string // shown once
	For      string // what the secret is for
	Name     string // as typed
	Role     string
	URL      string
	Wanted   []string
	TokenErr error
	HookErr  error
}

func base(r *http.Request) string {
	return "/p/" + web.ProjectOf(r.Context()).Code + "/integrations"
}

func actorOf(r *http.Request) auth.Actor {
	a, _ := auth.From(r.Context())
	return a
}

func (s *Service) view(r *http.Request) (pageView, error) {
	ctx, project := r.Context(), web.ProjectOf(r.Context()).ID
	v := pageView{Base: base(r), Titles: map[string]string{}, MayHook: actorOf(r).May(PermHook, project)}
	for _, role := range s.opt.Roles() {
		v.Titles[role.Name] = role.Title.In(text.LangOf(ctx))
	}
	for _, role := range s.Grantable(actorOf(r), project) {
		v.Roles = append(v.Roles, ui.Option{Value: role.Name, Label: role.Title.In(text.LangOf(ctx))})
	}
	err := s.opt.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.Tokens, err = s.Tokens(ctx, tx, project); err != nil {
			return err
		}
		v.Hooks, err = s.Hooks(ctx, tx, project)
		return err
	})
	return v, err
}

func (s *Service) page(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, integrationsPage(v))
}

// addToken shows the token on the answer itself: it is nowhere else.
func (s *Service) addToken(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	name, role := web.Value(r, "name"), web.Value(r, "role")
	t, secret, failed := s.Add(r.Context(), actorOf(r), web.ProjectOf(r.Context()).ID, name, role)
	if failed != nil && errs.KindOf(failed) != errs.Invalid {
		return failed
	}
	v, err := s.view(r)
	if err != nil {
		return err
	}
	if failed != nil {
		v.Name, v.Role, v.TokenErr = name, role, failed
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, integrationsPage(v))
	}
	v.Secret, v.For = secret, t.Name
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, integrationsPage(v))
}

func (s *Service) addHook(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	address, events := web.Value(r, "url"), r.PostForm["events"]
	h, secret, failed := s.Subscribe(r.Context(), actorOf(r), web.ProjectOf(r.Context()).ID, address, events)
	if failed != nil && errs.KindOf(failed) != errs.Invalid {
		return failed
	}
	v, err := s.view(r)
	if err != nil {
		return err
	}
	if failed != nil {
		v.URL, v.Wanted, v.HookErr = address, events, failed
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, integrationsPage(v))
	}
	v.Secret, v.For = secret, h.URL
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, integrationsPage(v))
}

func idOf(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0 // finds nothing
	}
	return id
}

func (s *Service) endToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.End(r.Context(), actorOf(r), web.ProjectOf(r.Context()).ID, idOf(r)); err != nil {
		return err
	}
	web.Done(w, r, base(r)+"/", ui.Undo{Words: text.T(r.Context(), "令牌已收回", "The token is revoked")})
	return nil
}

func (s *Service) endHook(w http.ResponseWriter, r *http.Request) error {
	if err := s.Unsubscribe(r.Context(), actorOf(r), web.ProjectOf(r.Context()).ID, idOf(r)); err != nil {
		return err
	}
	web.Done(w, r, base(r)+"/", ui.Undo{Words: text.T(r.Context(), "回调已停", "The webhook is ended")})
	return nil
}

func (s *Service) resumeHook(w http.ResponseWriter, r *http.Request) error {
	if err := s.Resume(r.Context(), actorOf(r), web.ProjectOf(r.Context()).ID, idOf(r)); err != nil {
		return err
	}
	web.Done(w, r, hookPath(base(r), idOf(r)), ui.Undo{Words: text.T(r.Context(), "回调又启用了", "The webhook is taken up again")})
	return nil
}

const logRows = 50

type logView struct {
	Base string
	Hook Hook
	Rows []Delivery
	Next string
}

func (s *Service) log(w http.ResponseWriter, r *http.Request) error {
	ctx, project := r.Context(), web.ProjectOf(r.Context()).ID
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		before = 0
	}
	v := logView{Base: base(r)}
	err = s.opt.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if v.Hook, err = store.One(ctx, tx, scanHook, "SELECT "+hookColumns+" FROM integration_hook WHERE project_id = ? AND id = ?", project, idOf(r)); err != nil {
			return err
		}
		v.Rows, err = s.Log(ctx, tx, project, v.Hook.ID, before, logRows+1)
		return err
	})
	if errors.Is(err, store.ErrNoRow) {
		return errNoHook()
	}
	if err != nil {
		return err
	}
	if len(v.Rows) > logRows {
		v.Rows = v.Rows[:logRows]
		v.Next = hookPath(v.Base, v.Hook.ID) + "?before=" + itoa(v.Rows[logRows-1].ID)
	}
	return web.Render(w, r, logPage(v))
}

func (s *Service) again(w http.ResponseWriter, r *http.Request) error {
	hook, err := s.Again(r.Context(), actorOf(r), web.ProjectOf(r.Context()).ID, idOf(r))
	if err != nil {
		return err
	}
	web.Done(w, r, hookPath(base(r), hook), ui.Undo{Words: text.T(r.Context(), "再发一次", "Sending once more")})
	return nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func hookPath(base string, id int64) string { return base + "/hooks/" + itoa(id) }

func stateChip(ctx context.Context, d Delivery) ui.Chip {
	switch d.State {
	case "done":
		return ui.Chip{State: ui.Done, Words: text.T(ctx, "送达", "delivered")}
	case "failed":
		return ui.Chip{State: ui.Late, Words: text.T(ctx, "没送到", "failed")}
	default:
		return ui.Chip{State: ui.Run, Words: text.T(ctx, "在送", "on its way")}
	}
}
