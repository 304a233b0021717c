/* The sections of the page below the ranking, and all charts: each function paints what `show` holds: the book, the
   settings, the ranking, and what they evaluate to. Charts are drawn once; then only their data change. */
"use strict";

const views = (() => {
  const { at } = dom;
  const drawn = {};
  const HEIGHT = 330; // of the editions, in pixels
  const LINE = 21; // of the profile

  function nameOf(list, code) {
    return (list.find((one) => one.code === code) || { name: code }).name;
  }

  /* Draw every chart that the page has a place for; `choose` is called with the code of a clicked economy. */
  function draw({ data, tree }, choose) {
    const names = Object.fromEntries([...data.groups, ...data.indicators].map(({ code, name }) => [code, name]));
    const specs = {
      "chart-ranks": () => charts.ranks(),
      "chart-profile": () =>
        charts.profile(
          names,
          data.groups.map(({ code }) => code),
        ),
      "chart-editions": () => charts.editions(data.years),
      "chart-map": () => charts.map(data.map),
      "chart-modes": () =>
        charts.modes(
          data.map,
          data.modes.modes.map(({ name }) => name),
        ),
    };
    const ids = Object.keys(specs).filter((id) => at(id));
    return Promise.all(ids.map((id) => drawOne(id, specs[id](), choose)));
  }

  async function drawOne(id, spec, choose) {
    const options = { ast: true, actions: false, renderer: "svg", defaultStyle: false };
    const { view } = await vegaEmbed(at(id), spec, options);
    for (const part of at(id).children) part.ariaHidden = "true"; // the element itself says what it shows
    drawn[id] = { view, before: {} };
    view.addEventListener("click", (_, item) => item && item.datum && item.datum.economy && choose(item.datum.economy));
  }

  /* Set what differs from before, and the data. */
  function put(id, signals, name, rows) {
    if (!drawn[id]) return;
    const { view, before } = drawn[id];
    for (const [key, value] of Object.entries(signals)) {
      const text = JSON.stringify(value);
      if (before[key] === text) continue;
      before[key] = text;
      if (["width", "height", "padding"].includes(key)) view[key](value);
      else view.signal(key, value);
    }
    view.data(name, rows).runAsync();
  }

  function marks(last) {
    const step = last > 40 ? 10 : last > 12 ? 5 : last > 6 ? 2 : 1;
    return [1, ...Array.from({ length: last }, (_, i) => i + 1).filter((rank) => rank > 1 && rank % step === 0)];
  }

  /* Ranks beside the table, line by line. */
  function ranks({ state, rows }) {
    const chart = at("chart-ranks");
    if (!chart.clientWidth) return;
    const points = rows.map((one, i) => ({
      ...one,
      economy: one.code,
      middle: i + 0.5,
      one: one.code === state.economy,
      studyLower: one.study ? one.study[0] : null,
      studyUpper: one.study ? one.study[2] : null,
      tip: words.tip(one),
    }));
    const padding = { left: 10, right: 14, top: at("table").tHead.offsetHeight, bottom: 0 };
    const [width, height] = [chart.clientWidth - padding.left - padding.right, at("table").tBodies[0].offsetHeight];
    const last = Math.max(rows.length, 2);
    put("chart-ranks", { last, count: rows.length, marks: marks(last), width, height, padding }, "rows", points);
    chart.ariaLabel = `Ranks of ${state.edition} with their intervals, line by line as in the table.`;
  }

  function profile(show) {
    const { book, state, ranked } = show;
    const one = ranked.findIndex(({ code }) => code === state.economy);
    const peers = new Set(model.peersOf(state, ranked).map(({ code }) => code));
    const name = nameOf(book.data.economies, state.economy);
    at("profile-words").textContent =
      one < 0
        ? `${name} is not ranked in ${state.edition}.`
        : words.place(ranked[one], ranked, state, one < 0 ? 0 : peers.size);
    const items = preorder(book.tree, book.tree.goal).map((code) => item(show, code));
    strip(show, items, one, peers);
    if (at("chart-editions")) editions(show, peers, name);
    const heads = ["", "Weight in the index", "Value", "Unit", "Rank", "Median of peers"];
    const lines = items.map((each) => profileLine(show, each, one, peers));
    dom.table("profile-table", `${name}, ${state.edition}`, heads, lines, [1, 2, 4, 5]);
    const body = at("profile-table").tBodies[0];
    items.forEach(({ code }, i) => body.rows[i].classList.toggle("group", !book.tree.leaf.has(code)));
  }

  function preorder(tree, code) {
    return [code, ...(tree.children.get(code) || []).flatMap((child) => preorder(tree, child))];
  }

  /* One line of the profile: values of the ranked economies, larger is better, and as they are printed. */
  function item({ book, state, ranked, evaluated }, code) {
    const { data, tree } = book;
    const leaf = tree.leaf.get(code);
    const column = leaf === undefined ? evaluated.scores[code] : model.tableOf(book, state).values[leaf];
    const values = ranked.map(({ row }) => column[row]);
    const raw = leaf === undefined ? values : ranked.map(({ row }) => data.raw[leaf][row] ?? NaN);
    const unit = leaf === undefined ? "score" : data.indicators[leaf].unit;
    const name = nameOf([...data.groups, ...data.indicators], code);
    return { code, name, values, raw, unit, print: words.printer(raw), ranks: engine.ranksOf(values) };
  }

  function strip({ ranked }, items, one, peers) {
    const rows = items.flatMap(({ code, name, values, raw, print }, order) => {
      const seen = values.filter((value) => !Number.isNaN(value));
      const [low, high] = [Math.min(...seen), Math.max(...seen)];
      return values.flatMap((value, i) => {
        if (Number.isNaN(value)) return [];
        const { code: economy, name: called } = ranked[i];
        const kind = i === one ? "one" : peers.has(economy) ? "peer" : "all";
        const tip = `${called}, ${name}: ${Number.isNaN(raw[i]) ? "filled in" : print(raw[i])}`;
        return [{ code, economy, order, kind, tip, at: high > low ? (value - low) / (high - low) : 0.5 }];
      });
    });
    const width = at("chart-profile").clientWidth;
    const room = Math.max(110, Math.min(290, 0.48 * width));
    put("chart-profile", { width, height: LINE * items.length + 24, room }, "strip", rows);
    at("chart-profile").ariaLabel =
      "The economy among all in index, pillars and indicators; numbers in the table below.";
  }

  function editions({ book, state, evaluated }, peers, name) {
    const { data, tree } = book;
    const ranks = evaluated.ranks[tree.goal];
    const rows = data.rows.flatMap(([economy, position], row) => {
      const { code, name: called } = data.economies[economy];
      const kind = code === state.economy ? "one" : peers.has(code) ? "peer" : "";
      const year = data.years[position];
      const tip = `${called}, ${year}: ${words.ordinal(ranks[row])}`;
      return kind && !Number.isNaN(ranks[row]) ? [{ code, economy: code, kind, year, rank: ranks[row], tip }] : [];
    });
    const last = Math.max(...book.years.map((some) => some.length), 2);
    const size = { width: at("chart-editions").clientWidth, height: HEIGHT };
    put("chart-editions", { ...size, last, marks: marks(last) }, "lines", rows);
    const own = rows.filter(({ kind }) => kind === "one").map(({ year, rank }) => `${year}: ${words.ordinal(rank)}`);
    at("chart-editions").ariaLabel = `Ranks of ${name} over the editions. ${own.join(", ")}.`;
  }

  function profileLine({ book, state, ranked }, { code, name, raw, unit, print, ranks }, one, peers) {
    const weights = engine.globalWeights(book.tree, state.shares);
    const weight = book.tree.leaves(code).reduce((sum, leaf) => sum + weights[leaf], 0);
    const beside = raw.filter((value, i) => peers.has(ranked[i].code) && !Number.isNaN(value));
    const filled = one >= 0 && Number.isNaN(raw[one]) && book.tree.leaf.has(code);
    const own = one < 0 ? ["–", "–"] : [filled ? "filled in" : print(raw[one]), words.rank(ranks[one])];
    const median = beside.length
      ? model.quantile(
          beside.sort((a, b) => a - b),
          0.5,
        )
      : NaN;
    return [name, words.percent(weight), own[0], unit, own[1], print(median)];
  }

  /* Dots of those economies for which `more` gives something. */
  function dots({ book, state }, more) {
    return Object.entries(book.data.map.places).flatMap(([code, [x, y, u, v]]) => {
      const found = more(code);
      return found ? [{ code, economy: code, x, y, u, v, one: code === state.economy, ...found }] : [];
    });
  }

  /* The plane as wide as its place, room for a legend below it; codes only where they can be read. */
  function plane({ book }, id, legend) {
    const { width: wide, height: high, letter: size } = book.data.map;
    const width = at(id).clientWidth;
    return { width, height: (width * high) / wide + legend, letter: width < 560 ? 0 : (size * width) / wide };
  }

  function map(show) {
    const { book, state, ranked } = show;
    const { data } = book;
    const by = new Map(ranked.filter(({ score }) => !Number.isNaN(score)).map((one) => [one.code, one]));
    const scores = [...by.values()].map(({ score }) => score).sort((a, b) => a - b);
    const print = words.printer(scores);
    const ends = [0, 0.25, 0.5, 0.75, 1].map((part) => model.quantile(scores, part));
    const rows = dots(show, (code) => {
      const one = by.get(code);
      const quarter = one && ends.slice(1, 4).filter((end) => one.score >= end).length;
      return one && { quarter, tip: `${one.name}: ${words.ordinal(one.rank)}, ${print(one.score)}` };
    });
    const quarters = [0, 1, 2, 3].map((i) => `${print(ends[i])} to ${print(ends[i + 1])}`);
    const legend = at("chart-map").clientWidth > 560 ? 30 : 50;
    put("chart-map", { ...plane(show, "chart-map", legend), quarters }, "dots", rows);
    at("map-words").textContent = words.map(data, state, nameOf(data.economies, state.economy));
    at("chart-map").ariaLabel = "Map of dots, shaded by score; the ranking holds the numbers.";
  }

  function modes(show) {
    const { book, state } = show;
    const { economies, modes: known, map: places } = book.data;
    const choices = known.choices[state.merchant];
    const found = choices[state.segment] || {};
    const called = (code) => (code ? nameOf(known.modes, code) : charts.NONE);
    const [goods, merchant] = [nameOf(known.segments, state.segment), nameOf(known.merchants, state.merchant)];
    at("modes-label").textContent = known.label;
    at("modes-words").textContent = words.modes(goods, merchant, known.year);
    at("modes-notes").textContent = known.words[state.merchant].filter((text) => text !== known.label).join(" ");
    if (places) modeMap(show, goods, (code) => code in found && called(found[code][0]));
    const own = known.segments.map(({ code, name }) => {
      const [mode, second, margin, , beside] = (choices[code] || {})[state.economy] || ["", "", null, 0, ""];
      const lead = margin === null ? "–" : margin.toFixed(3);
      return [name, called(mode), second ? called(second) : "–", lead, called(beside)];
    });
    const heads = ["Goods", "Recommended", "Second", "Lead", "By the other method"];
    dom.table("goods-table", `${nameOf(economies, state.economy)}: modes by goods, ${merchant}`, heads, own, [3]);
    const lists = [...known.modes.map(({ code }) => code), ""].map((mode) => {
      const codes = Object.keys(found).filter((code) => found[code][0] === mode);
      const names = codes.map((code) => nameOf(economies, code)).sort(model.compare);
      return [called(mode), String(codes.length), names.join("; ") || "–"];
    });
    const caption = `Economies by recommended mode: ${goods}, ${merchant}`;
    dom.table("mode-table", caption, ["Mode", "Number", "Economies"], lists, [1]);
  }

  function modeMap(show, goods, modeOf) {
    const rows = dots(show, (code) => {
      const mode = modeOf(code);
      return mode && { mode, tip: `${nameOf(show.book.data.economies, code)}: ${mode}` };
    });
    const legend = at("chart-modes").clientWidth > 560 ? 52 : 96;
    put("chart-modes", plane(show, "chart-modes", legend), "dots", rows);
    at("chart-modes").ariaLabel = `Map of dots by recommended mode for ${goods}; the table below lists the economies.`;
  }

  function notes({ book, state }) {
    const sentences = words.conventions(book.data, state, model.tableOf(book, state));
    at("interval-words").textContent = words.ownInterval(book.data.noise);
    at("study-words").textContent = words.studyInterval(book.data.intervals);
    at("study-notes").textContent = book.data.intervals ? book.data.intervals.words.join(" ") : "";
    at("conventions").replaceChildren(...sentences.map((text) => dom.make("li", { textContent: text })));
  }

  return { nameOf, draw, ranks, sections: { profile, map, modes, notes } };
})();
