// Package browser drives Chromium for tests: pages are opened as a person
// would, looked at, and checked for accessibility and overflow.
//
// It owns: starting Chromium, tabs, keys, pictures, the axe check. It does not
// own: servers to look at. Imported by tests only. A missing Chromium fails
// the test, it is never skipped. Start at Start.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"guanjia/internal/text"
)

// patience is how long any one step may take on a busy machine.
const patience = 60 * time.Second

// Browser is a running Chromium.
type Browser struct {
	kill func()
	ctx  context.Context //nolint:containedctx // chromedp keeps the browser in its context
}

// View is what a person looks through.
type View struct {
	Width, Height int
	Lang          text.Lang
	Theme         string // light | dark | system
	Density       string
	Touch         bool // a phone: no mouse, touch
	Cookies       []*http.Cookie
}

// Desk, Phone and Wall are the sizes pages must look right at.
var (
	Desk  = View{Width: 1366, Height: 768}
	Phone = View{Width: 390, Height: 844, Touch: true}
	Wall  = View{Width: 1920, Height: 1080}
)

// In is the view in another language and theme.
func (v View) In(lang text.Lang, theme string) View {
	v.Lang, v.Theme = lang, theme
	return v
}

// As is the view with cookies: a session, a choice.
func (v View) As(cookies ...*http.Cookie) View {
	v.Cookies = append(append([]*http.Cookie(nil), v.Cookies...), cookies...)
	return v
}

// chromium finds the browser: the environment GUANJIA_CHROMIUM, or the usual places.
func chromium(t testing.TB) string {
	t.Helper()
	places := []string{os.Getenv("GUANJIA_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
	for _, p := range places {
		if _, err := os.Stat(p); p != "" && err == nil {
			return p
		}
	}
	t.Fatal("Chromium is missing: install the package chromium, or set GUANJIA_CHROMIUM to its path")
	return ""
}

// Start runs Chromium until the test ends.
func Start(t testing.TB) *Browser {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "zh-CN"),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("font-render-hinting", "none"))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // closing: its result changes nothing
		stop()
		stopAlloc()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return &Browser{ctx: ctx, kill: stopAlloc}
}

// Kill ends the browser as a crash does: no page is told.
func (b *Browser) Kill() { b.kill() }

// Page is a tab that a person looks at.
type Page struct {
	t     testing.TB
	ctx   context.Context //nolint:containedctx // chromedp keeps the tab in its context
	close func()
	*heard
}

// heard is what the tab's console said since it was asked last.
type heard struct {
	mu   sync.Mutex
	said []string
}

// In is the same tab for another test.
func (p *Page) In(t testing.TB) *Page {
	return &Page{t: t, ctx: p.ctx, close: p.close, heard: p.heard}
}

// Close closes the tab.
func (p *Page) Close() { p.close() }

// Open opens address in a new tab.
func (b *Browser) Open(t testing.TB, address string, v View) *Page {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext()) // each tab a person of their own
	t.Cleanup(stop)
	p := &Page{t: t, ctx: ctx, heard: &heard{}, close: stop}
	p.must(chromedp.Listen(ctx, p.listen))
	p.must(chromedp.Do(ctx, chromedp.EmulateViewport(int64(v.Width), int64(v.Height))))
	if v.Touch {
		_, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		p.must(err)
	}
	for name, value := range map[string]string{"gj_lang": string(v.Lang), "gj_theme": v.Theme, "gj_density": v.Density} {
		if value != "" {
			v = v.As(&http.Cookie{Name: name, Value: value})
		}
	}
	for _, c := range v.Cookies {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: address})
		p.must(err)
	}
	p.Go(address)
	return p
}

func (p *Page) listen(ev any) {
	var said string
	switch e := ev.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			said = e.Entry.Text + " " + e.Entry.URL
		}
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			said += " " + e.ExceptionDetails.Exception.Description
		}
	}
	if said != "" {
		p.mu.Lock()
		p.said = append(p.said, said)
		p.mu.Unlock()
	}
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *Page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	p.must(chromedp.Do(ctx, steps...))
}

// Go opens address in this tab and waits until its script is ready.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
	p.Wait(`document.readyState === "complete" && (document.documentElement.dataset.ready === "1" || !document.querySelector("script[type=module]"))`)
}

// Wait waits until the JavaScript condition holds, across pages if need be.
func (p *Page) Wait(condition string) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](condition))
		if err == nil {
			return
		}
		left := strings.Contains(err.Error(), "navigated") || strings.Contains(err.Error(), "Cannot find context")
		if ctx.Err() != nil || !left { // a page that was left is asked again as the next one
			p.t.Fatalf("waiting for %s: %v", condition, err)
		}
	}
}

// Eval is the value of a JavaScript expression; a promise is awaited.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("evaluating %s: %v", text.Cut(expression, 200), err)
	}
	return v
}

// Click clicks what the CSS selector finds first.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(css)))
}

// Type types words into the focused field, key by key.
func (p *Page) Type(words string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(words))
}

var keys = map[string]string{"enter": kb.Enter, "tab": kb.Tab, "esc": kb.Escape, "up": kb.ArrowUp, "down": kb.ArrowDown, "f2": kb.F2, "f4": kb.F4, "f6": kb.F6, "f9": kb.F9, "f8": kb.F8, "space": " ", "pgdn": kb.PageDown, "pgup": kb.PageUp}

// Key presses a shortcut written as in data-key: "ctrl+enter", "alt+1", "j".
func (p *Page) Key(shortcut string) {
	p.t.Helper()
	parts := strings.Split(shortcut, "+")
	key := parts[len(parts)-1]
	if k, ok := keys[strings.ToLower(key)]; ok {
		key = k
	}
	var opts []chromedp.KeyOption
	for _, m := range parts[:len(parts)-1] {
		switch m {
		case "ctrl":
			opts = append(opts, chromedp.KeyModifiers(chromedp.ModifierCtrl))
		case "alt":
			opts = append(opts, chromedp.KeyModifiers(chromedp.ModifierAlt))
		case "shift":
			opts = append(opts, chromedp.KeyModifiers(chromedp.ModifierShift))
		default:
			p.t.Fatalf("unknown modifier in %q", shortcut)
		}
	}
	p.do(chromedp.KeyEvent(key, opts...))
}

// Pause is how long a person's finger takes; it paces typing and is never
// waited on for something to happen.
func (p *Page) Pause(d time.Duration) {
	select {
	case <-p.ctx.Done():
	case <-time.After(d):
	}
}

// Text is the visible text of what the CSS selector finds first, "" for nothing.
func (p *Page) Text(css string) string {
	p.t.Helper()
	sel, err := json.Marshal(css)
	p.must(err)
	return Eval[string](p, fmt.Sprintf(`document.querySelector(%s)?.innerText ?? ""`, sel))
}

// Quiet fails the test when the page wrote errors: a refused script or style,
// a missing file, an exception.
func (p *Page) Quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.said {
		p.t.Errorf("the page complains: %s", s)
	}
	p.said = nil
}

// NoSideways fails the test when the page scrolls sideways.
func (p *Page) NoSideways() {
	p.t.Helper()
	if over := Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		wide := Eval[string](p, `[...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".gj-scroll, .gj-rail, .gj-views, .gj-steps")).slice(0, 5).map(e => e.tagName + "." + e.getAttribute("class")).join(", ")`)
		p.t.Errorf("page scrolls sideways by %d px: %s", over, wide)
	}
}

// Line cuts the line of the tab, or brings it back: the page is told as by a
// phone that loses its signal.
func (p *Page) Line(up bool) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	_, err := chromedp.Call(ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !up, DownloadThroughput: -1, UploadThroughput: -1})
	p.must(err)
	p.Wait(fmt.Sprintf("navigator.onLine === %t", up))
}

// LayoutShift is the sum of unexpected movements since the page was opened.
func (p *Page) LayoutShift() float64 {
	p.t.Helper()
	return Eval[float64](p, `new Promise(done => {
		let sum = 0;
		new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) sum += e.value; }).observe({type: "layout-shift", buffered: true});
		setTimeout(() => done(sum), 100);
	})`)
}

// Shot is a picture of the window as PNG. With GUANJIA_SCREENS set it is also
// written there under name.
func (p *Page) Shot(name string) []byte {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	p.must(err)
	if len(png) < 1000 {
		p.t.Errorf("picture %s is empty", name)
	}
	if dir := os.Getenv("GUANJIA_SCREENS"); dir != "" {
		p.must(os.MkdirAll(dir, 0o755)) //nolint:gosec // pictures for everyone
		kept, err := small(png)
		p.must(err)
		p.must(os.WriteFile(filepath.Join(dir, name+".png"), kept, 0o644)) //nolint:gosec // pictures for everyone
	}
	return png
}

// PDF prints the page as its stylesheet asks for.
func (p *Page) PDF() []byte {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	printed, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PrintBackground: new(true)})
	p.must(err)
	return printed.Data
}
