/* Numbers and sentences as the page prints them. No document. */
"use strict";

const words = (() => {
  /* Printed numbers: as many decimals as the size of a column leaves room for; a real minus sign. */
  function printer(values) {
    const most = values.reduce((size, value) => (Number.isNaN(value) ? size : Math.max(size, Math.abs(value))), 0);
    const decimals = most < 10 ? 3 : most < 100 ? 2 : most < 1000 ? 1 : 0;
    return (value) => (value === null || Number.isNaN(value) ? "–" : value.toFixed(decimals).replace("-", "−"));
  }

  function interval(lower, upper) {
    return Number.isNaN(lower) ? "–" : lower === upper ? String(lower) : `${lower} to ${upper}`;
  }

  function rank(value) {
    return Number.isNaN(value) ? "–" : String(value);
  }

  function percent(share) {
    return `${(100 * share).toFixed(1)} %`;
  }

  function ordinal(place) {
    if (Number.isNaN(place)) return "not ranked";
    const teens = place % 100 > 10 && place % 100 < 14;
    return `${place}${teens ? "th" : ["th", "st", "nd", "rd"][place % 10] || "th"}`;
  }

  /* Say what the settings do: the leaders, how many ranks differ from the study's, where the economy stands. */
  function summary(state, ranked) {
    const leaders = ranked
      .slice(0, 3)
      .map(({ name, rank }) => `${name} ${ordinal(rank)}`)
      .join(", ");
    const differ = ranked.filter(({ shift }) => shift !== 0 && !Number.isNaN(shift));
    const most = differ.reduce((far, one) => (Math.abs(one.shift) > Math.abs(far.shift) ? one : far), { shift: 0 });
    const places = (number) => `${Math.abs(number)} place${Math.abs(number) === 1 ? "" : "s"}`;
    const way = `${most.shift > 0 ? "up" : "down"} ${places(most.shift)}`;
    const change = differ.length
      ? `${differ.length} of ${ranked.length} ranks differ from the study’s, ${most.name} most (${way}).`
      : "All ranks are the study’s own.";
    const one = ranked.find(({ code }) => code === state.economy);
    const chosen = one ? ` ${one.name}: ${ordinal(one.rank)}, interval ${interval(one.lower, one.upper)}.` : "";
    return `${state.edition}: ${leaders}. ${change}${chosen}`;
  }

  function place(one, ranked, state, peers) {
    const score = printer(ranked.map((other) => other.score))(one.score);
    const same = one.shift ? `${ordinal(one.before)} under the study’s own recipe` : "as under the study’s own recipe";
    const others = { group: `the others of ${one.group}`, near: "those next to it in rank", all: "all others" };
    return (
      `${one.name} is ${ordinal(one.rank)} of ${ranked.length} in ${state.edition} with a score of ${score}, ${same}. ` +
      `Its peers here: ${others[state.peers]}, ${peers} in number.`
    );
  }

  function tip(one) {
    const study = one.study ? `, ${interval(one.study[0], one.study[2])}` : "";
    return `${one.name}: ${ordinal(one.rank)}, ${interval(one.lower, one.upper)}; study ${ordinal(one.before)}${study}`;
  }

  function map({ map: { lost } }, { edition }, name) {
    const without = lost.length ? ` Without coordinates: ${lost.join(", ")}.` : "";
    return (
      `The economies of ${edition} at their capitals, shaded by quarter of the score under these settings; the ring is ` +
      `${name}. No border is drawn.${without}`
    );
  }

  function modes(goods, merchant, year) {
    return (
      `Goods: ${goods}. Merchant: ${merchant}. Indicators of ${year}. The recommendation rests on rate cards and on the ` +
      "indicators themselves: weights and methods chosen above do not move it."
    );
  }

  /* What the page's own interval is. */
  function ownInterval({ draws, concentration }) {
    const spread = (100 * Math.sqrt((0.1 * 0.9) / (concentration + 1))).toFixed(1);
    return (
      "This page’s interval (dark line; column Interval) runs from the 5th to the 95th percentile of the rank in " +
      `${draws} draws of the indicators’ weights around those set here, from a Dirichlet distribution with ` +
      `concentration ${concentration}: a weight of 10 % has a standard deviation of ${spread} points. Method, scale and ` +
      "data stay as chosen, so it answers one question only: how much does the rank hang on the exact weights? The same " +
      "random numbers serve every setting, so an interval moves only because the settings do."
    );
  }

  /* What the study's interval is, and how it differs. */
  function studyInterval(intervals) {
    if (!intervals) return "The study has no uncertainty analysis here, so there is no other interval beside it.";
    return (
      `The study’s interval (grey band; column Study’s interval) is the paper’s, of ${intervals.year}: whatever the ` +
      "study doubts is drawn together, methods and indicators as well as weights, so it is usually wider; and it does " +
      "not follow the settings of this page."
    );
  }

  function conventions(data, state, table) {
    const preset = data.presets.find(({ code }) => code === state.preset);
    const pooled = state.scope === "pooled";
    const bounds = pooled ? "all editions together" : "each edition alone, so scores do not compare over editions";
    return [
      `${table.words}.`,
      `Bounds and ideal points: ${bounds}.`,
      state.own ? `Weights: as moved here, from: ${preset.name}.` : preset.words,
      data.methods.find(({ code }) => code === state.method).words,
      ...data.notes,
      "Change: places gained (▲) or lost (▼) against the study’s own recipe in the same edition.",
    ];
  }

  function key(data, state, table) {
    const band = data.intervals && data.intervals.year === state.edition ? " Grey band: the study’s interval." : "";
    const [scaling, , , method, ranks] = conventions(data, state, table);
    const marks =
      "Dot: rank under these settings, with this page’s interval. Grey tick: rank under the study’s recipe.";
    return `${marks}${band} ${method} ${scaling} ${ranks}`;
  }

  return {
    printer,
    interval,
    rank,
    percent,
    ordinal,
    summary,
    place,
    tip,
    map,
    modes,
    ownInterval,
    studyInterval,
    conventions,
    key,
  };
})();

if (typeof module !== "undefined") module.exports = words;
