package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"guanjia/third_party/axe"
)

// wcag are the rules of WCAG 2.2 A and AA.
const wcag = `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`

// Axe fails the test for each violation of WCAG 2.2 A and AA that axe-core finds.
func (p *Page) Axe() {
	p.t.Helper()
	p.axe(wcag)
}

// Contrast fails the test for words that stand out too little from their
// ground: what another theme can break on a page that Axe saw.
func (p *Page) Contrast() {
	p.t.Helper()
	p.axe(`{type: "rule", values: ["color-contrast"]}`)
}

func (p *Page) axe(only string) {
	p.t.Helper()
	if !Eval[bool](p, `typeof axe === "object"`) { // once a page: it is half a megabyte
		p.do(chromedp.Evaluate[chromedp.Void](axe.Script))
	}
	type violation struct {
		ID, Help string
		Nodes    []string
	}
	raw := Eval[string](p, `axe.run(document, {runOnly: `+only+`, resultTypes: ["violations"]})
		.then(r => JSON.stringify(r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 4).map(n => n.target.join(" ") + " " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""))}))))`)
	var found []violation
	p.must(json.Unmarshal([]byte(raw), &found))
	for _, v := range found {
		p.t.Errorf("axe %s: %s\n\t%s", v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}

// Turn shows the page that is open in another size and theme, as turning a
// device or dusk would.
func (p *Page) Turn(v View) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(int64(v.Width), int64(v.Height)))
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	_, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: v.Touch})
	p.must(err)
	if v.Theme != "" { // colours change over a moment; one that nothing draws (a closed part of the page) never ends
		Eval[bool](p, fmt.Sprintf(`new Promise(done => { document.documentElement.dataset.bsTheme = %q; setTimeout(done, 3000, false); requestAnimationFrame(() => requestAnimationFrame(() => Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => done(true)))); })`, v.Theme))
	}
	p.Wait(fmt.Sprintf(`innerWidth === %d`, v.Width))
}

// thumbs finds what a thumb would miss: 44 px for what is pressed, 24 px for a
// link in running words. A box or a dot is pressed with its label.
const thumbs = `(() => {
	const seen = e => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && e.checkVisibility({opacityProperty: true, visibilityProperty: true}); };
	const found = [];
	for (let e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]")) {
		if (e.matches("input[type=radio], input[type=checkbox], input[type=file]")) e = e.closest("label") ?? (e.type !== "file" && document.querySelector("label[for='" + e.id + "']") || e);
		if (!seen(e)) continue;
		const r = e.getBoundingClientRect(), words = e.matches("a:not(.btn, nav a, .gj-order, .gj-loads a, .gj-house-unit, .gj-tiles a)");
		const need = words ? 24 : 44;
		if (Math.min(r.bottom, r.right) <= 0 || r.height >= need - .5 && (words || r.width >= need - .5)) continue;
		found.push(Math.round(r.width) + "×" + Math.round(r.height) + " " + e.outerHTML.replace(/\s+/g, " ").slice(0, 110));
	}
	return JSON.stringify(found);
})()`

// Thumbs fails the test for what is too small to be pressed on a phone.
func (p *Page) Thumbs() {
	p.t.Helper()
	var found []string
	p.must(json.Unmarshal([]byte(Eval[string](p, thumbs)), &found))
	if n := len(found); n > 0 {
		p.t.Errorf("%d targets are too small for a thumb:\n\t%s", n, strings.Join(found[:min(n, 8)], "\n\t"))
	}
}

// Words lists each run of words that a reader sees or hears on the page, once.
// Keys, codes and what is marked as another language are left out.
func (p *Page) Words() []string {
	p.t.Helper()
	var found []string
	p.must(json.Unmarshal([]byte(Eval[string](p, `(() => {
		const said = new Set(), not = "code, pre, kbd, .gj-key, script, style, svg title";
		const other = e => { const l = e.closest("[lang]"); return l && l !== document.documentElement && l.lang !== document.documentElement.lang; };
		const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
		for (let n; n = walk.nextNode();) { const e = n.parentElement, w = n.data.replace(/\s+/g, " ").trim(); if (w && !e.closest(not) && !other(e)) said.add(w); }
		for (const e of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) if (!other(e)) for (const a of ["aria-label", "title", "placeholder", "alt"]) { const w = e.getAttribute(a); if (w) said.add(w.trim()); }
		return JSON.stringify([...said]);
	})()`)), &found))
	return found
}

var (
	han   = regexp.MustCompile(`\p{Han}`)
	latin = regexp.MustCompile(`[A-Za-z]{3,}`)
)

// OnlyChinese fails the test for words without a Chinese character that hold
// an English word other than those known.
func (p *Page) OnlyChinese(known *regexp.Regexp) {
	p.t.Helper()
	for _, w := range p.Words() {
		if !han.MatchString(w) && latin.MatchString(known.ReplaceAllString(w, "")) {
			p.t.Errorf("English on a Chinese page: %.120s", w)
		}
	}
}

// NoChinese fails the test for words that chrome says are ours and have an
// English wording: names, addresses and what people wrote stay as they are.
func (p *Page) NoChinese(ours func(words string) bool) {
	p.t.Helper()
	for _, w := range p.Words() {
		if han.MatchString(w) && ours(w) {
			p.t.Errorf("Chinese on an English page: %.120s", w)
		}
	}
}

// Press clicks what the CSS selector finds and waits for the page that comes.
func (p *Page) Press(css string) {
	p.t.Helper()
	Eval[bool](p, `window.left = true`)
	p.Click(css)
	p.Wait(`!window.left && document.readyState === "complete"`)
}

// Expect takes what the console said and holds part out of what Quiet judges:
// the page of an error is reported by the browser itself.
func (p *Page) Expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = slices.DeleteFunc(p.said, func(s string) bool { return strings.Contains(s, part) })
}
