/* The page: controls to settings, settings to ranking, charts, words and link. */
"use strict";

(() => {
  const { at, make, fill } = dom;
  const QUIET = 350; // ms of rest after which sentences, link and what is out of sight follow
  const STEP = 0.5; // per cent of a slider
  const SCOPES = { pooled: "of all editions", by_year: "of this edition alone" };

  const book = model.open(JSON.parse(at("data").textContent));
  const { data, tree } = book;
  const named = new Map([...data.groups, ...data.indicators].map(({ code, name }) => [code, name]));
  const pillars = tree.children.get(tree.goal).filter((code) => !tree.leaf.has(code));
  const sections = Object.keys(views.sections).filter((id) => !(id in data) || data[id]);
  const [seen, stale] = [new Set(), new Set()];
  const sliders = new Map();
  let state = (book.start = { ...book.start, economy: leader() });
  let sort = { key: "rank", down: false };
  let show = { book, state, evaluated: book.base, ranked: [], rows: [] };
  let [waiting, quiet] = [0, 0];

  function leader() {
    const rows = book.years[data.years.indexOf(data.headline)];
    const first = rows.find((row) => book.base.ranks[tree.goal][row] === 1) ?? rows[0];
    return data.economies[data.rows[first][0]].code;
  }

  /* Controls */

  function build() {
    for (const part of document.querySelectorAll("[data-part]")) if (!data[part.dataset.part]) part.remove();
    if (data.years.length < 2) at("editions-figure").remove();
    const options = (list) => list.map(({ code, name }) => [code, name]);
    const byName = [...data.economies].sort((a, b) => model.compare(a.name, b.name));
    const region = data.economies.some(({ group }) => group) ? [["group", "its region"]] : [];
    const peers = [...region, ["near", "its neighbours in rank"], ["all", "all others"]];
    fill(
      at("edition"),
      data.years.map((year) => [year, year]),
      state.edition,
    );
    fill(at("economy"), options(byName), state.economy);
    fill(at("peers"), peers, state.peers);
    if (data.modes) fill(at("segment"), options(data.modes.segments), state.segment);
    if (data.modes) fill(at("merchant"), options(data.modes.merchants), state.merchant);
    tree.families.forEach((family, position) => at("families").append(familyControl(family, position)));
    listen();
  }

  function familyControl({ parent, members }, position) {
    const goal = parent === tree.goal;
    const kind = members.every((m) => tree.leaf.has(tree.nodes[m].code)) ? "Indicators" : "Pillars";
    const title = goal ? kind : `Within ${named.get(parent)}`;
    const legend = make("legend", { textContent: `${title}: shares`, className: goal ? "" : "hidden" });
    const hint = make("p", { className: "hint", textContent: "A share that moves rescales the others beside it." });
    const rows = members.map((m, i) => sliderRow(m, `share-${position}-${i}`, members.length > 1));
    const set = make("fieldset", {}, legend, ...(goal ? [hint] : []), ...rows);
    return goal ? set : make("details", {}, make("summary", { textContent: title }), set);
  }

  function sliderRow(member, id, free) {
    const label = make("label", { htmlFor: id, textContent: tree.nodes[member].name });
    const output = make("output", { htmlFor: id });
    const input = make("input", { type: "range", id, min: 0, max: 100, step: STEP, disabled: !free });
    input.addEventListener("input", () => change(model.withShare(book, state, member, Number(input.value) / 100)));
    sliders.set(member, { input, output });
    return make("div", { className: "slider" }, label, output, input);
  }

  function listen() {
    at("settings").addEventListener("submit", (event) => event.preventDefault());
    on("edition", "change", ({ value }) => change(model.atEdition(book, state, Number(value))));
    for (const id of ["method", "scaling", "scope"])
      on(id, "change", ({ value }) => change(fitting({ ...state, [id]: value })));
    on("weights", "change", ({ value }) => value !== model.OWN && change(model.withPreset(book, state, value)));
    on("pillars", "change", ({ checked }) => change({ ...state, pillars: checked }));
    for (const id of ["economy", "peers", "segment", "merchant"])
      on(id, "change", ({ value }) => change({ ...state, [id]: value }));
    on("reset", "click", reset);
    on("copy", "click", copyLink);
    on("download", "click", download);
    for (const link of document.querySelectorAll('a[href^="#"]')) link.addEventListener("click", jump);
    window.addEventListener("hashchange", restore);
    new ResizeObserver(later).observe(at("main"));
  }

  function on(id, event, act) {
    if (at(id)) at(id).addEventListener(event, (happened) => act(happened.target));
  }

  function reset() {
    const { economy, peers, merchant, segment, pillars: columns } = state;
    tell("");
    change({ ...book.start, economy, peers, merchant, segment, pillars: columns });
  }

  /* A method that cannot use a table takes the first one that it can use. */
  function fitting(next) {
    const table = model.tableOf(book, next);
    const why = table && engine.refusal(tree, table, next.method);
    if (table && !why) return next;
    const can = book.tables.filter((one) => !engine.refusal(tree, one, next.method));
    const found = can.find(({ scope }) => scope === next.scope) || can[0];
    if (!found) return state;
    tell(`${views.nameOf(data.methods, next.method)} ${why || "has no such table"}: the scale is now ${found.name}.`);
    return { ...next, scaling: found.scaling, scope: found.scope };
  }

  function tell(text) {
    at("problem").textContent = text;
    at("problem").hidden = !text;
  }

  function change(next) {
    state = next;
    later();
  }

  function later() {
    if (!waiting) waiting = requestAnimationFrame(render);
  }

  /* From settings to page */

  function render() {
    waiting = 0;
    paintControls();
    try {
      const evaluated = model.evaluate(book, state);
      const ranked = model.ranking(book, state, evaluated, model.intervals(book, state));
      show = { book, state, evaluated, ranked, rows: sorted(ranked) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      tell(`These settings give no score: ${error.message}.`);
      return;
    }
    paintTable();
    views.ranks(show);
    for (const section of sections) stale.add(section);
    for (const section of seen) paint(section);
    clearTimeout(quiet);
    quiet = setTimeout(settle, QUIET);
  }

  /* Sections out of sight wait until the reader rests or scrolls to them. */
  function paint(section) {
    if (stale.delete(section)) views.sections[section](show);
  }

  function watch() {
    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) seen.delete(target.id);
        else if (seen.add(target.id)) paint(target.id);
      }
    });
    for (const section of sections) watcher.observe(at(section));
  }

  function settle() {
    for (const section of [...stale]) paint(section);
    at("summary").textContent = words.summary(state, show.ranked);
    history.replaceState(null, "", `#${model.toLink(book, state)}`);
  }

  function paintControls() {
    const table = model.tableOf(book, state);
    const why = (one, method = state.method) => engine.refusal(tree, one, method);
    const usable = (code) => book.tables.some((one) => !why(one, code));
    const scalings = book.tables.filter(({ scope }) => scope === state.scope);
    const scopes = book.tables.filter(({ scaling }) => scaling === table.scaling);
    const presets = data.presets.map(({ code, name }) => [code, name]);
    const own = state.own ? [[model.OWN, "as moved here"]] : [];
    for (const id of ["edition", "economy", "peers", "segment", "merchant"]) if (at(id)) at(id).value = state[id];
    at("pillars").checked = state.pillars;
    fill(
      at("method"),
      data.methods.map(({ code, name }) => [code, name, !usable(code)]),
      state.method,
    );
    fill(
      at("scaling"),
      scalings.map((one) => [one.scaling, one.name, why(one)]),
      state.scaling,
    );
    fill(
      at("scope"),
      scopes.map(({ scope }) => [scope, SCOPES[scope]]),
      state.scope,
    );
    fill(at("weights"), [...presets, ...own], state.own ? model.OWN : state.preset);
    for (const [member, slider] of sliders) paintSlider(slider, state.shares[member]);
  }

  function paintSlider({ input, output }, share) {
    const text = words.percent(share);
    const off = Math.abs(Number(input.value) - 100 * share) > STEP / 2 + 1e-9;
    if (off || document.activeElement !== input) input.value = 100 * share;
    input.style.setProperty("--at", `${100 * share}%`);
    input.setAttribute("aria-valuetext", text);
    output.textContent = text;
  }

  function sorted(ranked) {
    const value = (one) => (sort.key.startsWith("pillar ") ? one.pillars[Number(sort.key.slice(7))] : one[sort.key]);
    return [...ranked].sort((a, b) => model.compare(value(a), value(b)) * (sort.down ? -1 : 1));
  }

  function sortBy({ key, down = false }) {
    sort = { key, down: sort.key === key ? !sort.down : down };
    later();
  }

  function columns() {
    const ends = data.intervals && data.intervals.year === state.edition;
    const scores = pillars.map((code, i) => ({
      key: `pillar ${i}`,
      head: named.get(code),
      down: true,
      kind: "pillar",
    }));
    return [
      { key: "rank", head: "Rank" },
      { key: "shift", head: "Change", down: true },
      { key: "name", head: "Economy", kind: "name" },
      { key: "score", head: "Score", down: true },
      { key: "lower", head: "Interval" },
      ...(ends ? [{ key: null, head: "Study’s interval", kind: "study" }] : []),
      ...(state.pillars ? scores : []),
    ];
  }

  function paintTable() {
    const list = columns();
    const ends = list.some(({ key }) => key === null);
    const print = words.printer(show.ranked.map(({ score }) => score));
    const prints = pillars.map((_, i) => words.printer(show.ranked.map((one) => one.pillars[i])));
    at("caption").textContent = `${data.groups[0].name}, ${state.edition}: ranks, scores and intervals`;
    at("key").textContent = words.key(data, state, model.tableOf(book, state));
    dom.heads(at("table").tHead, list, sort, sortBy);
    const rows = dom.rows(at("table").tBodies[0], show.rows.length);
    show.rows.forEach((one, i) => {
      const own = [words.rank(one.rank), one.shift, one.name, print(one.score), words.interval(one.lower, one.upper)];
      const study = ends ? [one.study ? words.interval(one.study[0], one.study[2]) : "–"] : [];
      const scores = state.pillars ? one.pillars.map((score, pillar) => prints[pillar](score)) : [];
      const choose = () => change({ ...state, economy: one.code });
      const chosen = one.code === state.economy;
      dom.row(rows[i], [...own, ...study, ...scores], { name: 2, shift: 1, chosen, choose });
    });
  }

  /* Link and file */

  function restore() {
    if (at(location.hash.slice(1))) return; // a place on the page
    const { state: found, problems } = model.fromLink(book, location.hash);
    const list = problems.join(", ");
    tell(list ? `Not understood in the link, and left as the study has it: ${list}.` : "");
    change({ ...found, pillars: state.pillars });
  }

  function copyLink() {
    const done = () => (at("copied").textContent = "The link is copied.");
    const not = () => (at("copied").textContent = "Copy the link from the address bar.");
    history.replaceState(null, "", `#${model.toLink(book, state)}`);
    if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, not);
    else not();
  }

  function download() {
    const file = new Blob([model.toCsv(book, state, show.rows)], { type: "text/csv;charset=utf-8" });
    const name = `ranking-${state.edition}-${state.method}-${state.scaling}.csv`;
    const link = make("a", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function jump(event) {
    const target = at(event.currentTarget.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ behavior: still ? "auto" : "smooth" });
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  build();
  if (location.hash) restore();
  render();
  views
    .draw(book, (code) => change({ ...state, economy: code }))
    .then(() => {
      watch();
      render();
      settle();
      document.documentElement.dataset.ready = "yes";
    });
})();
