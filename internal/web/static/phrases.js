// Phrases (DSK-14): a slash at the beginning of a word in a field with
// data-phrases (an address) offers what can be said; up, down, enter insert,
// escape leaves the slash as it is. The first gap {…} of a phrase is selected.
(() => {
  let field, box, from = -1;
  const lists = new Map();
  const options = () => [...box.children].filter((o) => !o.hidden);

  async function load(address) {
    if (!lists.has(address)) {
      const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
      if (!answer.ok) return "";
      lists.set(address, await answer.text());
    }
    return lists.get(address);
  }
  function close() {
    box?.remove();
    if (field) for (const a of ["aria-expanded", "aria-controls", "aria-activedescendant", "role", "aria-autocomplete"]) field.removeAttribute(a);
    field = box = undefined;
    from = -1;
  }
  function choose(n) {
    const list = options();
    if (!list.length) return;
    const at = (n + list.length) % list.length;
    [...box.children].forEach((o) => o.setAttribute("aria-selected", String(o === list[at])));
    list[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list[at].id);
  }
  const chosen = () => options().findIndex((o) => o.getAttribute("aria-selected") === "true");
  function narrow() {
    const typed = field.value.slice(from + 1, field.selectionStart).toLowerCase();
    if (field.selectionStart <= from || /\s/.test(typed) || typed.length > 20) return close();
    for (const o of box.children) o.hidden = !(o.dataset.find + o.dataset.words).toLowerCase().includes(typed);
    if (!options().length) return close();
    choose(0);
  }
  function insert() {
    const words = options()[chosen()]?.dataset.words;
    if (!words) return;
    const at = from;
    field.setRangeText(words, at, field.selectionStart, "end");
    const gap = /\{[^}]*\}/.exec(words);
    if (gap) field.setSelectionRange(at + gap.index, at + gap.index + gap[0].length);
    const done = field;
    close();
    done.dispatchEvent(new Event("input", { bubbles: true }));
  }
  async function open(el) {
    const html = await load(el.dataset.phrases).catch(() => "");
    if (!html || document.activeElement !== el) return;
    close();
    field = el;
    from = el.selectionStart - 1;
    while (from >= 0 && el.value[from] !== "/") from--;
    if (from < 0) return close();
    box = document.createElement("ul");
    box.id = "gj-phrases";
    box.className = "gj-phrases";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", document.documentElement.lang === "en" ? "Phrases" : "用语");
    box.innerHTML = html;
    [...box.children].forEach((o, i) => { o.id = `gj-phrase-${i}`; });
    el.after(box);
    el.setAttribute("role", "combobox");
    el.setAttribute("aria-autocomplete", "list");
    el.setAttribute("aria-expanded", "true");
    el.setAttribute("aria-controls", box.id);
    box.addEventListener("pointerdown", (e) => {
      const o = e.target.closest("[role=option]");
      if (!o) return;
      e.preventDefault();
      choose(options().indexOf(o));
      insert();
    });
    narrow();
  }
  document.addEventListener("input", (e) => {
    const el = e.target;
    if (!el.dataset?.phrases || e.isComposing) return;
    if (field === el) return narrow();
    const at = el.selectionStart;
    if (el.value[at - 1] === "/" && (at === 1 || /[\s，。；：！？、]/.test(el.value[at - 2]))) open(el);
  });
  document.addEventListener("keydown", (e) => {
    if (!field || e.target !== field || e.isComposing) return;
    const go = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (go) choose(chosen() + go);
    else if (e.key === "Enter" && !e.ctrlKey || e.key === "Tab") insert();
    else if (e.key === "Escape") close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  }, true);
  document.addEventListener("focusout", (e) => { if (e.target === field) close(); });
})();
