"use strict";
(() => {
  const root = document.documentElement;
  const find = (query, from = document) => from.querySelector(query);
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  root.classList.add("script");

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // Colours: the choice is remembered where the browser allows it.
  const store = {
    get() { try { return localStorage.getItem("ghrules-theme"); } catch { return null; } },
    set(theme) { try { localStorage.setItem("ghrules-theme", theme); } catch { /* the choice lasts for this visit */ } },
  };
  function paint(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  }
  const themes = all('input[name="theme"]');
  const chosen = themes.find((input) => input.value === store.get());
  if (chosen) { chosen.checked = true; paint(chosen.value); }
  for (const input of themes) input.addEventListener("change", () => { paint(input.value); store.set(input.value); });

  // Copying.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text, className: "hidden" });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("the browser refused");
    }
  }
  for (const pre of all(".prose pre")) {
    pre.tabIndex = 0;
    const frame = make("div", { className: "code" });
    const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
    button.setAttribute("aria-label", "Copy command");
    pre.replaceWith(frame);
    frame.append(pre, button);
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    let said = "Copied";
    try { await copy(find("code", button.parentElement).textContent); } catch { said = "Not copied"; }
    button.textContent = said;
    button.toggleAttribute("data-done", said === "Copied");
    find("#said").textContent = said;
    setTimeout(() => { button.textContent = "Copy"; button.removeAttribute("data-done"); find("#said").textContent = ""; }, 1600);
  });

  // Folding. Paper has no folds: everything is open while it is printed.
  const folds = () => all("main details");
  const foldAll = find("[data-fold]");
  function showFoldState() {
    const open = folds().every((fold) => fold.open);
    foldAll.textContent = open ? "Fold all" : "Unfold all";
    foldAll.setAttribute("aria-expanded", String(open));
  }
  foldAll.addEventListener("click", () => {
    const open = !folds().every((fold) => fold.open);
    for (const fold of folds()) fold.open = open;
    showFoldState();
  });
  document.addEventListener("toggle", showFoldState, true);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folds().filter((fold) => !fold.open);
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of closed) fold.open = false; });
  find("[data-print]").addEventListener("click", () => print());

  // A link into something folded opens it.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // The contents follow the reader.
  const links = new Map(all(".contents a").map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const current = [...links.keys()].find((id) => seen.has(id));
    if (current === undefined) return;
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-15% 0px -60% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));

  // The table of facts: data in, a page of rows out.
  const { day, rows } = JSON.parse(find("#data").textContent);
  const body = find("#facts-body");
  const search = find("#facts-search");
  const kind = find("#facts-kind");
  const proof = find("#facts-proof");
  const status = find("#facts-status");
  const more = find("#facts-more");
  const PAGE = 50;
  const NUMBERS = new Intl.NumberFormat("en-US");
  const order = { key: null, down: false };
  let shown = PAGE;
  let matching = rows;

  function clock(time) {
    const [date, rest] = time.split("T");
    if (!rest) return "";
    const plain = rest.slice(0, 8);
    return date === day ? plain : `${date} ${plain}`;
  }
  function haystack(fact) {
    fact.text ??= [fact.id, fact.kind, fact.what, fact.summary, fact.component, fact.place, fact.signal, ...fact.samples, ...fact.proves,
      ...Object.entries(fact.fields).map(([name, value]) => `${name}=${value}`)].join("\n").toLowerCase();
    return fact.text;
  }
  function compare(left, right) {
    const [a, b] = [left[order.key], right[order.key]];
    if (a === "" || b === "") return (a === "") - (b === "");  // what is unknown stands last either way
    const result = typeof a === "number" ? a - b : a < b ? -1 : Number(a > b);
    return order.down ? -result : result;
  }
  function choose() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    matching = rows.filter((fact) => (!kind.value || fact.kind === kind.value)
      && (!proof.checked || fact.proves.length) && words.every((word) => haystack(fact).includes(word)));
    if (order.key) matching.sort(compare);
    shown = PAGE;
    draw();
  }
  function draw() {
    body.replaceChildren(...matching.slice(0, shown).map(row));
    const visible = Math.min(shown, matching.length);
    status.textContent = matching.length
      ? `${NUMBERS.format(visible)} of ${NUMBERS.format(matching.length)} ${matching.length === 1 ? "fact" : "facts"}`
        + (matching.length < rows.length ? `, ${NUMBERS.format(rows.length)} in all` : "")
      : rows.length ? "No fact matches." : "There are no facts.";
    more.hidden = matching.length <= shown;
  }
  function cell(name, text) {
    return make("td", { className: name, textContent: text });
  }
  function row(fact) {
    const button = make("button", { type: "button", className: "open-fact" }, make("span", { textContent: fact.what }));
    button.setAttribute("aria-expanded", "false");
    const line = make("tr", { className: fact.proves.length ? "is-proof" : "" },
      make("td", { className: "c-what" }, button), cell("c-component", fact.component),
      cell("c-count num", NUMBERS.format(fact.count)), cell("c-first", clock(fact.first)), cell("c-last", clock(fact.last)),
      cell("c-place", fact.short));
    line.lastChild.title = fact.place;
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) line.nextElementSibling.remove();
      else line.after(details(fact));
    });
    return line;
  }
  function details(fact) {
    const pairs = [["fact", `${fact.id}, ${fact.kind}`], ["summary", fact.summary], ["first", fact.first], ["last", fact.last],
      ["signal", fact.signal], ["source", fact.place], ["evidence for", fact.proves.join("; ")], ...Object.entries(fact.fields)];
    const values = make("dl", { className: "values" });
    for (const [name, value] of pairs) {
      if (value) values.append(make("dt", { textContent: name }), make("dd", { textContent: value }));
    }
    // A cell that spans more than the visible columns would make room for the hidden ones.
    const columns = all(".facts th").filter((heading) => heading.checkVisibility()).length;
    const inside = make("td", { colSpan: columns }, values);
    if (fact.samples.length) {
      inside.append(make("div", { className: "log" }, ...fact.samples.map((sample) =>
        make("div", { className: "log-line" }, make("span", { className: "gutter", textContent: "·" }), make("code", { textContent: sample })))));
    }
    return make("tr", { className: "open-row" }, inside);
  }
  function later(action, delay = 120) {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(action, delay); };
  }
  search.addEventListener("input", later(choose));
  kind.addEventListener("change", choose);
  proof.addEventListener("change", choose);
  find(".filters").addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { shown += PAGE * 4; draw(); });
  for (const heading of all(".facts th")) {
    find("button", heading).addEventListener("click", () => {
      const again = order.key === heading.dataset.key;
      order.down = again ? !order.down : heading.dataset.key === "count";
      order.key = heading.dataset.key;
      for (const other of all(".facts th")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      choose();
    });
  }
  find("#facts").classList.toggle("empty", rows.length === 0);
  draw();
})();
