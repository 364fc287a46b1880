package careweb

import (
	"context"
	"net/http"
	"strconv"

	"guanjia/internal/care"
	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// answerPage is a sheet as a resident sees it, without account: it names no
// unit, no person and no project.
type answerPage struct {
	Title, Until string
	Asks         []answerAsk
	Action       string
	Other        string // the same page in the other size of type
	Large        bool
	Done         bool
	Err          error
}

type answerAsk struct {
	Name, Ask, Sort, Value, Err string
	Picks                       []ui.Pick
}

func (p *Pages) pass(r *http.Request) error {
	if p.limit.pass(web.ClientIP(r.Context()), p.db.Clock().Now()) {
		return nil
	}
	return errs.New(errs.TooMany, "care.sheet.often", "打开得太频繁，请一分钟以后再试。填的内容没有丢。", "Too many requests; try again in a minute. Nothing you typed is lost.")
}

func (p *Pages) openSheet(w http.ResponseWriter, r *http.Request) error {
	if err := p.pass(r); err != nil {
		return err
	}
	return p.showSheet(w, r, http.StatusOK, nil, nil)
}

func (p *Pages) showSheet(w http.ResponseWriter, r *http.Request, status int, typed []string, problem error) error {
	ctx := r.Context()
	page := answerPage{Action: "/survey/" + r.PathValue("token"), Large: r.FormValue("large") == "1", Err: problem}
	page.Other = page.Action + "?large=1"
	if page.Large {
		page.Other, page.Action = page.Action, page.Action+"?large=1"
	}
	err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, answered, err := p.care.OpenSheet(ctx, tx, r.PathValue("token"))
		if err != nil {
			return err
		}
		page.Title, page.Until, page.Done = care.Said(ctx, v.Title), v.Until, answered
		for i, q := range v.Questions {
			a := answerAsk{Name: "q" + strconv.Itoa(i), Ask: care.Said(ctx, q.Ask), Sort: q.Sort, Err: ui.ErrOf(ctx, problem, "q"+strconv.Itoa(i))}
			if i < len(typed) {
				a.Value = typed[i]
			}
			words := q.Options
			if q.Sort == care.AskRating {
				words = []string{"5", "4", "3", "2", "1"}
			}
			for _, o := range words {
				a.Picks = append(a.Picks, ui.Pick{Value: o, Label: markWord(ctx, q.Sort, o)})
			}
			page.Asks = append(page.Asks, a)
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex")
	return web.RenderStatus(w, r, status, sheetPage(page))
}

func markWord(ctx context.Context, sort, value string) string {
	if sort != care.AskRating {
		return value
	}
	switch value {
	case "5":
		return text.T(ctx, "很满意", "Very good")
	case "4":
		return text.T(ctx, "满意", "Good")
	case "3":
		return text.T(ctx, "一般", "Fair")
	case "2":
		return text.T(ctx, "不满意", "Poor")
	}
	return text.T(ctx, "很不满意", "Very poor")
}

func (p *Pages) answerSheet(w http.ResponseWriter, r *http.Request) error {
	if err := p.pass(r); err != nil {
		return err
	}
	if err := web.ParseForm(r); err != nil {
		return err
	}
	var typed []string
	for i := range asksOffered {
		typed = append(typed, web.Value(r, "q"+strconv.Itoa(i)))
	}
	err := p.care.AnswerSheet(r.Context(), r.PathValue("token"), typed)
	switch errs.KindOf(err) {
	case errs.Invalid:
		if err != nil {
			return p.showSheet(w, r, http.StatusUnprocessableEntity, typed, err)
		}
	case errs.Conflict:
		return p.showSheet(w, r, http.StatusConflict, typed, err)
	}
	if err != nil {
		return err
	}
	web.Redirect(w, r, "/survey/"+r.PathValue("token"))
	return nil
}
