"use strict";
(() => {
  const SHOWN = 100;
  const main = document.getElementById("main");
  const finder = document.getElementById("finder");
  const input = document.getElementById("search");
  const found = document.getElementById("found");
  const list = found.firstElementChild;
  const count = document.getElementById("count");
  const unfold = document.getElementById("unfold");
  finder.hidden = unfold.hidden = false;

  // search

  const words = text => text.toLowerCase().split(/\s+/).filter(Boolean);
  const short = node => node ? node.textContent.replace(/\s+/g, " ").trim() : "";
  const names = new Map();

  function nameOf(section) {
    if (!names.has(section)) names.set(section, short(section.querySelector("h3 a")));
    return names.get(section);
  }

  function entry(element) {
    const kind = element.dataset.entry;
    const whole = kind === "dataset" || kind === "codelist";
    const head = element.querySelector(whole ? "h3" : kind === "result" ? "h4" : "th");
    const title = kind === "value" ? short(head) : short(head.firstChild);
    const cells = whole
      ? [element.querySelector(".facts"), element.querySelector(":scope > .comment")]
      : kind === "result" ? [...element.querySelectorAll("dt, dd")] : [...element.children].slice(1);
    const of = whole || kind === "result" ? "" : nameOf(element.closest("section"));
    const text = cells.map(short).filter(Boolean).join("  ");
    return {element, kind, of, title, text, key: title.toLowerCase(),
            all: `${of}.${title} ${text}`.toLowerCase()};
  }

  let entries = null;
  const known = () => entries ??= [...main.querySelectorAll("[data-entry]")].map(entry);
  (window.requestIdleCallback ?? setTimeout)(known);

  function rank(item, wanted) {
    const first = wanted[0];
    if (item.key === first || `${item.of}.${item.title}`.toLowerCase() === first) return 0;
    if (item.key.startsWith(first)) return 1;
    return item.key.includes(first) ? 2 : 3;
  }

  function marked(text, wanted) {
    const made = document.createDocumentFragment();
    const pattern = wanted.map(word => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    for (const part of text.split(new RegExp(`(${pattern})`, "gi"))) {
      if (!part) continue;
      if (!wanted.includes(part.toLowerCase())) { made.append(part); continue; }
      const mark = document.createElement("mark");
      mark.textContent = part;
      made.append(mark);
    }
    return made;
  }

  function excerpt(text, wanted) {
    const place = Math.min(...wanted.map(word => text.toLowerCase().indexOf(word)).filter(n => n >= 0));
    return place > 60 && place < Infinity ? "\u2026" + text.slice(place - 30, place + 170) : text.slice(0, 200);
  }

  function line(item, wanted) {
    const target = item.element.id ? item.element : item.element.closest("[id]");
    const link = document.createElement("a");
    link.href = "#" + encodeURI(target.id);
    const name = document.createElement("b");
    name.append(marked(item.title.slice(0, 120), wanted));
    const kind = document.createElement("i");
    kind.textContent = item.of ? `${item.kind} of ${item.of}` : item.kind;
    const text = document.createElement("small");
    text.append(marked(excerpt(item.text, wanted), wanted));
    link.append(name, kind, text);
    link.addEventListener("click", () => { close(); show(item.element); });
    const made = document.createElement("li");
    made.append(link);
    return made;
  }

  function search() {
    const wanted = words(input.value);
    list.replaceChildren();
    found.hidden = !wanted.length;
    if (!wanted.length) { count.textContent = ""; return; }
    const hits = known().filter(item => wanted.every(word => item.all.includes(word)));
    hits.forEach(item => { item.rank = rank(item, wanted); });
    hits.sort((a, b) => a.rank - b.rank);
    list.append(...hits.slice(0, SHOWN).map(item => line(item, wanted)));
    count.textContent = `${hits.length} found`;
    const more = document.createElement("li");
    more.className = "more";
    more.textContent = hits.length > SHOWN
      ? `and ${hits.length - SHOWN} more: add a word` : hits.length ? "" : "Nothing found";
    if (more.textContent) list.append(more);
  }

  function close() { found.hidden = true; }

  let waiting = 0;
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 80); });
  input.addEventListener("focus", () => { if (input.value && !found.hidden) return; if (input.value) search(); });
  finder.addEventListener("keydown", event => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") { close(); input.focus(); }
    else if (event.key === "ArrowDown") (links[at + 1] ?? links.at(-1))?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? links[at - 1] : input).focus();
    else if (event.key === "Enter" && document.activeElement === input) links[0]?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", event => { if (!finder.contains(event.target)) close(); });
  document.addEventListener("keydown", event => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.activeElement === input) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  // places

  function show(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    document.querySelectorAll(".flash").forEach(old => old.classList.remove("flash"));
    if (!element.id) element.classList.add("flash");
    requestAnimationFrame(() => element.scrollIntoView({block: element.matches("tr") ? "center" : "start"}));
  }

  function here() {
    const element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (element && element.closest("details:not([open])")) show(element);
  }
  addEventListener("hashchange", here);
  here();

  const links = new Map([...document.querySelectorAll("nav a")].map(link => [decodeURIComponent(link.hash.slice(1)), link]));
  const seen = new IntersectionObserver(changes => {
    for (const change of changes) {
      if (!change.isIntersecting) continue;
      document.querySelectorAll("nav [aria-current]").forEach(link => link.removeAttribute("aria-current"));
      links.get(change.target.id)?.setAttribute("aria-current", "location");
    }
  }, {rootMargin: "-15% 0px -80% 0px"});
  main.querySelectorAll("section[id]").forEach(section => { if (links.has(section.id)) seen.observe(section); });

  // folds

  const folds = () => [...main.querySelectorAll("details")];
  unfold.addEventListener("click", () => {
    const open = unfold.textContent === "Unfold all";
    folds().forEach(fold => { fold.open = open; });
    unfold.textContent = open ? "Fold all" : "Unfold all";
  });
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folds().filter(fold => !fold.open && !fold.classList.contains("preview"));
    folded.forEach(fold => { fold.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach(fold => { fold.open = false; }));
})();
