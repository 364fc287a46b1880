package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"guanjia/internal/errs"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

type shellKey struct{}

func shellOf(ctx context.Context) *Shell {
	s, _ := ctx.Value(shellKey{}).(*Shell)
	return s
}

// Render writes a page, or a part of one for htmx, with status 200. It is drawn
// whole before the first byte leaves, so that a fault becomes an error page.
func Render(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	return RenderStatus(w, r, http.StatusOK, c)
}

// RenderStatus is Render with another status: 422 for a form with errors.
func RenderStatus(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	ctx := r.Context()
	if s := shellOf(ctx); s != nil {
		var f ui.Frame
		if Partial(r) {
			f = s.partFrame(r)
		} else {
			f = s.frame(r)
		}
		ctx = ui.WithFrame(ctx, f)
		if f.Undo != nil {
			dropCookie(w, r, undoCookie)
		}
		if p := ProjectOf(ctx); p.Code != "" && prefsOf(ctx).project != p.Code {
			keepCookie(w, r, projectCookie, p.Code)
		}
	}
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return fmt.Errorf("drawing page: %w", err)
	}
	if lost := unsaved(r, status, b.String()); len(lost) > 0 {
		f := ui.FrameOf(ctx)
		f.Unsaved = lost
		b.Reset()
		if err := c.Render(ui.WithFrame(ctx, f), &b); err != nil {
			return fmt.Errorf("drawing page: %w", err)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	h.Set("Content-Language", string(text.LangOf(ctx)))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader went away: nothing to do
	return nil
}

// Partial reports whether only a part of a page is asked for (by htmx).
func Partial(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// Redirect sends the person to an address of ours after a form was taken.
func Redirect(w http.ResponseWriter, r *http.Request, path string) {
	if Partial(r) {
		w.Header().Set("HX-Redirect", path)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// Done redirects to path, where a bar says what was done; with undo.Path it
// can be taken back there by a POST to that address.
func Done(w http.ResponseWriter, r *http.Request, path string, undo ui.Undo) {
	keepUndo(w, r, undo)
	Redirect(w, r, path)
}

// ParseForm reads the form of a request, files included up to the route's
// limit. Errors: Invalid when it is broken or too large.
func ParseForm(r *http.Request) error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	} else {
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large):
		return errs.Newf(errs.Invalid, "web.body.large",
			"内容太大：最多 %d KB。没有保存任何东西，请减少后再送。", "Too large: at most %d KB. Nothing was saved; send less.", large.Limit>>10).Wrap(err)
	}
	return errs.New(errs.Invalid, "web.form.broken",
		"没有收全填写的内容。没有保存任何东西，请返回再送一次。", "The form did not arrive whole. Nothing was saved; go back and send it again.").Wrap(err)
}

// Value is what was typed into a field, cleaned (text.Clean).
func Value(r *http.Request, name string) string { return text.Clean(r.FormValue(name)) }

// Next is where the person wanted to go: the field or parameter "next" if it
// is an address of ours, else fallback.
func Next(r *http.Request, fallback string) string {
	if p, ok := localPath(r.FormValue("next"), ""); ok {
		return p
	}
	return fallback
}

// localPath accepts only addresses of this house: "/p/x/desk?day=1". With host,
// a whole address of that host is accepted too and cut down.
func localPath(raw, host string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || raw == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	if u.Host != "" && (host == "" || u.Host != host) || u.Scheme != "" && u.Host == "" {
		return "", false
	}
	p := u.EscapedPath()
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(raw, "\\\r\n\t") {
		return "", false
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	return p, true
}
