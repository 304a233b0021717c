/* The numbers of the page: pure functions of plain arrays, no document. Every convention is that of bri_eval.aggregate
   and bri_eval.robustness; the tests hold the two together to 1e-9. Tables are lists of columns. */
"use strict";

const engine = (() => {
  const DIGITS = 12; // scores equal to this many significant digits are ties
  const NOTHING = 1e-14; // scores nearer to 0 are 0
  const ROUND_OFF = 1e-9; // a sum of shares is not exact
  const POSITIVE = ["geometric", "harmonic", "power", "mazziotta_pareto"];
  const TENS = new Map();

  /* The tree: nodes are the groups below the goal, then the indicators; a share belongs to every node. */
  function plant(groups, indicators) {
    const nodes = [...groups.slice(1), ...indicators];
    const place = new Map(nodes.map((node, position) => [node.code, position]));
    const families = groups.map((group) => ({
      parent: group.code,
      members: nodes.flatMap((node, position) => (node.parent === group.code ? [position] : [])),
    }));
    const leaf = new Map(indicators.map((indicator, column) => [indicator.code, column]));
    const children = new Map(families.map(({ parent, members }) => [parent, members.map((m) => nodes[m].code)]));
    const leaves = (code) => (leaf.has(code) ? [leaf.get(code)] : children.get(code).flatMap(leaves));
    const order = [groups[0].code];
    for (const code of order) order.push(...children.get(code).filter((child) => !leaf.has(child)));
    return { goal: groups[0].code, groups, indicators, nodes, place, families, leaf, children, leaves, order };
  }

  /* Multiply shares among siblings down to the indicators. */
  function globalWeights(tree, shares) {
    return tree.indicators.map((indicator) => {
      let product = shares[tree.place.get(indicator.code)];
      for (let up = indicator.parent; up !== tree.goal; up = tree.nodes[tree.place.get(up)].parent)
        product *= shares[tree.place.get(up)];
      return product;
    });
  }

  /* Give one member of a family a share; the others keep their proportions, which `memory` holds while they are 0. */
  function moved(shares, memory, members, member, value) {
    const [next, kept] = [shares.slice(), memory.slice()];
    const others = members.filter((other) => other !== member);
    if (!others.length) return { shares: next, memory: kept };
    const total = others.reduce((sum, other) => sum + kept[other], 0);
    for (const other of others) next[other] = (1 - value) * (total > 0 ? kept[other] / total : 1 / others.length);
    next[member] = kept[member] = value;
    if (value < 1) for (const other of others) kept[other] = next[other];
    return { shares: next, memory: kept };
  }

  /* Score every group in every row.

     table: values (a list of columns, missing cells are NaN), pieces (lists of rows that share bounds and ideal
     points), range (ends of min-max, or null). `scores` gives all rows of every group, `goal` a function of weights
     that gives the goal's scores in some rows of one piece. */
  function scorer(tree, table, method, { parameters = {}, least = null } = {}) {
    const rules = new Map(tree.groups.map((group) => [group.code, group.aggregator || method]));
    const settings = { ...parameters, range: table.range };
    const pieces = table.pieces.map((rows) => piece(tree, table, rows, rules, settings, least));
    return {
      scores(weights) {
        const found = {};
        for (const code of tree.order) found[code] = new Float64Array(table.values[0].length);
        pieces.forEach((one, number) => {
          const part = one.all(weights);
          for (const code of tree.order) table.pieces[number].forEach((row, i) => (found[code][row] = part[code][i]));
        });
        return found;
      },
      goal(rows) {
        const number = table.pieces.findIndex((piece) => piece.includes(rows[0]));
        const inside = new Map(table.pieces[number].map((row, i) => [row, i]));
        const at = rows.map((row) => inside.get(row));
        return (weights) => pieces[number].goal(weights, at);
      },
    };
  }

  /* Rows that are scored together. */
  function piece(tree, table, rows, rules, settings, least) {
    const x = table.values.map((column) => Float64Array.from(rows, (row) => column[row]));
    const everywhere = rows.map((_, i) => i);
    if (x.some((column) => column.some(Number.isNaN))) {
      const all = (weights) => scoreAvailable(tree, x, weights, rules, settings, least);
      return {
        all,
        goal: (weights, at) =>
          Float64Array.from(
            at,
            (
              (s) => (i) =>
                s[i]
            )(all(weights)[tree.goal]),
          ),
      };
    }
    const made = new Map(); // kernels of indicators alone do not depend on the weights
    const columns = new Map(tree.order.map((code) => [code, columnsOf(tree, code, rules)]));
    const score = (code, weights, scores, at) => {
      let used = columns.get(code).filter((column) => share(tree, weights, column) !== 0);
      const shares = used.map((column) => share(tree, weights, column));
      const total = shares.reduce((sum, one) => sum + one, 0);
      if (!(total > 0)) return new Float64Array(at.length).fill(NaN);
      const plain = used.every((column) => tree.leaf.has(column));
      const key = `${code} ${used.length === columns.get(code).length ? "all" : used.join(" ")}`;
      let kernel = plain ? made.get(key) : undefined;
      if (!kernel) {
        const values = used.map((column) => (tree.leaf.has(column) ? x[tree.leaf.get(column)] : scores[column]));
        kernel = kernelOf(rules.get(code), values, settings);
        if (plain) made.set(key, kernel);
      }
      return kernel(
        shares.map((one) => one / total),
        at,
      );
    };
    const all = (weights) => {
      const scores = {};
      for (const code of tree.order.slice().reverse()) scores[code] = score(code, weights, scores, everywhere);
      return scores;
    };
    const flat = columns.get(tree.goal).every((column) => tree.leaf.has(column));
    const goal = (weights, at) => {
      if (flat) return score(tree.goal, weights, null, at);
      const scores = all(weights)[tree.goal];
      return Float64Array.from(at, (i) => scores[i]);
    };
    return { all, goal };
  }

  /* What a group is scored from: indicators below it, and groups with another rule. */
  function columnsOf(tree, code, rules) {
    return tree.children
      .get(code)
      .flatMap((child) =>
        rules.has(child) && rules.get(child) === rules.get(code) ? columnsOf(tree, child, rules) : [child],
      );
  }

  function share(tree, weights, code) {
    return tree.leaves(code).reduce((sum, leaf) => sum + weights[leaf], 0);
  }

  /* Score every group from its children, the weight of missing ones shared among the others of the same parent. */
  function scoreAvailable(tree, x, weights, rules, settings, least) {
    const scores = {};
    const n = x[0].length;
    for (const code of tree.order.slice().reverse()) {
      const children = tree.children.get(code);
      const columns = children.map((child) => (tree.leaf.has(child) ? x[tree.leaf.get(child)] : scores[child]));
      const shares = children.map((child) => share(tree, weights, child));
      const total = shares.reduce((sum, one) => sum + one, 0);
      scores[code] = new Float64Array(n).fill(NaN);
      for (let row = 0; row < n; row++) {
        const seen = children.flatMap((_, j) => (Number.isNaN(columns[j][row]) ? [] : [j]));
        const weight = seen.reduce((sum, j) => sum + shares[j], 0);
        if (!(weight > 0 && weight >= (least - ROUND_OFF) * total)) continue;
        const kernel = kernelOf(
          rules.get(code),
          seen.map((j) => [columns[j][row]]),
          settings,
        );
        scores[code][row] = kernel(
          seen.map((j) => shares[j] / weight),
          [0],
        )[0];
      }
    }
    return scores;
  }

  /* Methods: columns to a function of weights (summing to 1) and rows; what does not depend on weights is made once. */
  const METHODS = {
    arithmetic: (x) => (w, at) => weightedSum(x, w, at),
    geometric: (x) => then(each(x, Math.log), Math.exp),
    harmonic: (x) =>
      then(
        each(x, (v) => 1 / v),
        (s) => 1 / s,
      ),
    power: (x, { exponent }) =>
      exponent === 0
        ? METHODS.geometric(x)
        : then(
            each(x, (v) => v ** exponent),
            (s) => s ** (1 / exponent),
          ),
    mazziotta_pareto: (x) => (w, at) => {
      const mean = weightedSum(x, w, at);
      return mean.map((m, i) => m - w.reduce((sum, one, j) => sum + one * (x[j][at[i]] - m) ** 2, 0) / m);
    },
    topsis: (x) => similarity(x, x.map(largest), x.map(smallest), (one) => one * one),
    topsis_metric: (x) => similarity(x, x.map(largest), x.map(smallest), (one) => one),
    topsis_fixed: (x, { range }) =>
      similarity(
        x,
        x.map(() => range[1]),
        x.map(() => range[0]),
        (one) => one * one,
      ),
    vikor: (x, { group_utility: v }) => {
      const regret = x.map((column) => {
        const [best, worst] = [largest(column), smallest(column)];
        return column.map((value) => (best - value) / (best - worst));
      });
      return (w, at) => {
        const [s, r] = [new Float64Array(x[0].length), new Float64Array(x[0].length)];
        for (let j = 0; j < regret.length; j++)
          for (let i = 0; i < s.length; i++) {
            const part = w[j] * regret[j][i];
            s[i] += part;
            if (!(part <= r[i])) r[i] = part;
          }
        const [q, p] = [fromLeast(s), fromLeast(r)];
        return Float64Array.from(at, (i) => 1 - (v * q[i] + (1 - v) * p[i]));
      };
    },
    grey: (x, { distinguishing }) => {
      const distance = x.map((column) => ((best) => column.map((value) => best - value))(largest(column)));
      const [least, most] = [Math.min(...distance.map(smallest)), Math.max(...distance.map(largest))];
      const kept = distinguishing * most;
      return (w, at) =>
        weightedSum(
          each(distance, (gap) => (least + kept) / (gap + kept)),
          w,
          at,
        );
    },
    promethee: (x) => {
      const n = x[0].length;
      const flows = x.map((column) => meanRanks(column).map((rank) => (2 * rank - n - 1) / (n - 1)));
      return (w, at) => weightedSum(flows, w, at);
    },
    rank_sum_ratio: (x) => {
      const shares = x.map((column) => meanRanks(column).map((rank) => rank / column.length));
      return (w, at) => weightedSum(shares, w, at);
    },
  };

  function kernelOf(method, values, settings) {
    if (POSITIVE.includes(method) && values.some((column) => column.some((value) => value <= 0)))
      throw new RangeError("this method needs values above 0");
    return METHODS[method](values, settings);
  }

  function weightedSum(x, w, at) {
    const sums = new Float64Array(at.length);
    for (let j = 0; j < x.length; j++) for (let i = 0; i < at.length; i++) sums[i] += w[j] * x[j][at[i]];
    return sums;
  }

  function then(x, last) {
    return (w, at) => weightedSum(x, w, at).map(last);
  }

  function each(x, rule) {
    return x.map((column) => Float64Array.from(column, (value) => rule(value)));
  }

  function similarity(x, best, worst, squares) {
    const near = x.map((column, j) => Float64Array.from(column, (value) => (value - best[j]) ** 2));
    const far = x.map((column, j) => Float64Array.from(column, (value) => (value - worst[j]) ** 2));
    return (w, at) => {
      const weights = w.map(squares);
      const [toBest, toWorst] = [weightedSum(near, weights, at), weightedSum(far, weights, at)];
      return toWorst.map((d, i) => Math.sqrt(d) / (Math.sqrt(toBest[i]) + Math.sqrt(d)));
    };
  }

  function largest(column) {
    return column.reduce((most, value) => Math.max(most, value), -Infinity);
  }

  function smallest(column) {
    return column.reduce((least, value) => Math.min(least, value), Infinity);
  }

  function fromLeast(values) {
    const [low, high] = [smallest(values), largest(values)];
    return values.map((value) => (high > low ? (value - low) / (high - low) : 0));
  }

  /* Rank from 1, smallest, to n; ties share their mean rank. */
  function meanRanks(column) {
    const order = Array.from(column, (_, i) => i).sort((a, b) => column[a] - column[b]);
    const ranks = new Float64Array(column.length);
    for (let start = 0; start < order.length;) {
      let stop = start;
      while (stop < order.length && column[order[stop]] === column[order[start]]) stop++;
      for (let i = start; i < stop; i++) ranks[order[i]] = (start + 1 + stop) / 2;
      start = stop;
    }
    return ranks;
  }

  /* Rank scores: 1 is best, ties share the best rank, equality is to 12 significant digits; missing stays missing. */
  function ranksOf(scores) {
    const keys = Float64Array.from(scores, toDigits);
    const order = Array.from(keys, (_, i) => i).filter((i) => !Number.isNaN(keys[i]));
    order.sort((a, b) => keys[b] - keys[a]);
    const ranks = new Float64Array(keys.length).fill(NaN);
    order.forEach((i, p) => (ranks[i] = p > 0 && keys[order[p - 1]] === keys[i] ? ranks[order[p - 1]] : p + 1));
    return ranks;
  }

  function toDigits(score) {
    if (Math.abs(score) < NOTHING || Number.isNaN(score)) return score * 0;
    const magnitude = tens(DIGITS - 1 - Math.floor(Math.log10(Math.abs(score))));
    const scaled = score * magnitude;
    const up = Math.round(scaled);
    return (up - scaled === 0.5 && up % 2 ? up - 1 : up) / magnitude; // halves to the even neighbour, as numpy rounds
  }

  function tens(exponent) {
    if (!TENS.has(exponent)) TENS.set(exponent, Number(`1e${exponent}`));
    return TENS.get(exponent);
  }

  /* Weights drawn around some: Dirichlet, a weight w has the variance w (1 - w) / (concentration + 1). Every cell of
     draws x weights has a stream of its own, so that a draw moves little when the weights move little. */
  function drawWeights(weights, concentration, number, seed) {
    return Array.from({ length: number }, (_, draw) => {
      const sizes = weights.map((weight, j) => (weight > 0 ? gamma(concentration * weight, stream(seed, draw, j)) : 0));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return sizes.map((size) => size / total);
    });
  }

  /* A gamma number by the method of Marsaglia and Tsang; below shape 1 by that of shape + 1 times a power. */
  function gamma(shape, uniform) {
    if (shape < 1) return uniform() ** (1 / shape) * gamma(shape + 1, uniform);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
      const v = (1 + c * z) ** 3;
      if (v > 0 && Math.log(uniform()) < (z * z) / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  /* Uniform numbers between 0 and 1, both excluded: the small fast counting generator of 32 bits. */
  function stream(seed, draw, column) {
    let [a, b, c, counter] = [seed | 0, draw | 0, column | 0, 1];
    const next = () => {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      return sum >>> 0;
    };
    for (let i = 0; i < 15; i++) next();
    return () => (next() + 0.5) / 4294967296;
  }

  /* The 5th and 95th percentile and the median of every row's rank over draws: the least rank that at least this share
     of the draws does not exceed. `score` gives the scores of the rows from weights. */
  function intervals(score, draws, n) {
    const counts = Array.from({ length: n }, () => new Int32Array(n));
    for (const weights of draws)
      ranksOf(score(weights)).forEach((rank, i) => Number.isNaN(rank) || counts[i][rank - 1]++);
    return counts.map((row) => ({ lower: least(row, 0.05), median: least(row, 0.5), upper: least(row, 0.95) }));
  }

  function least(counts, part) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    let below = 0;
    for (let place = 0; place < counts.length; place++) {
      below += counts[place];
      if (total && below / total >= part - 1e-12) return place + 1;
    }
    return NaN;
  }

  /* Why a method cannot be used on a table, whatever the weights; "" if it can. */
  function refusal(tree, table, method) {
    const rules = new Map(tree.groups.map((group) => [group.code, group.aggregator || method]));
    const used = [...rules.values()];
    const means = ["arithmetic", ...POSITIVE];
    if (table.gaps && used.some((rule) => !means.includes(rule))) return "needs a table without missing cells";
    const positive = tree.order.filter((code) => POSITIVE.includes(rules.get(code)));
    const columns = positive.flatMap((code) => columnsOf(tree, code, rules)).filter((code) => tree.leaf.has(code));
    if (columns.some((code) => table.least[tree.leaf.get(code)] <= 0)) return "needs values above 0";
    if (used.includes("topsis_fixed") && !table.range) return "needs the fixed ends of min-max";
    return "";
  }

  return { METHODS, plant, globalWeights, moved, scorer, ranksOf, drawWeights, gamma, stream, intervals, refusal };
})();

if (typeof module !== "undefined") module.exports = engine;
