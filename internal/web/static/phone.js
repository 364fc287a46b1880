// Pages for the hand, where the line comes and goes: notes that wait on the
// phone, forms that must not be lost.

const root = document.documentElement;
const say = (zh, en) => (root.lang.startsWith("en") ? en : zh);
const make = (tag, attrs, ...inside) => {
  const el = Object.assign(document.createElement(tag), attrs);
  el.append(...inside);
  return el;
};

// ── Notes without a line: kept under the form's key and sent when the line is
// back; sent twice they count once. What the house refuses stays, with its
// reason and what to do. ──
const prefix = `gj.note.${root.dataset.who || "0"}.`;
const stored = () => {
  try {
    return Object.keys(localStorage).filter((k) => k.startsWith(prefix)).map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
  } catch {
    return []; // storage is forbidden here
  }
};
const keep = ({ key, ...note }) => localStorage.setItem(key, JSON.stringify(note));
const wordsOf = (note) => note.values.find(([k]) => k === "text")?.[1] ?? "";
const orderOf = (note) => note.to.replace(/\/note$/, "");

async function reason(answer) {
  if (answer.status === 401) return say("登录已过期。登录以后它会自己送出。", "You were logged out. It goes by itself once you log in again.");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const words = page.querySelector("[role=alert] .gj-note-words, .gj-trouble")?.textContent.trim().replace(/\s+/g, " ");
  return words || say("管家没有收下。", "Guanjia did not take it.");
}

let sending = false;
async function sendNotes() {
  if (sending || !navigator.onLine) return;
  sending = true;
  let refused = false;
  try {
    for (const note of stored()) {
      if (note.refused && !note.again) continue;
      const answer = await fetch(note.to, { method: "POST", body: new URLSearchParams(note.values), redirect: "manual", headers: { Accept: "application/json" } });
      if (answer.type === "opaqueredirect" || answer.ok) {
        localStorage.removeItem(note.key);
        document.querySelectorAll("[data-queue-state]").forEach((el) => { el.textContent = say("记在手机上的已送出", "The note was sent"); });
        continue;
      }
      if (answer.status === 429 || answer.status >= 500) break; // not refused: later
      keep({ ...note, again: answer.status === 401, refused: await reason(answer) });
      refused = true;
    }
  } catch {
    // no line after all: everything stays
  } finally {
    sending = false;
    show();
    if (refused) document.querySelector("[data-queue-list]")?.scrollIntoView({ block: "center" }); // it must be seen
  }
}

// show lists what has not been sent, on every page that has room for it.
function show() {
  const place = document.querySelector("[data-queue-list]");
  if (!place) return;
  const notes = stored();
  place.hidden = !notes.length;
  place.replaceChildren(make("h3", {}, say("还没送出的", "Not sent yet")), ...notes.map((note) => {
    const form = document.querySelector(`form[data-queue][action="${CSS.escape(new URL(note.to).pathname)}"]`);
    const again = make("button", { type: "button", className: "btn btn-sm", onclick: () => { keep({ ...note, again: true }); sendNotes(); } }, say("再送一次", "Send again"));
    const back = form
      ? make("button", { type: "button", className: "btn btn-sm", onclick: () => {
        form.elements.text.value = wordsOf(note);
        localStorage.removeItem(note.key);
        show();
        form.elements.text.focus();
      } }, say("拿回来改", "Take back to change"))
      : make("a", { className: "btn btn-sm", href: orderOf(note) }, say("去这张单", "To this order"));
    const drop = make("button", { type: "button", className: "btn btn-sm", onclick: () => { localStorage.removeItem(note.key); show(); } }, say("不要了", "Drop it"));
    const words = make("div", { className: "gj-note-words" },
      make("b", {}, note.refused ? say("没有收下：", "Not taken: ") : say("等信号：", "Waiting for the line: ")), wordsOf(note),
      make("p", {}, note.refused || say("有信号时自己送出。", "It goes by itself when the line is back.")),
      make("p", { className: "gj-row" }, again, back, drop));
    const card = make("div", { className: `gj-note ${note.refused ? "gj-late" : "gj-soon"}` }, words);
    card.setAttribute("role", note.refused ? "alert" : "status");
    return card;
  }));
}

// ── Forms without a line stay where they are, with all that was filled in ──
const lineless = (form, words) => {
  form.querySelector("[data-line]")?.remove();
  if (!words) return;
  const p = make("p", { className: "gj-note gj-soon" }, words);
  p.dataset.line = "1";
  p.setAttribute("role", "alert");
  form.prepend(p);
  p.scrollIntoView({ block: "nearest" });
};
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (navigator.onLine || form.method !== "post") return;
  e.preventDefault();
  e.stopImmediatePropagation();
  if (!form.dataset.queue) {
    lineless(form, say("没有信号，还没有送出。填的、拍的、签的都在这一页；有信号了再按一次。", "No line: nothing was sent. All you filled in is on this page; press again when the line is back."));
    return;
  }
  const state = form.querySelector("[data-queue-state]");
  try {
    keep({ key: prefix + form.elements.key.value, to: form.action, values: [...new FormData(form)].map(([k, v]) => [k, String(v)]) });
    state.textContent = say("没有信号：先记在这台手机上，还没有送出", "No line: kept on this phone, not sent yet");
    form.elements.text.value = "";
    form.elements.key.value = crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now(); // the next note is another one
    form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
  } catch {
    state.textContent = say("没有信号，手机也存不下，请稍后再送", "No line, and this phone cannot keep it. Send it again later");
  }
  show();
});
addEventListener("online", () => {
  document.querySelectorAll("form:has([data-line])").forEach((form) => lineless(form, say("有信号了，请再按一次。", "The line is back: press again.")));
  sendNotes();
});

show();
sendNotes();
