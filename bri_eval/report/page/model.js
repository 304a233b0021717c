/* What the page shows, as values: settings and their link, the ranking, its CSV file, and words. No document. */
"use strict";

const model = (() => {
  const calc = typeof engine === "undefined" ? require("./engine.js") : engine;
  const OWN = "own";
  const PEERS = ["group", "near", "all"];
  const NEAR = 5; // neighbours on either side that are peers
  const SUMS = 1e-6; // how far the shares of a link may be from 1

  /* Put together what does not change: the tree, the tables with their pieces, the rows of every edition. */
  function open(data) {
    const tree = calc.plant(data.groups, data.indicators);
    const years = data.years.map((_, y) => data.rows.flatMap(([, year], row) => (year === y ? [row] : [])));
    const everything = [data.rows.map((_, row) => row)];
    const tables = data.tables.map((table) => {
      const values = table.values.map((column) => Float64Array.from(column, (value) => (value === null ? NaN : value)));
      const seen = values.map((column) => column.filter((value) => !Number.isNaN(value)));
      const pieces = table.scope === "pooled" ? everything : years.filter((rows) => rows.length);
      const gaps = seen.some((column) => column.length < data.rows.length);
      const least = seen.map((column) => column.reduce((a, b) => Math.min(a, b), Infinity));
      return { ...table, values, pieces, gaps, least };
    });
    const book = { data, tree, tables, years, scorers: new Map() };
    book.start = start(book);
    book.base = evaluate(book, book.start);
    return book;
  }

  function start({ data }) {
    const { preset, method, scaling, scope } = data.start;
    const at = data.years.indexOf(data.headline);
    return {
      edition: data.headline,
      method,
      scaling,
      scope,
      preset,
      economy: null,
      pillars: false,
      peers: data.economies.some((one) => one.group) ? "group" : "near",
      merchant: data.modes ? data.modes.middle : null,
      segment: data.modes ? data.modes.segments[0].code : null,
      ...weighted(data, preset, at),
    };
  }

  /* The shares of a preset, those of the edition where they differ by edition. */
  function weighted(data, code, at) {
    const { shares } = data.presets.find((preset) => preset.code === code);
    const found = shares.all || shares[data.years[at]];
    return { preset: code, own: false, shares: found.slice(), memory: found.slice() };
  }

  /* Return the settings with another edition; weights that are a preset's are those of the edition. */
  function atEdition(book, state, edition) {
    const at = book.data.years.indexOf(edition);
    return { ...state, edition, ...(state.own ? {} : weighted(book.data, state.preset, at)) };
  }

  function withPreset(book, state, code) {
    return { ...state, ...weighted(book.data, code, book.data.years.indexOf(state.edition)) };
  }

  /* Return the settings with another share for a node. */
  function withShare(book, state, node, value) {
    const family = book.tree.families.find(({ members }) => members.includes(node));
    return { ...state, own: true, ...calc.moved(state.shares, state.memory, family.members, node, value) };
  }

  function tableOf(book, { scaling, scope }) {
    return book.tables.find((table) => table.scaling === scaling && table.scope === scope);
  }

  function scorerOf(book, state) {
    const key = [state.scaling, state.scope, state.method].join(" ");
    const { parameters, availability: least } = book.data;
    if (!book.scorers.has(key))
      book.scorers.set(key, calc.scorer(book.tree, tableOf(book, state), state.method, { parameters, least }));
    return book.scorers.get(key);
  }

  /* Scores and ranks of every group in all editions; where a preset differs by edition, each has its own weights. */
  function evaluate(book, state) {
    const { data, tree, years } = book;
    const preset = data.presets.find(({ code }) => code === state.preset);
    const scores = scorerOf(book, state).scores(calc.globalWeights(tree, state.shares));
    if (!state.own && !preset.shares.all)
      years.forEach((rows, at) => {
        if (!rows.length) return;
        const part = scorerOf(book, state).scores(calc.globalWeights(tree, weighted(data, state.preset, at).shares));
        for (const code of tree.order) for (const row of rows) scores[code][row] = part[code][row];
      });
    const ranks = {};
    for (const code of tree.order) {
      ranks[code] = new Float64Array(data.rows.length);
      for (const rows of years)
        calc.ranksOf(rows.map((row) => scores[code][row])).forEach((rank, i) => (ranks[code][rows[i]] = rank));
    }
    return { scores, ranks };
  }

  /* The interval of every rank of the edition, in the order of its rows. */
  function intervals(book, state) {
    const { draws, concentration, seed } = book.data.noise;
    const rows = rowsOf(book, state);
    const weights = calc.globalWeights(book.tree, state.shares);
    const drawn = calc.drawWeights(weights, concentration, draws, seed);
    return calc.intervals(scorerOf(book, state).goal(rows), drawn, rows.length);
  }

  function rowsOf({ data, years }, { edition }) {
    return years[data.years.indexOf(edition)];
  }

  /* One record an economy of the edition, the best first. */
  function ranking(book, state, { scores, ranks }, found) {
    const { data, tree, base } = book;
    const own = data.intervals && data.intervals.year === state.edition ? data.intervals.ends : {};
    const pillars = tree.children.get(tree.goal).filter((code) => !tree.leaf.has(code));
    return rowsOf(book, state)
      .map((row, i) => {
        const economy = data.economies[data.rows[row][0]];
        const [rank, before] = [ranks[tree.goal][row], base.ranks[tree.goal][row]];
        return {
          row,
          code: economy.code,
          name: economy.name,
          group: economy.group,
          rank,
          before,
          shift: before - rank,
          score: scores[tree.goal][row],
          ...found[i],
          study: own[economy.code] || null,
          pillars: pillars.map((code) => scores[code][row]),
        };
      })
      .sort((a, b) => compare(a.rank, b.rank) || compare(a.name, b.name));
  }

  /* Order values as a reader expects, missing ones last. */
  function compare(a, b) {
    if (typeof a === "string") return a.localeCompare(b, "en");
    return Number.isNaN(a) || Number.isNaN(b) ? Number.isNaN(a) - Number.isNaN(b) : a - b;
  }

  /* The economies that one is set beside: of its group, its neighbours in rank, or all others. */
  function peersOf(state, ranked) {
    const at = ranked.findIndex(({ code }) => code === state.economy);
    const others = ranked.filter((_, i) => i !== at);
    if (at < 0 || state.peers === "all") return others;
    if (state.peers === "group") return others.filter(({ group }) => group === ranked[at].group);
    return ranked.filter((_, i) => i !== at && Math.abs(i - at) <= NEAR);
  }

  /* Settings to the text after # of a link; numbers in full, so that the link gives the same ranks. */
  function toLink(book, state) {
    const { data, tree } = book;
    const preset = weighted(data, state.preset, data.years.indexOf(state.edition)).shares;
    const pairs = [
      ["edition", state.edition],
      ["method", state.method],
      ["scaling", state.scaling],
      ["scope", state.scope],
      ["weights", state.preset],
    ];
    for (const { parent, members } of tree.families)
      if (state.own && members.some((m) => state.shares[m] !== preset[m]))
        pairs.push([`shares.${parent}`, members.map((m) => String(state.shares[m])).join(",")]);
    for (const key of ["economy", "peers", "merchant", "segment"]) if (state[key]) pairs.push([key, state[key]]);
    return pairs
      .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
      .join("&")
      .replaceAll("%2C", ",");
  }

  /* Settings from the text after #, and what in it could not be used. */
  function fromLink(book, text) {
    const { data, tree } = book;
    const [pairs, problems] = [new Map(), []];
    for (const part of text.replace(/^#/, "").split("&").filter(Boolean)) {
      const [key, value] = decoded(part);
      if (value === undefined) problems.push(part);
      else pairs.set(key, value);
    }
    const state = { ...book.start };
    const codes = (list) => list.map(({ code }) => code);
    const take = (key, known, use = (value) => (state[key] = value)) => {
      if (!pairs.has(key)) return;
      if (known.includes(pairs.get(key))) use(pairs.get(key));
      else problems.push(`${key}=${pairs.get(key)}`);
      pairs.delete(key);
    };
    take("edition", data.years.map(String), (value) => (state.edition = Number(value)));
    take(
      "scope",
      data.tables.map(({ scope }) => scope),
    );
    take(
      "scaling",
      data.tables.filter(({ scope }) => scope === state.scope).map(({ scaling }) => scaling),
    );
    if (!tableOf(book, state)) Object.assign(state, { scaling: book.start.scaling, scope: book.start.scope });
    take("method", codes(data.methods.filter(({ code }) => !calc.refusal(tree, tableOf(book, state), code))));
    if (calc.refusal(tree, tableOf(book, state), state.method))
      Object.assign(state, pick(book.start, "method", "scaling", "scope"));
    take("weights", codes(data.presets), (value) => (state.preset = value));
    Object.assign(state, weighted(data, state.preset, data.years.indexOf(state.edition)));
    take("economy", codes(data.economies));
    take("peers", data.economies.some(({ group }) => group) ? PEERS : PEERS.slice(1));
    if (data.modes) take("merchant", codes(data.modes.merchants));
    if (data.modes) take("segment", codes(data.modes.segments));
    for (const { parent, members } of tree.families) {
      const key = `shares.${parent}`;
      if (!pairs.has(key)) continue;
      const shares = pairs
        .get(key)
        .split(",")
        .map((word) => (word.trim() === "" ? NaN : Number(word)));
      const total = shares.reduce((sum, one) => sum + one, 0);
      const fits = shares.length === members.length && shares.every((one) => one >= 0) && Math.abs(total - 1) < SUMS;
      if (fits) members.forEach((m, i) => (state.shares[m] = state.memory[m] = shares[i]));
      else problems.push(`${key}=${pairs.get(key)}`);
      state.own = state.own || fits;
      pairs.delete(key);
    }
    return { state, problems: [...problems, ...pairs.keys()] };
  }

  function decoded(part) {
    try {
      const [key, ...rest] = part.split("=");
      return [decodeURIComponent(key), rest.length ? decodeURIComponent(rest.join("=")) : undefined];
    } catch {
      return [part, undefined];
    }
  }

  function pick(record, ...keys) {
    return Object.fromEntries(keys.map((key) => [key, record[key]]));
  }

  /* The shown table as a CSV file, numbers in full; the last column holds the settings as in the link. */
  function toCsv(book, state, ranked) {
    const { data, tree } = book;
    const settings = toLink(book, state);
    const pillars = state.pillars ? tree.children.get(tree.goal).filter((code) => !tree.leaf.has(code)) : [];
    const ends = data.intervals && data.intervals.year === state.edition;
    const heads = [
      "edition",
      "rank",
      "study_rank",
      "economy",
      "name",
      "score",
      "lower",
      "upper",
      ...(ends ? ["study_lower", "study_upper"] : []),
      ...pillars,
      "settings",
    ];
    const lines = ranked.map((one) => [
      state.edition,
      one.rank,
      one.before,
      one.code,
      one.name,
      one.score,
      one.lower,
      one.upper,
      ...(ends ? (one.study ? [one.study[0], one.study[2]] : ["", ""]) : []),
      ...(pillars.length ? one.pillars : []),
      settings,
    ]);
    return [heads, ...lines].map((cells) => cells.map(cell).join(",") + "\n").join("");
  }

  function cell(value) {
    const text = Number.isNaN(value) ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  /* The value below which a part of ordered values lies, linear between neighbours. */
  function quantile(ordered, part) {
    const place = part * (ordered.length - 1);
    const below = Math.floor(place);
    const next = ordered[Math.min(below + 1, ordered.length - 1)];
    return ordered[below] + (place - below) * (next - ordered[below]);
  }

  return {
    OWN,
    open,
    atEdition,
    withPreset,
    withShare,
    tableOf,
    evaluate,
    intervals,
    ranking,
    compare,
    peersOf,
    toLink,
    fromLink,
    toCsv,
    quantile,
  };
})();

if (typeof module !== "undefined") module.exports = model;
