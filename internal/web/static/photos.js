// Pictures that go with a form: one after the other as a phone takes them, shown
// at once, taken off again, made small enough to travel over a slow line. A field
// for files alone forgets the first picture when a second one is taken.
{
  const longSide = 2560; // pixels: a crack in a tile is still seen
  const small = 1.5e6; // bytes that travel as they are
  const mostBytes = 25 << 20; // of one file, as the house takes them
  const allBytes = 60 << 20;
  const most = 12; // at once

  const say = (zh, en) => (document.documentElement.lang.startsWith("en") ? en : zh);
  const make = (tag, attrs, ...inside) => {
    const el = Object.assign(document.createElement(tag), attrs);
    el.append(...inside);
    return el;
  };

  async function shrink(file) {
    if (!file.type.startsWith("image/") || file.size < small) return file;
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      const by = Math.min(1, longSide / Math.max(bitmap.width, bitmap.height));
      const canvas = make("canvas", { width: Math.round(bitmap.width * by), height: Math.round(bitmap.height * by) });
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
      return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    } catch {
      return file; // a form this browser cannot read: it travels as it is
    }
  }

  const taken = new WeakMap(); // a field → what it holds: {as: which file it was, file, tile}
  const working = new WeakMap(); // a form → the work its sending waits for

  const identity = (f) => `${f.name} ${f.size} ${f.lastModified}`;
  const stateOf = (input) => input.closest("[data-photos]").querySelector("[data-photos-state]");

  function offButton(input, label, take) {
    const off = make("button", { type: "button", className: "gj-off", textContent: "×" });
    off.setAttribute("aria-label", label);
    off.addEventListener("click", () => {
      take();
      input.focus();
    });
    return off;
  }

  function tile(input, one, number) {
    const off = offButton(input, say(`去掉第 ${number} 份：${one.file.name}`, `Take off number ${number}: ${one.file.name}`), () => {
      hold(input, taken.get(input).filter((x) => x !== one));
    });
    const named = () => make("span", { className: "gj-file-name", textContent: one.file.name });
    if (!one.file.type.startsWith("image/")) return make("div", { className: "gj-shot" }, named(), off);
    const img = make("img", { alt: one.file.name, src: URL.createObjectURL(one.file) });
    img.addEventListener("load", () => URL.revokeObjectURL(img.src));
    img.addEventListener("error", () => img.replaceWith(named()), { once: true }); // HEIC, in most browsers
    return make("div", { className: "gj-shot" }, img, off);
  }

  // hold makes list what the field sends, and shows it.
  function hold(input, list) {
    taken.set(input, list);
    const bag = new DataTransfer();
    for (const one of list) bag.items.add(one.file);
    input.files = bag.files;
    const add = input.closest(".is-add");
    for (const old of add.parentElement.querySelectorAll(".gj-shot:not(.is-add, .is-kept)")) old.remove();
    list.forEach((one, i) => add.before(tile(input, one, i + 1)));
    const sum = list.reduce((n, one) => n + one.file.size, 0);
    let wrong = "";
    if (list.length > most) wrong = say(`选了 ${list.length} 张，一次最多 ${most} 张，请去掉几张或分两次送。`, `${list.length} chosen: at most ${most} at once. Take some off, or send them in two goes.`);
    else if (list.some((one) => one.file.size > mostBytes)) wrong = say("有一张超过 25 MB，请换一张小的。", "One is larger than 25 MB; choose a smaller one.");
    else if (sum > allBytes) wrong = say("照片加起来太大，请分两次送。", "Together they are too large; send them in two goes.");
    input.setCustomValidity(wrong);
    const large = sum < 1e5 ? `${Math.ceil(sum / 1e3)} KB` : `${(sum / 1e6).toFixed(1)} MB`;
    stateOf(input).textContent = wrong || (list.length ? say(`${list.length} 张，共 ${large}`, `${list.length} ${list.length === 1 ? "photo" : "photos"}, ${large}`) : "");
  }

  async function add(input, files) {
    const list = [...(taken.get(input) ?? [])];
    stateOf(input).textContent = say("正在缩小照片…", "Making the photos smaller…");
    for (const file of files) {
      const as = identity(file);
      if (!list.some((one) => one.as === as)) list.push({ as, file: await shrink(file) });
    }
    hold(input, list);
  }

  function change(input) {
    const files = [...input.files]; // read before the work ahead of it changes them
    const before = working.get(input.form) ?? Promise.resolve();
    const work = before.then(() => add(input, files)).finally(() => { if (working.get(input.form) === work) working.delete(input.form); });
    working.set(input.form, work);
  }
  document.addEventListener("change", (e) => {
    if (e.target.form && e.target.closest?.("[data-photos]")) change(e.target);
  });
  document.addEventListener("submit", (e) => {
    const work = working.get(e.target);
    if (!work) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    work.then(() => e.target.requestSubmit(e.submitter));
  });
  function offKept(part) { // those of a form that was refused
    for (const old of part.querySelectorAll("[data-photos] .is-kept:not(:has(button))")) {
      const input = old.closest("[data-photos]").querySelector("input[type=file]");
      const words = old.querySelector("img")?.alt ?? old.textContent.trim();
      old.append(offButton(input, say(`去掉${words}`, `Take off: ${words}`), () => {
        old.remove();
        input.dispatchEvent(new Event("input", { bubbles: true })); // the draft knows
      }));
    }
  }
  offKept(document);
  document.addEventListener("gj:draft", (e) => offKept(e.target));
  for (const input of document.querySelectorAll("[data-photos] input[type=file]")) {
    if (input.files.length) change(input); // kept by the browser over a reload
  }
}
