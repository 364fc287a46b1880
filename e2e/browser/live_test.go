package browser_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/a-h/templ"

	"guanjia/e2e/browser"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// livePage counts how often it was drawn, in a part that listens.
func livePage(n int) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		body := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, `<section class="gj-pane" id="part" data-live="case"><p id="n">%d</p></section>
				<form method="get" data-draft="live"><input name="words" aria-label="words"><span data-draft-state></span></form>
				<button type="button" data-key="alt+1" aria-disabled="true" id="locked">x</button>`, n)
			return err
		})
		return ui.Page(ui.PageProps{Title: "Live"}).Render(templ.WithChildren(ctx, body), w)
	})
}

// A published topic draws the listening part anew without a reload.
func TestLivePartsFollowTheHub(t *testing.T) {
	base, hub := serve(t)
	p := browser.Start(t).Open(t, base+"/p/jinxiu/live", browser.Desk.In(text.EN, "light"))
	p.Wait(`document.querySelector("#n").textContent === "1"`)
	browser.Eval[bool](p, `window.mark = true`)
	for hub.Open(7) == 0 { // the stream opens a moment after the page
		p.Wait(`true`)
	}
	hub.Publish(7, "other")
	hub.Publish(7, "case")
	p.Wait(`document.querySelector("#n").textContent === "2"`)
	if !browser.Eval[bool](p, `window.mark === true`) {
		t.Error("the page was reloaded")
	}
	p.Quiet()
}

// What was typed survives a reload; keys reach fields and locked buttons.
func TestDraftAndKeys(t *testing.T) {
	base, _ := serve(t)
	p := browser.Start(t).Open(t, base+"/p/jinxiu/live", browser.Desk.In(text.ZH, "light"))
	p.Click(`[name=words]`)
	p.Type("漏水 <b>")
	p.Wait(`Object.keys(localStorage).length === 1`)
	p.Go(base + "/p/jinxiu/live")
	p.Wait(`document.querySelector("[name=words]").value === "漏水 <b>"`)
	p.Key("alt+1")
	p.Wait(`document.activeElement.id === "locked"`)
	p.Key("ctrl+k")
	p.Wait(`document.activeElement.id === "gj-find"`)
}

// The browser says the same words about time left as the server.
func TestClockWordsAgree(t *testing.T) {
	base, _ := serve(t)
	b := browser.Start(t)
	for _, lang := range []text.Lang{text.ZH, text.EN} {
		p := b.Open(t, base+"/gallery", browser.Desk.In(lang, "light").As(&http.Cookie{Name: "x", Value: "y"}))
		ctx := text.WithLang(t.Context(), lang)
		for _, minutes := range []int{0, 1, 48, 60, 130, 1440, 1500, 1560, 10000} {
			got := browser.Eval[string](p, fmt.Sprintf(`import(document.querySelector("script[type=module]").src).then(m => m.left(0, %d))`, minutes*60000))
			if want := ui.Left(ctx, time.UnixMilli(0), time.UnixMilli(int64(minutes)*60000)); got != want {
				t.Errorf("%s, %d min: browser says %q, server %q", lang, minutes, got, want)
			}
		}
	}
}
