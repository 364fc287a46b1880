package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanjia/e2e/browser"
	"guanjia/e2e/house"
	"guanjia/internal/text"
)

const at = "/p/linjiang"

// ring lets the telephone of a seat ring, as the call simulator does.
func ring(t *testing.T, s *house.Server, login, from string) {
	t.Helper()
	c, err := s.Login(login)
	if err != nil {
		t.Fatal(err)
	}
	form := map[string][]string{"event": {"ring"}, "from": {from}}
	status, body, err := house.Post(context.Background(), c, s.URL+at+"/desk/calls", form)
	if err != nil || status != http.StatusSeeOther {
		t.Fatalf("ringing: %d %v %.200s", status, err, body)
	}
}

// tabTo presses Tab until the control of that name has the focus.
func tabTo(t *testing.T, p *browser.Page, css string) {
	t.Helper()
	for range 120 {
		if browser.Eval[bool](p, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", css)) {
			return
		}
		p.Key("tab")
	}
	t.Fatalf("Tab never reaches %s", css)
}

// choose picks a value of a select with the arrow keys.
func choose(t *testing.T, p *browser.Page, css, value string) {
	t.Helper()
	tabTo(t, p, css)
	for range 30 {
		if browser.Eval[string](p, "document.activeElement.value") == value {
			return
		}
		p.Key("down")
	}
	t.Fatalf("%s has no %s", css, value)
}

// typeLike types as a practised agent does: about 120 ms a key.
func typeLike(p *browser.Page, words string) {
	for _, r := range words {
		p.Type(string(r))
		p.Pause(60 * time.Millisecond)
	}
}

var number = regexp.MustCompile(`WX-\d{4}-\d+`)

// A usual repair, from ring to saved within ten seconds of keystrokes, then by
// its people to the file, without a mouse (but for the pen of the signature).
func TestRepairFromRingToFiled(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	desk := b.Open(t, s.URL+at+"/desk", browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "linxiao")...))
	ring(t, s, "linxiao", demoPhone(t))
	desk.Wait(`!!document.querySelector(".gj-live.is-ring")`)
	desk.Shot("desk-ring")
	began, actions := time.Now(), 0
	press := func(key string) { desk.Key(key); actions++ }
	press("f2")
	desk.Wait(`document.activeElement?.id === "words" && !!document.querySelector(".gj-live:not(.is-ring, .gj-live-quiet)")`)
	words := "客厅灯不亮，开关没反应"
	typeLike(desk, words)
	actions += len([]rune(words))
	desk.Wait(`document.querySelector("[name=kind]:checked")?.value === "repair" && document.querySelector("[name='field.trade']")?.value === "electric" && !!document.querySelector("[name=assignee]")?.value`)
	desk.Shot("desk-intake")
	if browser.Eval[bool](desk, `(() => { const f = document.querySelector("#intake"); return f.scrollHeight > f.clientHeight + 1; })()`) {
		t.Error("the intake must be scrolled during a call at 1366×768")
	}
	if browser.Eval[string](desk, `document.querySelector("[name='field.grade']").value`) == "" {
		choose(t, desk, "[name='field.grade']", "general")
		actions += 4
	}
	press("ctrl+enter")
	desk.Wait(`/WX-/.test(document.querySelector(".gj-undo-place")?.innerText ?? "")`)
	took := time.Since(began)
	t.Logf("ring to saved: %d keystrokes, %s", actions, took.Round(100*time.Millisecond))
	if actions > 30 || took > 10*time.Second {
		t.Errorf("ring to saved took %d keystrokes and %s; at most 30 and 10 s", actions, took)
	}
	desk.Shot("desk-saved")
	desk.Quiet()
	no := number.FindString(desk.Text(".gj-undo-place"))
	path := s.URL + at + "/cases/" + no

	var tech *browser.Page
	for _, login := range []string{"sunliqun", "weidong"} {
		p := b.Open(t, path, browser.Desk.In(text.ZH, "light").As(s.Cookies(t, login)...))
		if browser.Eval[bool](p, `!!document.querySelector(".gj-next button[name=outcome]:not([aria-disabled])")`) {
			tech = p
			break
		}
	}
	if tech == nil {
		t.Fatalf("%s was given to no electrician", no)
	}
	step := func(p *browser.Page) string {
		return browser.Eval[string](p, `document.querySelector(".gj-next [name=step]")?.value ?? ""`)
	}
	do := func(p *browser.Page, fill map[string]string) {
		t.Helper()
		now := step(p)
		version := browser.Eval[string](p, `document.querySelector(".gj-next [name=version]").value`)
		for name, value := range fill {
			css := fmt.Sprintf("[name='field.%s']", name)
			switch browser.Eval[string](p, fmt.Sprintf("document.querySelector(%q)?.type ?? ''", css)) {
			case "select-one":
				choose(t, p, css, value)
			case "radio":
				tabTo(t, p, css)
				p.Key("space")
			case "":
				t.Fatalf("step %s asks no %s", now, name)
			default:
				tabTo(t, p, css)
				p.Type(value)
			}
		}
		browser.Eval[bool](p, pen)
		p.Key("ctrl+enter")
		p.Wait(fmt.Sprintf(`document.documentElement.dataset.ready === "1" && document.querySelector(".gj-next [name=version]")?.value !== %q`, version))
	}
	shots := map[string]bool{}
	for _, fill := range []struct {
		step string
		with map[string]string
	}{
		{"accept", nil}, {"arrive", nil}, {"look", map[string]string{"cause": "开关触点烧蚀", "charge": "free"}},
		{"work", map[string]string{"result": "fixed", "did": "换开关，通电试灯正常"}}, {"finish", nil},
		{"sign", map[string]string{"opinion": "很快，谢谢"}},
	} {
		if got := step(tech); got != fill.step {
			t.Fatalf("the case stands at %q, wanted %q: %s", got, fill.step, tech.Text("#case-work"))
		}
		if !shots[fill.step] {
			tech.Shot("case-" + fill.step)
		}
		do(tech, fill.with)
	}
	tech.Quiet()
	desk.Go(path)
	if got := step(desk); got != "follow" {
		t.Fatalf("after signing the case stands at %q", got)
	}
	desk.Shot("case-follow")
	do(desk, map[string]string{"followed": "灯好了，师傅也把地擦干净了"})
	desk.Wait(`!document.querySelector(".gj-next")`)
	desk.Shot("case-closed")
	house := browser.Eval[string](desk, `document.querySelector(".gj-case-head a.gj-unit").getAttribute("href")`)
	desk.Go(s.URL + house)
	desk.Wait(fmt.Sprintf("document.body.innerText.includes(%q)", no))
	desk.Shot("unit-filed")
	desk.Quiet()
}

// pen signs every open pad of the page.
const pen = `(() => {
	for (const place of document.querySelectorAll("[data-sign]")) {
		const c = place.querySelector("canvas"), b = c.getBoundingClientRect();
		c.setPointerCapture = () => {};
		const go = (type, x) => c.dispatchEvent(new PointerEvent(type, {pointerId: 1, clientX: b.left + x, clientY: b.top + 40, buttons: 1, pressure: .5, bubbles: true}));
		go("pointerdown", 20); go("pointermove", 90); go("pointerup", 90);
	}
	return true;
})()`

// Words of danger alarm before a kind is chosen, and ring until a named person
// takes the alarm over. proves DSK-14
func TestDangerAlarmsAtOnce(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	p := b.Open(t, s.URL+at+"/desk", browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "chenjia")...))
	other := b.Open(t, s.URL+at+"/desk", browser.Desk.In(text.ZH, "dark").As(s.Cookies(t, "wuhaiyan")...))
	p.Key("ctrl+k")
	tabTo(t, p, "#words")
	p.Type("电梯里有人被困，里面有小孩在哭")
	p.Wait(`!!document.querySelector(".gj-alarm")`)
	if kind := browser.Eval[string](p, `document.querySelector("[name=kind]:checked")?.value ?? ""`); kind != "" && kind != "repair" {
		t.Errorf("kind %q was chosen", kind)
	}
	p.Shot("desk-alarm")
	p.Axe()
	kind := `(document.querySelector("[name=kind]:checked")?.value ?? "")`
	p.Wait(kind + ` !== ""`) // the kind follows the words
	chosen := browser.Eval[string](p, kind)
	other.Wait(`!!document.querySelector(".gj-alarm")`)
	other.Go(s.URL + at + "/desk")
	other.Wait(`!!document.querySelector(".gj-alarm")`) // it goes on
	other.Shot("desk-alarm-dark")
	other.Key("f8")
	other.Wait(`!document.querySelector(".gj-alarm")`)
	p.Wait(`!document.querySelector(".gj-alarm")`)
	p.Go(s.URL + at + "/desk") // as after taking it over oneself: what to say stays, and so does the kind
	p.Wait(`/被困/.test(document.querySelector("#intake-more .gj-note")?.innerText ?? "")`)
	if got := browser.Eval[string](p, kind); got != chosen {
		t.Errorf("the kind was %q and is %q", chosen, got)
	}
	p.Quiet()
	other.Quiet()
}

// What was typed survives the browser's death: another browser shows it again.
func TestDraftSurvivesTheBrowser(t *testing.T) {
	s := demoHouse(t)
	cookies := s.Cookies(t, "chenjia")
	first := browser.Start(t)
	p := first.Open(t, s.URL+at+"/desk", browser.Desk.In(text.ZH, "light").As(cookies...))
	p.Key("ctrl+k")
	tabTo(t, p, "#words")
	browser.Eval[bool](p, `(() => { document.querySelector("#words").select(); return true; })()`)
	words := "门口的快递柜打不开 <b>'--𠮷😀"
	p.Type(words)
	p.Wait(`/草稿已存/.test(document.querySelector("#draft-saved").innerText) && !!document.querySelector("[name=place]")`)
	p.Wait(`document.querySelector("#draft-saved").innerText !== ""`)
	p.Pause(1500 * time.Millisecond)
	first.Kill()
	speak(t, s, "chenjia", text.EN)
	defer speak(t, s, "chenjia", text.ZH)
	q := browser.Start(t).Open(t, s.URL+at+"/desk", browser.Desk.In(text.EN, "light").As(cookies...))
	if got := browser.Eval[string](q, `document.querySelector("#words").value`); got != words {
		t.Errorf("the draft came back as %q", got)
	}
	q.Shot("desk-en")
	q.Axe()
	q.NoSideways()
	q.Quiet()
}

// What was sent does not stand in the next form again, though an answer about
// it was still on its way when it was sent: the answer is held back until then.
func TestSentFormTakesNoLateAnswer(t *testing.T) {
	s := demoHouse(t)
	p := browser.Start(t).Open(t, s.URL+at+"/desk", browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "chenjia")...))
	browser.Eval[bool](p, `window.before = true`)
	p.Click(`button[formaction$="/clear"]`)
	p.Wait(`!window.before && document.documentElement.dataset.ready === "1" && document.querySelector("#words")?.value === ""`)
	browser.Eval[bool](p, `(() => {
		const real = window.fetch.bind(window);
		let let_go;
		const held = new Promise((done) => { let_go = done; });
		window.fetch = async (to, how) => {
			if (!String(to).endsWith("/draft")) return real(to, how);
			const answer = await real(to, { ...how, signal: undefined });
			window.waiting = true;
			await held;
			return answer;
		};
		document.addEventListener("submit", (e) => { // it leaves once the answer has been dealt with
			e.preventDefault();
			document.addEventListener("htmx:finally:request", () => {
				e.target.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: "send" }));
				e.target.submit();
			}, { once: true });
			let_go();
		});
		return true;
	})()`)
	p.Click("#words")
	p.Type("三楼过道的灯一直闪，晃眼睛")
	p.Wait(`window.waiting && Object.values(localStorage).some((v) => v.includes("晃眼睛"))`)
	browser.Eval[bool](p, `(() => { document.querySelector("[name=kind][value=repair]").checked = true; document.querySelector("[name=place]").value = "1 幢 3 楼过道"; return true; })()`)
	p.Key("ctrl+enter")
	p.Wait(`/已派出|已记下/.test(document.body.innerText)`)
	for range 2 { // and after a reload
		if got := browser.Eval[string](p, `document.querySelector("#words").value`); got != "" {
			t.Errorf("after it was sent the form holds %q", got)
		}
		p.Go(s.URL + at + "/desk")
	}
}

// Two people on one case: the second sees what changed and keeps what they typed.
func TestTwoPeopleOnOneCase(t *testing.T) {
	s := demoHouse(t)
	c, err := s.Login("linxiao")
	if err != nil {
		t.Fatal(err)
	}
	_, list, err := house.Get(context.Background(), c, s.URL+at+"/cases?kind=complaint")
	if err != nil {
		t.Fatal(err)
	}
	b := browser.Start(t)
	var first, second *browser.Page
	for _, no := range regexp.MustCompile(`TS-\d{4}-\d+`).FindAllString(list, -1) {
		first = b.Open(t, s.URL+at+"/cases/"+no, browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "wuhaiyan")...))
		if browser.Eval[bool](first, `!!document.querySelector(".gj-next button[name=outcome]:not([aria-disabled])") && !!document.querySelector(".gj-next textarea")`) {
			second = b.Open(t, s.URL+at+"/cases/"+no, browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "wuhaiyan")...))
			break
		}
	}
	if second == nil {
		t.Fatal("no complaint in the demo waits for words of the supervisor")
	}
	tabTo(t, second, ".gj-next textarea")
	second.Type("第二个人写的，不能丢")
	// Meanwhile the first one adds to the file.
	tabTo(t, first, "#note")
	first.Type("客户又来电话了")
	first.Key("enter")
	first.Wait(`document.body.innerText.includes("客户又来电话了") && document.querySelector("#note").value === ""`)
	second.Key("ctrl+enter")
	second.Wait(`document.body.innerText.includes("客户又来电话了")`)
	if !strings.Contains(second.Text("main")+browser.Eval[string](second, `[...document.querySelectorAll(".gj-next textarea")].map(e => e.value).join()`), "第二个人写的，不能丢") {
		t.Error("what the second person typed is gone")
	}
	second.Shot("case-two-people")
}
