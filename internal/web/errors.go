package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"guanjia/internal/auth"
	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// statusOf is the one table from kind to status.
var statusOf = map[errs.Kind]int{
	errs.Invalid:         http.StatusUnprocessableEntity,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Forbidden:       http.StatusForbidden,
	errs.NotFound:        http.StatusNotFound,
	errs.Conflict:        http.StatusConflict,
	errs.Unavailable:     http.StatusServiceUnavailable,
	errs.TooMany:         http.StatusTooManyRequests,
	errs.Internal:        http.StatusInternalServerError,
}

// StatusOf is the HTTP status of err.
func StatusOf(err error) int {
	switch errs.CodeOf(err) {
	case "web.body.large":
		return http.StatusRequestEntityTooLarge
	case "web.method.unknown":
		return http.StatusMethodNotAllowed
	}
	if s, ok := statusOf[errs.KindOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

func errNobody() error {
	return errs.New(errs.Unauthenticated, "web.session.none",
		"还没有登录，或登录已过期。请登录后继续。", "You are not logged in, or your session has ended. Log in to go on.")
}

func errRefused(permission string) error {
	return errs.New(errs.Forbidden, "web.permission.missing",
		"你的岗位没有这项权限。什么都没有改动。需要的话，请管理员在“用户”里授予。",
		"Your role does not include this. Nothing was changed. If you need it, ask an administrator to grant it under Users.").
		Wrap(errors.New("missing " + permission))
}

func errNowhere() error {
	return errs.New(errs.NotFound, "web.page.none",
		"没有这个页面。可能网址不完整，或它已移走。", "There is no such page. The address may be incomplete, or the page has moved.")
}

func errMethod() error {
	return errs.New(errs.NotFound, "web.method.unknown",
		"这个网址不能直接打开。请从页面上的按钮进入。", "This address cannot be opened directly. Use the button on its page.")
}

func errForeign() error {
	return errs.New(errs.Forbidden, "web.origin.foreign",
		"这个请求是从别的网站发来的，没有执行，也没有改动任何东西。请回到管家的页面操作。",
		"This request came from another site. It was not carried out and nothing was changed. Do it from Guanjia's own page.")
}

// fail answers a request that went wrong: our page with what happened, what is
// safe and what to do; a part for htmx; problem+json for the API. The cause
// goes to the log once, with the same number.
func (s *Shell) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return // the reader went away
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errs.New(errs.Unavailable, "web.time.out",
			"处理时间太长，已停止。没有保存的内容请再试一次。", "This took too long and was stopped. Try once more; what was not confirmed was not saved.").Wrap(err)
	}
	kind := errs.KindOf(err)
	status := StatusOf(err)
	level := slog.LevelInfo
	if kind == errs.Internal || kind == errs.Unavailable {
		level = slog.LevelError
	}
	s.cfg.Log.Log(ctx, level, "request failed", "number", Number(ctx), "route", visitOf(ctx).pattern,
		"account", visitOf(ctx).account, "code", errs.CodeOf(err), "status", status, "err", err.Error())
	if m, ok := w.(interface{ begun() bool }); ok && m.begun() {
		return // half an answer is out; the log has the rest
	}
	for _, h := range []string{"Content-Encoding", "Content-Length", "Cache-Control"} {
		w.Header().Del(h)
	}
	if kind == errs.TooMany || kind == errs.Unavailable {
		wait := time.Minute
		if e := errs.As(err); e != nil && e.Wait > 0 {
			wait = e.Wait
		}
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		problem(w, r, status, err)
	case kind == errs.Unauthenticated && Partial(r):
		w.Header().Set("HX-Redirect", s.cfg.LoginPath+"?next="+url.QueryEscape(s.partFrame(r).Path))
		w.WriteHeader(status)
	case kind == errs.Unauthenticated && r.URL.Path != s.cfg.LoginPath && acceptsPage(r):
		next := r.URL.RequestURI()
		if r.Method != http.MethodGet {
			next = s.partFrame(r).Path
		}
		http.Redirect(w, r, s.cfg.LoginPath+"?next="+url.QueryEscape(next), http.StatusSeeOther)
	case Partial(r):
		w.Header().Set("HX-Retarget", "#gj-trouble")
		w.Header().Set("HX-Reswap", "innerHTML")
		s.draw(w, r, status, troublePart(trouble(ctx, err), faults(ctx, err)))
	default:
		s.draw(w, r, status, errorPage(trouble(ctx, err), faults(ctx, err), knownActor(ctx)))
	}
}

// draw shows an error page; if even that fails, plain words remain.
func (s *Shell) draw(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	if err := RenderStatus(w, r, status, c); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "drawing the error page failed", "number", Number(r.Context()), "err", err)
		http.Error(w, "管家出了故障 / Guanjia has a fault: "+Number(r.Context()), http.StatusInternalServerError)
	}
}

func acceptsPage(r *http.Request) bool {
	a := r.Header.Get("Accept")
	return a == "" || strings.Contains(a, "text/html") || strings.Contains(a, "*/*")
}

func knownActor(ctx context.Context) bool {
	_, ok := auth.From(ctx)
	return ok
}

// trouble puts an error into three sentences: title by kind, then the words of
// the error itself, which say what is safe and what to do.
func trouble(ctx context.Context, err error) ui.TroubleProps {
	t := ui.TroubleProps{Number: Number(ctx)}
	switch errs.KindOf(err) {
	case errs.Invalid:
		t.Title = text.T(ctx, "填写的内容有误", "Something in the form is wrong")
		t.Do = text.T(ctx, "返回上一页，填过的内容还在。", "Go back; what you typed is still there.")
	case errs.Unauthenticated:
		t.Title = text.T(ctx, "请先登录", "Log in first")
	case errs.Forbidden:
		t.Title = text.T(ctx, "没有权限", "Not permitted")
	case errs.NotFound:
		t.Title = text.T(ctx, "找不到", "Not found")
		t.Do = text.T(ctx, "用上方的搜索找房号、姓名、电话或单号。", "Search above for the room, name, phone or case number.")
		if !knownActor(ctx) {
			t.Do = ""
		}
	case errs.Conflict:
		t.Title = text.T(ctx, "别人先改了", "Somebody else was first")
		t.Do = text.T(ctx, "返回并刷新，看清改了什么再保存。", "Go back and reload to see what changed, then save.")
	case errs.Unavailable:
		t.Title = text.T(ctx, "现在做不了", "Not possible right now")
		t.Do = text.T(ctx, "稍等片刻再试；仍不行，把错误编号告诉管理员。", "Wait a moment and try again; if it stays so, give the error number to your administrator.")
	case errs.TooMany:
		t.Title = text.T(ctx, "太频繁了", "Too many attempts")
	default:
		t.Title = text.T(ctx, "系统出了故障", "Something broke on our side")
		t.Safe = text.T(ctx, "这一步没有保存；之前保存的都在。", "This step was not saved; everything saved before is safe.")
		t.Do = text.T(ctx, "再试一次；仍不行，把错误编号告诉管理员，凭它能查到原因。", "Try once more; if it stays so, give the error number to your administrator, who can find the cause by it.")
		return t
	}
	t.Safe = ui.Said(ctx, err)
	return t
}

// faults are the faulty fields in words.
func faults(ctx context.Context, err error) []string {
	var out []string
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			out = append(out, f.Message.In(text.LangOf(ctx)))
		}
	}
	return out
}

// problem is RFC 9457 for programs.
func problem(w http.ResponseWriter, r *http.Request, status int, err error) {
	type field struct {
		Path    string `json:"path"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	body := struct {
		Type     string  `json:"type"`
		Title    string  `json:"title"`
		Status   int     `json:"status"`
		Detail   string  `json:"detail"`
		Code     string  `json:"code"`
		Instance string  `json:"instance"` // the error number
		Fields   []field `json:"errors,omitempty"`
	}{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: ui.Said(r.Context(), err), Code: errs.CodeOf(err), Instance: Number(r.Context()),
	}
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			body.Fields = append(body.Fields, field{f.Path, f.Code, f.Message.In(text.LangOf(r.Context()))})
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the reader went away: nothing to do
}
