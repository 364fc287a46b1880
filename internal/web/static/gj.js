// The small script of Guanjia. Pages work without it where they can; it adds
// keys, running clocks, drafts, live parts, the signature pad. No framework.

const root = document.documentElement;
const english = root.lang === "en";
const skew = Number(root.dataset.now || Date.now()) - Date.now(); // the house's time runs on its own
const now = () => Date.now() + skew;
const typing = (el) => el?.matches?.("input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]");
const seen = (el) => el.checkVisibility?.({ visibilityProperty: true }) ?? el.offsetParent !== null;

// ── Lengths and places: the server writes data-p, data-x, data-w, data-n; style attributes are not allowed ──
const lengths = ["p", "x", "w", "n"];
function measure(el) {
  for (const name of lengths) {
    if (el.dataset[name] !== undefined) el.style.setProperty("--" + name, el.dataset[name]);
  }
}
const measured = lengths.map((n) => `[data-${n}]`).join();

// ── Clocks: the words the server says (ui.Left), kept going every minute ──
function span(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60000);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const words = [];
  if (d) words.push(`${d} ${english ? "d" : "天"}`);
  if (h) words.push(`${h} ${english ? "h" : "小时"}`);
  if (m && !d) words.push(`${m} ${english ? "min" : "分"}`);
  return words.join(" ") || (english ? "under 1 min" : "不到 1 分钟");
}
export function left(at, due) {
  if (at > due) return english ? `${span(due - at)} over` : `超时 ${span(due - at)}`;
  return english ? `${span(due - at + 59999)} left` : `剩 ${span(due - at + 59999)}`; // a begun minute is still left
}
const silhouette = {
  late: '<path stroke="none" fill="currentColor" fill-rule="evenodd" d="M7.6 2.5h8.8l5.1 5.1v8.8l-5.1 5.1H7.6l-5.1-5.1V7.6zM10.8 6.5v7h2.4v-7zM10.8 15.6V18h2.4v-2.4z"/>',
  soon: '<path stroke="none" fill="currentColor" fill-rule="evenodd" d="M12 2.4 23 21.4H1zM10.9 9v6h2.2V9zM10.9 16.6v2.2h2.2v-2.2z"/>',
};
function tick(chip) {
  const at = now();
  const words = chip.lastElementChild;
  const said = left(at, Number(chip.dataset.due));
  if (words.textContent !== said) words.textContent = said;
  let state = chip.dataset.s;
  if (at > Number(chip.dataset.due)) state = "late";
  else if (chip.dataset.soon && at >= Number(chip.dataset.soon) && state === "run") state = "soon";
  if (state !== chip.dataset.s) {
    chip.dataset.s = state;
    chip.querySelector("svg").innerHTML = silhouette[state];
  }
}
function ticks() {
  document.querySelectorAll(".gj-clock[data-due]").forEach(tick);
  for (const t of document.querySelectorAll("time[data-clock]")) {
    const d = new Date(now() + 8 * 3600e3).toISOString(); // the zone of every project
    const said = `${d.slice(0, 10)} ${d.slice(11, 16)}`;
    if (t.textContent !== said) t.textContent = said;
  }
  setTimeout(ticks, 60000 - (now() % 60000) + 20);
}
setInterval(() => { // how long a call has been going
  for (const el of document.querySelectorAll("[data-since]")) {
    const s = Math.max(0, Math.floor((now() - Number(el.dataset.since)) / 1000));
    el.textContent = `${String(Math.floor(s / 60)).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}`;
  }
}, 1000);

// ── Keys: data-key="ctrl+enter" on what they trigger, data-pick="1" on a choice ──
const named = { " ": "space", escape: "esc", pagedown: "pgdn", pageup: "pgup", arrowup: "up", arrowdown: "down", "+": "plus" };
function chord(e) {
  const key = named[e.key.toLowerCase()] || e.key.toLowerCase();
  return (e.ctrlKey || e.metaKey ? "ctrl+" : "") + (e.altKey ? "alt+" : "") + (e.shiftKey && key.length > 1 ? "shift+" : "") + key;
}
function trigger(el) {
  if (typing(el)) {
    el.focus();
    el.select?.();
  } else if (el.getAttribute("aria-disabled") === "true") {
    el.focus(); // its reason is read out
  } else if (el.type === "radio" || el.type === "checkbox") {
    el.focus();
    el.click();
  } else {
    el.click();
  }
}
document.addEventListener("keydown", (e) => {
  if (e.isComposing || e.keyCode === 229 || e.defaultPrevented) return;
  const key = chord(e);
  const inField = typing(e.target);
  const plain = key.length === 1 || ["enter", "space", "tab", "up", "down", "pgdn", "pgup"].includes(key);
  if (key === "esc") {
    const menu = document.querySelector("details.gj-menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (document.querySelector(".gj-rail.is-open")) {
      unrail(document.body);
      document.querySelector("[data-rail]").focus();
      return;
    }
  }
  if (inField && (plain || key === "ctrl+z")) return;
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"], [data-pick="${CSS.escape(key)}"]`)].filter(seen).at(-1);
  if (found) {
    e.preventDefault();
    trigger(found);
    return;
  }
  if (!e.ctrlKey && !e.metaKey && !e.altKey) walk(key, e);
});

// ── Lists: j k up down move, enter opens (it is a link) ──
function walk(key, e) {
  const table = document.querySelector("table[data-rows]");
  if (!table) return;
  const rows = [...table.querySelectorAll("tbody tr")].filter((r) => r.querySelector("a[href]"));
  const at = rows.findIndex((r) => r.contains(document.activeElement));
  const step = { j: 1, k: -1 }[key] ?? (at >= 0 ? { down: 1, up: -1 }[key] : undefined);
  if (!step || !rows.length) return;
  const to = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  (to.querySelector("a[data-open]") || to.querySelector("a[href]")).focus();
  to.scrollIntoView({ block: "nearest" });
  e.preventDefault();
}

// ── Search as one types: the page of the search answers with its list; up, down, enter choose ──
const find = document.getElementById("gj-find");
if (find) {
  const box = document.getElementById("gj-hits");
  const options = () => [...box.querySelectorAll("[role=option]")];
  let asking;
  let chosen = -1;
  const close = () => {
    box.replaceChildren();
    chosen = -1;
    find.setAttribute("aria-expanded", "false");
    find.removeAttribute("aria-activedescendant");
  };
  const choose = (n) => {
    const list = options();
    if (!list.length) return;
    chosen = (n + list.length) % list.length;
    list.forEach((o, i) => o.setAttribute("aria-selected", String(i === chosen)));
    list[chosen].scrollIntoView({ block: "nearest" });
    find.setAttribute("aria-activedescendant", list[chosen].id);
  };
  const ask = async () => {
    const q = find.value.trim();
    if (!q) return close();
    try {
      const answer = await fetch(`${find.form.action}?q=${encodeURIComponent(q)}`, { headers: { "HX-Request": "true", Accept: "text/html" } });
      if (!answer.ok || find.value.trim() !== q || document.activeElement !== find) return;
      box.innerHTML = await answer.text();
    } catch {
      return; // offline: enter still asks for the page
    }
    chosen = -1;
    options().forEach((o, i) => { // an option is chosen as a whole: no link within it
      o.id = `gj-hit-${i}`;
      const a = o.querySelector("a");
      if (!a) return;
      o.dataset.go = a.getAttribute("href");
      const face = document.createElement("span");
      face.className = "gj-hit";
      face.append(...a.childNodes);
      a.replaceWith(face);
    });
    find.setAttribute("aria-expanded", String(box.childElementCount > 0));
  };
  find.addEventListener("input", (e) => {
    clearTimeout(asking);
    if (!e.isComposing) asking = setTimeout(ask, 120);
  });
  find.addEventListener("compositionend", () => { asking = setTimeout(ask, 60); });
  find.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      choose(e.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
      e.preventDefault();
    } else if (e.key === "Escape") {
      close();
    }
  });
  find.form.addEventListener("submit", (e) => { // enter opens what is chosen, else the page of results
    if (chosen < 0) return;
    e.preventDefault();
    location.assign(options()[chosen].dataset.go);
  });
  box.addEventListener("pointerdown", (e) => {
    const o = e.target.closest("[data-go]");
    if (o && e.button === 0) {
      e.preventDefault();
      location.assign(o.dataset.go);
    }
  });
  document.addEventListener("focusin", (e) => { if (!find.form.contains(e.target)) close(); });
}

// Enter in a field with data-submit presses that button, not the first of the form.
document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.isComposing || !e.target.dataset?.submit) return;
  e.preventDefault();
  document.getElementById(e.target.dataset.submit)?.click();
});

// ── Clicks ──
document.addEventListener("click", (e) => {
  const row = e.target.closest?.("tr[data-href]");
  if (row && !e.target.closest("a, button, input, select, label, textarea") && !getSelection().toString()) {
    (row.querySelector("a[data-open]") || row.querySelector(`a[href="${CSS.escape(row.dataset.href)}"]`) || row.querySelector("td a[href]"))?.click();
  }
});
document.addEventListener("click", (e) => {
  const el = e.target.closest?.("[aria-disabled=true], [data-back], [data-print], [data-dismiss]");
  for (const menu of document.querySelectorAll("details.gj-menu[open]")) {
    if (!menu.contains(e.target)) menu.open = false;
  }
  unrail(e.target);
  if (!el) return;
  if (el.getAttribute("aria-disabled") === "true") e.preventDefault();
  else if (el.dataset.back) history.length > 1 ? history.back() : location.assign("/");
  else if (el.dataset.print) print();
  else if (el.dataset.dismiss) document.getElementById("gj-trouble").replaceChildren();
});

// The rail of a phone shows four entries; the rest come up over it and go with a press anywhere else.
function unrail(at) {
  const more = document.querySelector("[data-rail]");
  const open = more?.contains(at) ? !more.parentElement.classList.contains("is-open") : false;
  more?.parentElement.classList.toggle("is-open", open);
  more?.setAttribute("aria-expanded", String(open));
}

// A form goes once: a second press while it travels does nothing.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 8000) {
    e.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = String(Date.now());
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
document.addEventListener("htmx:after:request", (e) => {
  const form = e.target.closest?.("form");
  if (form && !leaving.has(form)) delete form.dataset.sent;
});

// A form on its way is over: what it asked for meanwhile is called off, an answer
// that comes all the same is not drawn into it, and nothing more of it is kept.
// Else what was sent would stand in the next form again.
const leaving = new WeakSet();
document.addEventListener("submit", (e) => {
  if (e.defaultPrevented || e.target.method !== "post") return;
  leaving.add(e.target);
  e.target.dispatchEvent(new Event("htmx:abort"));
});
for (const late of ["htmx:before:request", "htmx:before:swap"]) {
  document.addEventListener(late, (e) => { if (leaving.has(e.target.closest?.("form"))) e.preventDefault(); });
}
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((f) => leaving.delete(f)));
document.addEventListener("input", (e) => { // the way was broken off, and somebody types on
  const form = e.target.form;
  if (form && Date.now() - Number(form.dataset.sent ?? 0) >= 8000) leaving.delete(form);
});
document.addEventListener("change", (e) => {
  const form = e.target.closest?.("form[data-auto]");
  if (form) form.requestSubmit(); // filters apply as they are chosen
});

// ── Drafts: what was typed into form[data-draft] survives a crash, for the same person, for a week ──
const drafts = "gj.draft.";
const who = root.dataset.who || "0";
const draftKey = (form) => `${drafts}${who}.${form.dataset.draft}`;
const fields = (form) => [...form.elements].filter((f) => f.name && !["hidden", "password", "file", "submit", "button"].includes(f.type));
// Pictures and signatures that a refused form had brought are in the house already: their numbers are kept.
const keptPictures = (form) => [...form.elements].filter((f) => f.name.startsWith("kept.") && /^\d+$/.test(f.value)).map((f) => [f.name, f.value]);
function showKept(form, name, ref) {
  if ([...form.elements].some((f) => f.name === name && f.value === ref)) return;
  const field = [...form.elements].find((f) => f.name === `field.${name.slice(5)}`);
  const add = field?.closest(".gj-shot.is-add"), pad = field?.closest("[data-sign]");
  if (!add && !pad) return;
  const part = Object.assign(document.createElement(add ? "div" : "p"), { className: add ? "gj-shot is-kept" : "gj-row gj-signed-before" });
  const picture = Object.assign(document.createElement("img"), { src: `/files/${ref}/small`, alt: english ? "kept" : "已收下的" });
  const seen = Object.assign(document.createElement("span"), { className: "gj-signed" });
  if (pad) seen.append(picture);
  part.append(pad ? seen : picture, Object.assign(document.createElement("input"), { type: "hidden", name, value: ref }));
  if (pad) part.append(english ? "Signed already; a new one replaces it" : "已经签好，重写就换掉");
  (add ?? pad).before(part);
}
function keepDraft(form) {
  if (leaving.has(form)) return;
  const values = fields(form).map((f) => [f.name, f.type === "checkbox" || f.type === "radio" ? (f.checked ? f.value : null) : f.value]);
  try {
    localStorage.setItem(draftKey(form), JSON.stringify({ at: Date.now(), values, kept: keptPictures(form) }));
  } catch {
    return; // full or forbidden: typing goes on
  }
  const note = form.querySelector("[data-draft-state]");
  const d = new Date(now() + 8 * 3600e3).toISOString().slice(11, 19);
  if (note) note.textContent = english ? `Draft kept ${d}` : `草稿已存 ${d}，断电也在`;
}
function restoreDraft(form) {
  let draft;
  try {
    draft = JSON.parse(localStorage.getItem(draftKey(form)));
  } catch {
    draft = null;
  }
  if (!draft) return;
  const refused = form.querySelector(".is-invalid, .gj-err") || (root.dataset.here && document.querySelector("main [role=alert]"));
  if (draft.sent || refused) {
    if (!refused) localStorage.removeItem(draftKey(form)); // it arrived
    else if (draft.sent) keepDraft(form); // it comes back filled by the server, and is left for the page that mends it
    return;
  }
  const list = fields(form);
  const used = {};
  for (const [name, value] of draft.values) {
    const same = list.filter((f) => f.name === name);
    const f = same[(used[name] = (used[name] ?? -1) + 1)];
    if (!f) continue;
    if (f.type === "radio") f.checked ||= value !== null; // what the server chose stays where nothing had been chosen
    else if (f.type === "checkbox") f.checked = value !== null;
    else if (value !== null) f.value = value;
  }
  for (const [name, ref] of draft.kept ?? []) showKept(form, name, ref);
  const note = form.querySelector("[data-draft-state]");
  if (note) note.textContent = english ? "Draft brought back" : "草稿已取回";
  form.dispatchEvent(new Event("gj:draft", { bubbles: true }));
}
// What the server drew into a form meanwhile (a kind that follows the words) is part of what stands there.
document.addEventListener("htmx:after:swap", () => document.querySelectorAll("form[data-draft][data-dirty]").forEach(keepDraft));
let keeping, typed;
addEventListener("pagehide", () => { if (typed?.isConnected) keepDraft(typed); }); // left at once after the last letter
document.addEventListener("input", (e) => {
  const form = e.target.form;
  if (!form) return;
  form.dataset.dirty = "1";
  if (!form.dataset.draft) return;
  clearTimeout(keeping);
  typed = form;
  keeping = setTimeout(() => keepDraft((typed = null, form)), 250);
});
document.addEventListener("submit", (e) => {
  if (!e.target.dataset.draft || e.defaultPrevented) return;
  clearTimeout(keeping);
  typed = null;
  const key = draftKey(e.target);
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: [], sent: true }));
  } catch {
    return; // forbidden: nothing was kept
  }
});
function tidyDrafts() {
  for (const key of Object.keys(localStorage).filter((k) => k.startsWith(drafts))) {
    let draft = {};
    try {
      draft = JSON.parse(localStorage.getItem(key));
    } catch {
      draft = { at: 0 };
    }
    const name = key.slice(key.indexOf(".", drafts.length) + 1);
    const here = document.querySelector(`form[data-draft="${CSS.escape(name)}"]`);
    const foreign = root.dataset.who && !key.startsWith(`${drafts}${who}.`);
    if (foreign || Date.now() - draft.at > 7 * 864e5 || (draft.sent && !here)) localStorage.removeItem(key);
  }
}

// ── Live parts: [data-live="case call"] with an id is fetched anew when the server says so ──
const stale = new Set();
let fetching;
function changed(topics) {
  for (const el of document.querySelectorAll("[data-live][id]")) {
    if (!topics || el.dataset.live.split(" ").some((t) => topics.includes(t))) stale.add(el.id);
  }
  clearTimeout(fetching);
  if (stale.size) fetching = setTimeout(refresh, 120 + Math.random() * 300);
}
const busy = (el) => (el.contains(document.activeElement) && typing(document.activeElement)) || el.querySelector("form[data-dirty], details[open]");
async function refresh() {
  const ready = [...stale].map((id) => document.getElementById(id)).filter((el) => el && !busy(el));
  if (!ready.length) return;
  const here = root.dataset.here || location.href; // what answered a form is read elsewhere
  const bySource = Map.groupBy ? Map.groupBy(ready, (el) => el.dataset.liveSrc || here) : new Map([[here, ready]]);
  for (const [src, parts] of bySource) {
    let page;
    try {
      const answer = await fetch(src, { headers: { "GJ-Live": "1", Accept: "text/html" }, redirect: "manual" });
      if (answer.status === 0 || answer.type === "opaqueredirect") return root.dataset.here ? location.assign(here) : location.reload(); // logged out meanwhile
      if (!answer.ok) continue;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      continue; // offline: the next word of the stream asks again
    }
    for (const old of parts) {
      stale.delete(old.id);
      const fresh = page.getElementById(old.id);
      if (!fresh || busy(old)) continue;
      swap(old, document.importNode(fresh, true));
    }
  }
}
function swap(old, fresh) {
  const known = new Set([...old.querySelectorAll("[id]")].map((e) => e.id));
  const scroll = [...old.querySelectorAll(".gj-scroll")].map((e) => e.scrollTop);
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const again = active && (active.id ? `#${CSS.escape(active.id)}` : active.getAttribute("href") && `a[href="${CSS.escape(active.getAttribute("href"))}"]`);
  old.replaceWith(fresh);
  [...fresh.querySelectorAll(".gj-scroll")].forEach((e, i) => { e.scrollTop = scroll[i] ?? 0; });
  for (const e of fresh.querySelectorAll("li[id], tr[id]")) if (!known.has(e.id)) e.classList.add("gj-fresh");
  if (again) fresh.querySelector(again)?.focus({ preventScroll: true });
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new Event("gj:live", { bubbles: true }));
}
document.addEventListener("focusout", () => { if (stale.size) setTimeout(refresh, 200); });

// Only the page in front listens: browsers allow few connections to one house.
let stream;
function listen() {
  if (!root.dataset.events || document.hidden || stream || !document.querySelector("[data-live][id]")) return;
  stream = new EventSource(root.dataset.events);
  stream.addEventListener("changed", (e) => {
    document.dispatchEvent(new CustomEvent("gj:changed", { detail: e.data.split(" ") }));
    changed(e.data.split(" "));
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.close();
    stream = undefined;
  } else {
    listen();
    changed();
  }
});

// ── Signature pad ──
function pad(place) {
  const canvas = place.querySelector("canvas");
  const field = place.querySelector("input[type=hidden]");
  const pen = canvas.getContext("2d");
  let drawn = false;
  const fit = () => {
    const { width, height } = canvas.getBoundingClientRect();
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    pen.scale(devicePixelRatio, devicePixelRatio);
    Object.assign(pen, { lineWidth: 2.4, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(place).color });
  };
  const at = (e) => {
    const box = canvas.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId);
    pen.beginPath();
    pen.moveTo(...at(e));
    drawn = true;
  });
  canvas.addEventListener("pointermove", (e) => {
    if (!e.pressure && !e.buttons) return;
    for (const step of e.getCoalescedEvents?.() ?? [e]) pen.lineTo(...at(step));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => {
    if (drawn) field.value = canvas.toDataURL("image/png");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  place.querySelector("[data-sign-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    drawn = false;
    field.value = "";
  });
  fit();
}

// ── A sum of a table's column as it is typed; the server works it out anew ──
function total(out) {
  const [table, column] = out.dataset.sum.split(".");
  let fen = 0;
  for (const { name, value } of out.form.elements) {
    if (name.startsWith(`field.${table}.`) && name.endsWith(`.${column}`)) fen += Math.round(Number(value.replace(/[,，¥￥元\s]/g, "")) * 100) || 0;
  }
  out.value = (fen / 100).toFixed(out.dataset.sumSort === "money" ? 2 : 0);
}
document.addEventListener("input", (e) => e.target.form?.querySelectorAll("[data-sum]").forEach(total));

// ── Begin ──
function enter(part) {
  for (const el of part.querySelectorAll?.(measured) ?? []) measure(el);
  if (part.matches?.(measured)) measure(part);
  for (const el of part.querySelectorAll?.("[data-sign]:not([data-ready])") ?? []) {
    el.dataset.ready = "1";
    pad(el);
  }
  for (const chip of part.querySelectorAll?.(".gj-clock[data-due]") ?? []) tick(chip);
}
enter(document);
new MutationObserver((list) => {
  for (const change of list) for (const node of change.addedNodes) if (node.nodeType === 1) enter(node);
}).observe(document.body, { childList: true, subtree: true });
ticks();
document.querySelectorAll("[data-sum]").forEach(total);
try {
  document.querySelectorAll("form[data-draft]").forEach(restoreDraft);
  tidyDrafts();
} catch {
  // storage is forbidden here: forms work without drafts
}
// A refused form begins at its first field in error, else at what is said above it.
const refused = document.querySelector(".gj-field:has(> .gj-err)");
const wrong = refused?.querySelector("[aria-invalid=true]") ?? refused?.querySelector("input:not([type=hidden]), select, textarea");
const said = document.querySelector("[data-focus]");
if (said) (wrong ?? said).focus();
const here = document.querySelector(".gj-steps > .is-here");
if (here) here.parentElement.scrollLeft = here.offsetLeft - 24; // on a narrow screen the rail scrolls
listen();
const undo = document.querySelector("form[data-undo]");
if (undo) {
  const go = () => (undo.matches(":hover, :focus-within") ? setTimeout(go, 5000) : undo.remove());
  setTimeout(go, 20000);
}
root.dataset.ready = "1";
