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
				<button type="button" id="ask" hx-get="/p/jinxiu/nothing" hx-target="#n">ask</button><button type="button" id="get" hx-get="/p/jinxiu/search?q=%%3Cb%%3E" hx-target="#n">get</button>
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

// hits is what a search page answers while somebody types.
func hits(q string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<ul class="gj-hits" role="listbox" aria-label="hits"><li role="option" aria-selected="false"><a href="/gallery?page=list" tabindex="-1">one %s</a></li><li role="option" aria-selected="false"><a href="/gallery?page=empty" tabindex="-1">two</a></li></ul>`, templ.EscapeString(q))
		return err
	})
}

// The search answers while one types, and is used without a mouse.
func TestSearchByKeys(t *testing.T) {
	base, _ := serve(t)
	p := browser.Start(t).Open(t, base+"/p/jinxiu/live", browser.Desk.In(text.ZH, "light"))
	p.Key("ctrl+k")
	p.Type("1502")
	p.Wait(`document.querySelectorAll("#gj-hits [role=option]").length === 2`)
	p.Shot("search")
	p.Axe()
	p.Key("down")
	p.Key("down")
	p.Wait(`document.querySelector("#gj-find").getAttribute("aria-activedescendant") === "gj-hit-1"`)
	p.Key("enter")
	p.Wait(`location.search === "?page=empty"`)
	p.Quiet()
}

// Theme, row height and language are chosen under the name and stay.
func TestPreferencesStay(t *testing.T) {
	base, _ := serve(t)
	b := browser.Start(t)
	p := b.Open(t, base+"/p/jinxiu/live", browser.Desk.In(text.ZH, "light"))
	p.Click(".gj-menu-end > summary")
	p.Shot("menu")
	p.Axe()
	p.Click(`.gj-prefs [value=dark]`)
	p.Wait(`document.documentElement.dataset.bsTheme === "dark" && location.pathname === "/p/jinxiu/live"`)
	p.Click(".gj-menu-end > summary")
	p.Click(`.gj-prefs [value=roomy]`)
	p.Wait(`document.documentElement.dataset.gjDensity === "roomy"`)
	p.Click(".gj-menu-end > summary")
	p.Click(`.gj-prefs [value=en]`)
	p.Wait(`document.documentElement.lang === "en"`)
	p.Click(".gj-menu-end > summary")
	p.Shot("menu-en-dark")
	p.Key("esc")
	p.Wait(`!document.querySelector(".gj-menu-end").open && document.activeElement.tagName === "SUMMARY"`)
	p.Quiet()
}

// A list is walked with j and k and opened with enter.
func TestListByKeys(t *testing.T) {
	base, _ := serve(t)
	p := browser.Start(t).Open(t, base+"/gallery?page=list", browser.Desk.In(text.ZH, "light"))
	p.Key("j")
	p.Key("j")
	p.Wait(`document.activeElement.textContent === "WX-2611-0245"`)
	p.Key("k")
	p.Wait(`document.activeElement.textContent === "WX-2611-0251"`)
	p.Key("enter")
	p.Wait(`location.search === "?page=case"`)
}

// What is signed with the pointer goes into the form as a picture.
func TestSignature(t *testing.T) {
	base, _ := serve(t)
	p := browser.Start(t).Open(t, base+"/gallery?page=phone", browser.Phone.In(text.ZH, "light"))
	browser.Eval[bool](p, `(() => {
		const c = document.querySelector(".gj-sign canvas"), b = c.getBoundingClientRect();
		const go = (type, x) => c.dispatchEvent(new PointerEvent(type, {pointerId: 1, clientX: b.left + x, clientY: b.top + 60, buttons: 1, pressure: .5, bubbles: true}));
		c.setPointerCapture = () => {};
		go("pointerdown", 20); go("pointermove", 90); go("pointerup", 90);
		return true;
	})()`)
	p.Wait(`document.querySelector("[name=sign]").value.startsWith("data:image/png;base64,")`)
	p.Click("[data-sign-clear]")
	p.Wait(`document.querySelector("[name=sign]").value === ""`)
}

// A part asked for by htmx arrives; a refusal is said aside and leaves the page as it was.
func TestPartsAndTheirRefusals(t *testing.T) {
	base, _ := serve(t)
	p := browser.Start(t).Open(t, base+"/p/jinxiu/live", browser.Desk.In(text.ZH, "light"))
	p.Click("#ask")
	p.Wait(`document.querySelector("#gj-trouble").innerText.includes("没有这个页面")`)
	if got := p.Text("#n"); got != "1" {
		t.Errorf("the refusal replaced the part: %q", got)
	}
	p.Shot("trouble")
	p.Axe()
	p.Key("esc")
	p.Wait(`document.querySelector("#gj-trouble").childElementCount === 0`)
	p.Click("#get")
	p.Wait(`document.querySelector("#n [role=option]")?.innerText === "one <b>"`)
}
