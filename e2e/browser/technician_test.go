package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"guanjia/e2e/browser"
	"guanjia/internal/demo"
	"guanjia/internal/text"
)

// waiting is an order on the board, counted from the first, and who is proposed
// for it.
func waiting(t *testing.T, p *browser.Page, place int) (number, name, login string) {
	t.Helper()
	number = browser.Eval[string](p, fmt.Sprintf(`document.querySelectorAll("[data-drag]")[%d]?.dataset.drag ?? ""`, place))
	if number == "" {
		t.Fatalf("order %d does not wait on the board", place)
	}
	first := browser.Eval[string](p, fmt.Sprintf(`document.querySelector("#to-%s option").textContent`, number))
	for _, who := range demo.Team {
		if strings.HasPrefix(first, who.Name+" ") {
			return number, who.Name, who.Login
		}
	}
	t.Fatalf("%q is nobody of the team", first)
	return "", "", ""
}

// proves REP-13, REP-03, REP-07: an order is sent by the keyboard, another by
// dragging, and a second board follows without a reload; then the technician's
// phone does the whole job, without a line in the middle, up to the customer's
// signature.
func TestFromTheBoardToTheSignature(t *testing.T) {
	s := demoHouse(t)
	b := browser.Start(t)
	board := b.Open(t, s.URL+at+"/board", browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "wuhaiyan")...))
	other := b.Open(t, s.URL+at+"/board", browser.Desk.In(text.ZH, "light").As(s.Cookies(t, "linxiao")...))
	browser.Eval[bool](other, `window.mark = true`)
	no, name, login := waiting(t, board, 0)
	dragged, to, _ := waiting(t, board, 1)

	// By the keyboard.
	tabTo(t, board, "#to-"+no)
	board.Key("tab")
	board.Key("enter")
	board.Wait(fmt.Sprintf(`document.documentElement.dataset.ready === "1" && !document.getElementById("wait-%s") && document.body.innerText.includes("已派给 %s")`, no, name))
	other.Wait(fmt.Sprintf(`!document.getElementById("wait-%s")`, no))

	// By dragging.
	browser.Eval[bool](board, fmt.Sprintf(`(() => {
		const from = document.querySelector('[data-drag="%s"]'), bag = new DataTransfer();
		const lane = [...document.querySelectorAll("[data-account]")].find(l => l.innerText.includes("%s"));
		const go = (el, type) => el.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: bag}));
		go(from, "dragstart"); const able = lane.classList.contains("is-able"); go(lane, "dragover"); go(lane, "drop"); go(from, "dragend");
		return able;
	})()`, dragged, to))
	board.Wait(fmt.Sprintf(`document.documentElement.dataset.ready === "1" && !document.getElementById("wait-%s") && document.body.innerText.includes("已派给 %s")`, dragged, to))
	other.Wait(fmt.Sprintf(`!document.getElementById("wait-%s")`, dragged))
	if !browser.Eval[bool](other, `window.mark === true`) {
		t.Error("the second board was reloaded")
	}
	board.Shot("board-sent")
	board.Quiet()
	other.Quiet()

	wholeJob(t, b.Open(t, s.URL+at+"/work", browser.Phone.In(text.ZH, "light").As(s.Cookies(t, login)...)), s.URL+at+"/work/"+no)
}

// wholeJob takes an order from acceptance to the customer's signature.
func wholeJob(t *testing.T, p *browser.Page, order string) {
	t.Helper()
	shown := func(name string) {
		t.Helper()
		p.NoSideways()
		p.Axe()
		p.Shot("technician-" + name)
	}
	shown("orders")
	p.Go(order)
	shown("order")
	thumb := `.gj-thumb .btn-primary`
	tap := func(until string) {
		t.Helper()
		p.Click(thumb)
		p.Wait(`document.documentElement.dataset.ready === "1" && ` + until)
	}
	says := func(word string) string {
		return fmt.Sprintf(`document.querySelector(%q)?.innerText.includes(%q)`, thumb, word)
	}
	// What lies under the thumb's bar is pressed and written into without aiming.
	press := func(css string) {
		t.Helper()
		browser.Eval[bool](p, fmt.Sprintf(`(document.querySelector(%q).click(), true)`, css))
	}
	fill := func(css, words string) {
		t.Helper()
		browser.Eval[bool](p, fmt.Sprintf(`(document.querySelector(%q).focus(), true)`, css))
		p.Type(words)
	}
	tap(says("我到了"))
	tap(says("查看"))
	tap(`!!document.querySelector("#step [name='field.cause']")`)
	fill("[name='field.cause']", "固定螺母松动")
	browser.Eval[bool](p, `(() => { const f = document.querySelector("#step").elements["field.charge"]; f.value = "free"; return true; })()`)
	tap(says("维修"))

	p.Quiet()

	// Without a line: a note is kept, a form stays with what was typed, and
	// nothing has gone.
	p.Line(false)
	fill("form[data-queue] textarea", "客户说水槽也松了")
	press("form[data-queue] button")
	p.Wait(`document.querySelector("[data-queue-list] .gj-soon")?.innerText.includes("客户说水槽也松了")`)
	fill("form[data-queue] textarea", " ") // what the house will refuse
	press("form[data-queue] button")
	p.Wait(`document.querySelectorAll("[data-queue-list] .gj-note").length === 2`)
	shown("offline")
	p.Line(true)
	p.Wait(`document.querySelectorAll("[data-queue-list] .gj-note").length === 1 && !!document.querySelector("[data-queue-list] .gj-late[role=alert]")`)
	if got := p.Text("[data-queue-list]"); !strings.Contains(got, "没有收下") || !strings.Contains(got, "拿回来改") {
		t.Errorf("a refused note is shown as %q", got)
	}
	shown("refused")
	press("[data-queue-list] button:last-child")
	p.Wait(`document.querySelector("[data-queue-list]").hidden`)

	tap(`!!document.querySelector("#step [name='field.did']")`)
	browser.Eval[bool](p, `(() => { const f = document.querySelector("#step").elements["field.result"]; f.value = "fixed"; return true; })()`)
	fill("[name='field.did']", "拧紧固定螺母，试水不晃")
	p.Line(false)
	p.Click(thumb)
	p.Wait(`document.querySelector("#step [data-line]")?.innerText.includes("没有信号")`)
	shown("offline-step")
	p.Line(true)
	p.Wait(`document.querySelector("#step [data-line]")?.innerText.includes("再按一次")`)
	if got := browser.Eval[string](p, `document.querySelector("[name='field.did']").value`); got != "拧紧固定螺母，试水不晃" {
		t.Errorf("what was typed is %q", got)
	}
	tap(says("签名"))

	// A picture of twelve megapixels travels small.
	browser.Eval[bool](p, `new Promise(done => {
		const c = document.createElement("canvas"); c.width = 4000; c.height = 3000;
		const pen = c.getContext("2d"), noise = pen.createImageData(400, 300);
		for (let i = 0; i < noise.data.length; i++) noise.data[i] = (i * 7919) % 251;
		for (let x = 0; x < 10; x++) for (let y = 0; y < 10; y++) pen.putImageData(noise, x * 400, y * 300);
		c.toBlob(blob => {
			const bag = new DataTransfer(), input = document.querySelector("#p-photo");
			bag.items.add(new File([blob], "after.png", {type: "image/png"}));
			window.before = blob.size; input.files = bag.files;
			input.dispatchEvent(new Event("change", {bubbles: true}));
			done(true);
		}, "image/png");
	})`)
	p.Wait(`/1 张/.test(document.querySelector("[data-photos-state]").textContent)`)
	browser.Eval[bool](p, `(() => { // a phone's camera gives one at a time: the second joins the first
		const add = (name) => {
			const bag = new DataTransfer(), input = document.querySelector("#p-photo");
			bag.items.add(new File(["GIF89a"], name, {type: "image/gif", lastModified: 1}));
			input.files = bag.files;
			input.dispatchEvent(new Event("change", {bubbles: true}));
		};
		add("wrong.gif");
		add("wrong.gif"); // chosen twice by mistake
		return true;
	})()`)
	p.Wait(`/2 张/.test(document.querySelector("[data-photos-state]").textContent) && document.querySelectorAll(".gj-photo-form .gj-off").length === 2`)
	browser.Eval[bool](p, `(() => { [...document.querySelectorAll(".gj-photo-form .gj-off")].at(-1).click(); return true; })()`)
	if left := browser.Eval[string](p, `[...document.querySelector("#p-photo").files].map(f => f.name).join()`); !strings.HasPrefix(left, "after.") {
		t.Errorf("after the wrong one was taken off: %s", left)
	}
	if !browser.Eval[bool](p, `window.before < 1.5e6 || document.querySelector("#p-photo").files[0].size < window.before`) {
		t.Error("a large picture travels as it is")
	}
	browser.Eval[bool](p, `(() => { document.querySelector(".gj-photo-form [value=after]").checked = true; return true; })()`)
	press(".gj-photo-form > button")
	p.Wait(`document.documentElement.dataset.ready === "1" && !!document.querySelector(".gj-shot img")`)

	for i, name := range []string{"finish", "sign"} {
		tap(`!!document.querySelector("[data-sign]")`)
		browser.Eval[bool](p, pen)
		p.Wait(`[...document.querySelectorAll("[data-sign] input[type=hidden]")].every(f => f.value.startsWith("data:image/png"))`)
		shown(name)
		p.Click(thumb)
		if i == 0 {
			p.Wait(`document.documentElement.dataset.ready === "1" && !document.querySelector("[data-sign]")`)
		}
	}
	p.Wait(`document.documentElement.dataset.ready === "1" && !document.querySelector("[data-sign]")`)
	p.Go(order)
	if got := p.Text("main"); !strings.Contains(got, "客户签名") || browser.Eval[bool](p, `!!document.querySelector("#do")`) {
		t.Errorf("after the signature the order says %q", text.Cut(got, 300))
	}
}
