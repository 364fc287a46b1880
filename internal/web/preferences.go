package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"guanjia/internal/auth"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

const (
	themeCookie   = "gj_theme"
	densityCookie = "gj_density"
	langCookie    = "gj_lang"
	projectCookie = "gj_project"
	undoCookie    = "gj_undo"
	year          = 365 * 24 * 60 * 60 // seconds
)

// prefs are the settings of a browser.
type prefs struct {
	theme, density, project string
	undo                    *ui.Undo
}

type prefsKey struct{}

func prefsOf(ctx context.Context) prefs {
	p, _ := ctx.Value(prefsKey{}).(prefs)
	return p
}

// preferences reads language and settings. The language of the account, when
// it has one, is put over this later; then the cookie, then what the browser asks for.
func (s *Shell) preferences(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := prefs{
			theme:   oneOf(cookie(r, themeCookie), "system", "light", "dark"),
			density: oneOf(cookie(r, densityCookie), "dense", "roomy"),
			project: cookie(r, projectCookie),
		}
		if raw := cookie(r, undoCookie); raw != "" {
			var u ui.Undo
			data, err := base64.RawURLEncoding.DecodeString(raw)
			if err == nil && json.Unmarshal(data, &u) == nil && u.Words != "" {
				if _, ok := localPath(u.Path, ""); !ok {
					u.Path = ""
				}
				p.undo = &u
			}
		}
		lang := text.ZH
		if c := cookie(r, langCookie); c != "" {
			lang = text.Parse(c)
		} else if a := r.Header.Get("Accept-Language"); a != "" {
			lang = accepted(a)
		}
		ctx := context.WithValue(r.Context(), prefsKey{}, p)
		next.ServeHTTP(w, r.WithContext(text.WithLang(ctx, lang)))
	})
}

// accepted is the first of our languages in an Accept-Language header, which
// browsers send in order of liking. Chinese when neither is there.
func accepted(header string) text.Lang {
	for part := range strings.SplitSeq(header, ",") {
		tag := strings.ToLower(strings.TrimSpace(part))
		switch {
		case strings.HasPrefix(tag, "zh"):
			return text.ZH
		case strings.HasPrefix(tag, "en"):
			return text.EN
		}
	}
	return text.ZH
}

// savePreferences takes the choices under the person's name.
func (s *Shell) savePreferences(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if v := oneOf(r.PostFormValue("theme"), "", "light", "dark", "system"); v != "" {
		keepCookie(w, r, themeCookie, v)
	}
	if v := oneOf(r.PostFormValue("density"), "", "dense", "roomy"); v != "" {
		keepCookie(w, r, densityCookie, v)
	}
	if v := oneOf(r.PostFormValue("lang"), "", string(text.ZH), string(text.EN)); v != "" {
		keepCookie(w, r, langCookie, v)
		if actor, ok := auth.From(r.Context()); ok && s.cfg.SaveLang != nil {
			if err := s.cfg.SaveLang(r.Context(), actor, text.Lang(v)); err != nil {
				return err
			}
		}
	}
	Redirect(w, r, Next(r, "/"))
	return nil
}

// oneOf is v if it is one of the choices, else fallback.
func oneOf(v, fallback string, choices ...string) string {
	for _, c := range choices {
		if v == c {
			return v
		}
	}
	return fallback
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func keepCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	setCookie(w, r, name, value, year)
}

func dropCookie(w http.ResponseWriter, r *http.Request, name string) {
	setCookie(w, r, name, "", -1)
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: Secure(r.Context()), SameSite: http.SameSiteLaxMode,
	})
}

// keepUndo carries what was done to the next page.
func keepUndo(w http.ResponseWriter, r *http.Request, u ui.Undo) {
	u.Words = text.Cut(u.Words, 120)
	data, err := json.Marshal(u)
	if err != nil {
		return // two strings always marshal
	}
	setCookie(w, r, undoCookie, base64.RawURLEncoding.EncodeToString(data), 60)
}
