package browser_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"guanjia/e2e/browser"
	"guanjia/internal/text"
)

// worker is somebody at a screen who points and types.
type worker struct {
	t *testing.T
	*browser.Page
}

func (w worker) has(css string) bool {
	w.t.Helper()
	return browser.Eval[bool](w.Page, fmt.Sprintf(`!!document.querySelector(%q)`, css))
}

// write types words into a field, in place of what stood there.
func (w worker) write(css, words string) {
	w.t.Helper()
	browser.Eval[bool](w.Page, fmt.Sprintf(`(() => { const f = document.querySelector(%q); f.focus(); f.select(); return true; })()`, css))
	w.Type(words)
}

// pick takes a choice: a radio by its label, an entry of a list by its value.
func (w worker) pick(name, value string) {
	w.t.Helper()
	if radio := fmt.Sprintf(`label:has([name=%q][value=%q])`, name, value); w.has(radio) {
		w.Click(radio)
		return
	}
	if !browser.Eval[bool](w.Page, fmt.Sprintf(`(() => { const f = document.querySelector("select[name='%s']"); if (!f) return false; f.value = %q; for (const e of ["input", "change"]) f.dispatchEvent(new Event(e, {bubbles: true})); return f.value === %q; })()`, name, value, value)) {
		w.t.Fatalf("%s has no %s", name, value)
	}
}

// step is the step that this person may carry out now, "" for none.
func (w worker) step() string {
	w.t.Helper()
	return browser.Eval[string](w.Page, `document.querySelector(".gj-next button[name=outcome]:not([aria-disabled])") ? document.querySelector(".gj-next [name=step]").value : ""`)
}

// done presses the button of the step and reads the page that comes.
func (w worker) done(outcome string) {
	w.t.Helper()
	w.Press(fmt.Sprintf(`.gj-next button[name=outcome][value=%q]`, outcome))
	w.Wait(`document.documentElement.dataset.ready === "1"`)
}

// take puts a picture into a field for pictures.
func (w worker) take(css, words string) {
	w.t.Helper()
	browser.Eval[bool](w.Page, fmt.Sprintf(`new Promise(done => {
		const c = document.createElement("canvas"); c.width = 200; c.height = 280;
		c.getContext("2d").fillText(%q, 20, 40);
		c.toBlob(blob => {
			const bag = new DataTransfer(), input = document.querySelector(%q);
			bag.items.add(new File([blob], "scan.png", {type: "image/png"}));
			input.files = bag.files;
			input.dispatchEvent(new Event("change", {bubbles: true}));
			done(true);
		}, "image/png");
	})`, words, css))
}

// bring hands a paper over, where the page says that it is missing.
func (w worker) bring(name string) {
	w.t.Helper()
	w.Press(fmt.Sprintf(`.gj-miss a[href*="choice=%s"]`, name))
	w.Wait(`document.documentElement.dataset.ready === "1"`)
	w.take("#paper", name)
	w.Press(`form[enctype="multipart/form-data"] .btn-primary`)
	w.Wait(`document.documentElement.dataset.ready === "1" && !location.pathname.includes("/way/")`)
}

// A written complaint from the ring to the file, by its people's hands: taken
// in, entered with the letter, graded, handed on, looked into, solved; it cannot
// be answered before the written answer is there, and is filed only when the
// complainant is satisfied. proves CMP-01, CMP-03, CMP-06, CMP-12
func TestComplaintFromCallToClosed(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	desk := worker{t, b.Open(t, s.URL+at+"/desk", browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "chenjia")...))}
	ring(t, s, "chenjia", demoPhone(t))
	desk.Wait(`!!document.querySelector(".gj-live.is-ring button")`)
	desk.Click(".gj-live.is-ring button")
	desk.Wait(`document.activeElement?.id === "words" && !!document.querySelector(".gj-live:not(.is-ring, .gj-live-quiet)")`)
	desk.pick("kind", "complaint")
	desk.Wait(`!!document.querySelector("[name='field.against']")`)
	const words, wants = "电梯广告太多，写过信没人理", "撤掉两块，书面答复"
	desk.write("#words", words)
	desk.Wait(`document.querySelector("[name=kind]:checked")?.value === "complaint" && !!document.querySelector("[name='field.against']")`)
	desk.pick("field.against", "service")
	desk.pick("field.kind", "service")
	desk.write("[name='field.wants']", wants)
	for name, value := range map[string]string{"harm": "no", "heated": "no", "written": "yes"} {
		desk.pick("field."+name, value)
	}
	desk.Click("#intake-send")
	desk.Wait(`/TS-/.test(document.querySelector(".gj-undo-place")?.innerText ?? "")`)
	no := regexp.MustCompile(`TS-\d{4}-\d+`).FindString(desk.Text(".gj-undo-place"))
	path := s.URL + at + "/cases/" + no

	desk.Go(path)
	chief := worker{t, b.Open(t, path, browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "wuhaiyan")...))}
	stands := func(w worker, step string) {
		t.Helper()
		w.Go(path)
		if got := w.step(); got != step {
			t.Fatalf("the complaint stands at %q, wanted %q: %s", got, step, text.Cut(w.Text("#case-work"), 300))
		}
	}

	stands(desk, "incoming")
	desk.write("[name='field.incoming']", "来文〔2026〕41")
	desk.done("done")
	if got := desk.step(); got != "incoming" {
		t.Fatalf("entered as mail without the letter: now at %q", got)
	}
	desk.Expect("422")
	desk.bring("letter") // the way to the paper leaves the form; what was typed is there again
	if got := browser.Eval[string](desk.Page, `document.querySelector("[name='field.incoming']").value`); got != "来文〔2026〕41" {
		t.Errorf("after the letter was brought the form holds %q", got)
	}
	desk.write("[name='field.original']", "陈嘉")
	desk.done("done")

	stands(desk, "grade")
	desk.pick("field.grade", "minor")
	desk.done("done")
	if got := desk.Text("#case-side"); !strings.Contains(got, "明确答复") || !strings.Contains(got, "书面答复") {
		t.Errorf("graded, the clocks are %q", text.Cut(got, 200))
	}
	stands(desk, "assign")
	desk.done("sent")

	stands(chief, "contact")
	chief.write("[name='field.heard']", "信是上月交的，没有回音")
	chief.done("reached")
	stands(desk, "inform")
	desk.write("[name='field.told']", "主管已在核实，今天给您回话")
	desk.done("told")
	stands(chief, "look")
	chief.write("[name='field.findings']", "三号梯广告四块，合同两块")
	chief.take("[name='field.evidence']", "三号梯")
	chief.done("done") // not all is there yet
	chief.Expect("422")
	stands(chief, "look")
	if got := browser.Eval[string](chief.Page, `document.querySelector("[name='field.findings']").value`); got != "三号梯广告四块，合同两块" || !chief.has(".gj-shot.is-kept button") || !chief.has("[name='kept.evidence']") {
		t.Errorf("left and opened again, a refused form holds %q, its photo is there: %v", got, chief.has("[name='kept.evidence']"))
	}
	chief.pick("field.valid", "yes")
	chief.write("[name='field.valid_reason']", "合同和现场不符")
	chief.pick("field.answers", "us")
	chief.done("done")
	stands(chief, "solve")
	chief.write("[name='field.remedy.0.what']", "撤下两块")
	chief.write("[name='field.remedy.0.cost']", "30.50")
	chief.write("[name='field.remedy.1.what']", "补一盏灯")
	chief.write("[name='field.remedy.1.cost']", "12")
	if got := browser.Eval[string](chief.Page, `document.querySelector("[name='field.cost']").value`); got != "42.50" {
		t.Errorf("while the rows are typed the total says %q", got)
	}
	for _, cell := range []string{"what", "cost"} {
		browser.Eval[bool](chief.Page, fmt.Sprintf(`(() => { document.querySelector("[name='field.remedy.1.%s']").value = ""; return true; })()`, cell))
	}
	chief.write("[name='field.remedy.0.cost']", "0")
	chief.pick("field.beyond", "no")
	chief.pick("field.can_now", "yes")
	chief.done("done")

	stands(desk, "reply")
	const answer = "两块广告今天撤下，书面答复已备好"
	desk.write("[name='field.answer']", answer)
	desk.done("told")
	if got := browser.Eval[string](desk.Page, `document.querySelector("[name='field.answer']")?.value ?? ""`); desk.step() != "reply" || got != answer {
		t.Fatalf("answered without the written answer: now at %q, the words are %q", desk.step(), got)
	}
	desk.Expect("422")
	desk.bring("written_answer")
	desk.write("[name='field.answer']", answer)
	desk.done("told")

	stands(desk, "follow")
	desk.write("[name='field.followed']", "信收到了，广告也撤了，满意")
	desk.done("satisfied")
	stands(chief, "learn")
	chief.write("[name='field.cause']", "来信没有登记")
	chief.done("done")
	chief.Go(path)
	if got := chief.Text(".gj-case-head"); !strings.Contains(got, "办结") || chief.has(".gj-next") {
		t.Errorf("at the end the complaint says %q", got)
	}
	side := chief.Text("#case-side")
	for _, paper := range []string{"投诉信扫描件", "书面答复"} {
		if !strings.Contains(side, paper) {
			t.Errorf("the file does not show the paper %q: %s", paper, text.Cut(side, 300))
		}
	}
	if got := chief.Text("#case-work"); !strings.Contains(got, "收了「书面答复」") || !strings.Contains(got, answer) || !strings.Contains(got, "满意") {
		t.Errorf("the file does not tell what was answered and said: %s", text.Cut(got, 400))
	}
	desk.Quiet()
	chief.Quiet()
}

// The call list worked through: the satisfied one leaves it, the one not
// reached stays with the try counted, and who is dissatisfied is served again:
// the supervisor's word opens the rework. proves DSK-15, REP-08
func TestFollowUpsWorkedThrough(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	list := s.URL + at + "/follow-ups"
	desk := worker{t, b.Open(t, list, browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "chenjia")...))}
	repairs := strings.Fields(browser.Eval[string](desk.Page, `[...document.querySelectorAll("table a[href*='follow-ups?case=WX-']")].map(a => a.textContent.trim()).join(" ")`))
	if len(repairs) < 3 {
		t.Fatalf("%d repairs wait for a call: %v", len(repairs), repairs)
	}
	row := func(no string) string { return fmt.Sprintf(`tr:has(a[href*="follow-ups?case=%s"])`, no) }
	call := func(no, words, outcome string) {
		t.Helper()
		desk.Go(list)
		desk.Press(row(no) + " a[href*='follow-ups?case=']")
		desk.Wait(fmt.Sprintf(`document.documentElement.dataset.ready === "1" && document.querySelector("form[data-draft^='follow']")?.dataset.draft.endsWith(%q)`, no))
		if words != "" {
			desk.write("[name='field.followed']", words)
		}
		desk.Press(fmt.Sprintf(`form[data-draft^="follow"] button[name=outcome][value=%q]`, outcome))
		desk.Wait(`document.documentElement.dataset.ready === "1"`)
	}
	good, away, bad := repairs[0], repairs[1], repairs[2]

	call(good, "修得很好，地也擦了", "satisfied")
	if desk.has(row(good)) {
		t.Errorf("%s is satisfied and still on the list", good)
	}
	call(away, "", "not_reached")
	if !desk.has(row(away)) || !strings.Contains(desk.Text(row(away)), "1 次") {
		t.Errorf("%s was not reached; its line says %q", away, desk.Text(row(away)))
	}
	call(bad, "又漏了，比原来还厉害", "dissatisfied")
	if desk.has(row(bad)) {
		t.Errorf("%s is dissatisfied and still waits for a call", bad)
	}
	desk.Quiet()

	chief := worker{t, b.Open(t, s.URL+at+"/cases/"+good, browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "wuhaiyan")...))}
	if got := chief.Text(".gj-case-head"); !strings.Contains(got, "办结") {
		t.Errorf("%s is satisfied and not closed: %q", good, got)
	}
	chief.Go(s.URL + at + "/cases/" + bad)
	if got := chief.step(); got != "report" {
		t.Fatalf("%s stands at %q, not with the supervisor", bad, got)
	}
	chief.write("[name='field.remark']", "今天派人重做，主管到场")
	chief.done("done")
	chief.Wait(`!!document.querySelector("a[href*='/cases/WX-']")`)
	again := browser.Eval[string](chief.Page, fmt.Sprintf(`[...document.querySelectorAll("main a[href*='/cases/WX-']")].map(a => a.getAttribute("href")).find(h => !h.includes(%q)) ?? ""`, bad))
	if again == "" {
		t.Fatalf("no rework stands beside %s: %s", bad, text.Cut(chief.Text("main"), 400))
	}
	chief.Go(s.URL + again)
	if got := chief.Text("main"); !strings.Contains(got, bad) || !strings.Contains(got, "返修") || !chief.has(".gj-next") {
		t.Errorf("the rework %s says %q", again, text.Cut(got, 400))
	}
	chief.Quiet()
}
