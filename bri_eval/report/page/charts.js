/* The charts as Vega-Lite: data are named and come later, through the view. */
"use strict";

const charts = (() => {
  const [INK, GREY, PALE, ACCENT] = ["#1b1e21", "#6a7178", "#d5d9dc", "#0b5c75"];
  const QUARTERS = ["#ffffff", "#b5d2db", "#5795a8", "#0b4557"]; // of the scores, the lowest first
  const KINDS = ["#0b5c75", "#b4552d", "#7a9a3a", "#5b4a8a", "#c79a1e", "#3f9a8c", "#a34a74", "#4f5b66"];
  const SHAPES = [
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "triangle-down",
    "cross",
    "triangle-left",
    "triangle-right",
  ];
  const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif";
  const COLUMNS = { expr: "width > 520 ? 4 : 2" };
  const OUTLINED = { symbols: { update: { stroke: { value: INK } } } };
  const NONE = "none can serve";

  const CONFIG = {
    aria: false,
    background: null,
    font: FONT,
    view: { stroke: null },
    axis: {
      domain: false,
      ticks: false,
      grid: false,
      labelColor: GREY,
      labelFontSize: 11,
      labelPadding: 4,
      labelFont: FONT,
      titleColor: GREY,
      titleFont: FONT,
      titleFontSize: 11,
      titleFontWeight: "normal",
    },
    legend: {
      labelColor: INK,
      labelFontSize: 11,
      labelFont: FONT,
      labelLimit: 260,
      title: null,
      symbolStrokeWidth: 0.8,
      rowPadding: 4,
      columnPadding: 16,
      symbolStrokeColor: INK,
    },
  };

  function spec(more) {
    return {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      config: CONFIG,
      width: 300,
      height: 100,
      ...more,
    };
  }

  function number(field, scale, axis = null, more = {}) {
    return { field, type: "quantitative", axis, scale: { nice: false, zero: false, ...scale }, ...more };
  }

  /* Ranks and their two intervals, one line a row of the table beside it. */
  function ranks() {
    const across = { domain: [0.5, { expr: "last + 0.5" }] };
    const axis = {
      orient: "top",
      title: null,
      grid: true,
      gridColor: PALE,
      gridWidth: 0.6,
      values: { expr: "marks" },
      labelExpr: "format(datum.value, 'd')",
    };
    const down = number("middle", { domain: [0, { expr: "count" }], reverse: true });
    const from = (start, stop) => ({ x: number(start, across, axis), x2: { field: stop } });
    return spec({
      autosize: { type: "none" },
      padding: { left: 10, right: 14, top: 40, bottom: 0 },
      params: [
        { name: "last", value: 10 },
        { name: "count", value: 10 },
        { name: "marks", value: [1, 5, 10] },
      ],
      data: { name: "rows" },
      encoding: { y: down, tooltip: { field: "tip", type: "nominal" } },
      layer: [
        { mark: { type: "rule", strokeWidth: 9, color: "#e6e8ea" }, encoding: from("studyLower", "studyUpper") },
        {
          mark: { type: "rule", strokeWidth: 2 },
          encoding: {
            ...from("lower", "upper"),
            color: { condition: { test: "datum.one", value: ACCENT }, value: "#8fb4c0" },
          },
        },
        {
          mark: { type: "tick", thickness: 1.4, size: 11, color: GREY, orient: "vertical" },
          encoding: { x: number("before", across, axis) },
        },
        {
          mark: { type: "point", filled: true, opacity: 1, size: 46, stroke: "white", strokeWidth: 0.8 },
          encoding: {
            x: number("rank", across, axis),
            color: { condition: { test: "datum.one", value: ACCENT }, value: INK },
          },
        },
      ],
    });
  }

  /* Where one economy stands among all and its peers, in the index, each pillar and each indicator. */
  function profile(names, groups) {
    const across = number(
      "at",
      { domain: [0, 1] },
      {
        title: null,
        orient: "top",
        values: [0, 0.5, 1],
        grid: true,
        gridColor: PALE,
        gridWidth: 0.6,
        labelFlush: true,
        labelExpr: "datum.value == 0 ? 'lowest' : datum.value == 1 ? 'highest' : ''",
      },
    );
    const line = (kind, mark) => ({ transform: [{ filter: `datum.kind === '${kind}'` }], mark });
    return spec({
      autosize: { type: "fit", contains: "padding" },
      params: [
        { name: "names", value: names },
        { name: "groups", value: groups },
        { name: "room", value: 220 },
      ],
      data: { name: "strip" },
      encoding: {
        x: across,
        y: {
          field: "code",
          type: "nominal",
          sort: { field: "order", op: "min" },
          axis: {
            title: null,
            labelExpr: "names[datum.value]",
            labelLimit: { expr: "room" },
            labelColor: INK,
            labelPadding: 10,
            labelFontWeight: {
              condition: { test: "indexof(groups, datum.value) >= 0", value: "bold" },
              value: "normal",
            },
          },
        },
        tooltip: { field: "tip", type: "nominal" },
      },
      layer: [
        line("all", { type: "tick", thickness: 1, size: 7, color: "#c3c8cc" }),
        line("peer", { type: "tick", thickness: 1.2, size: 14, color: GREY }),
        line("one", {
          type: "point",
          filled: true,
          opacity: 1,
          size: 80,
          color: ACCENT,
          stroke: "white",
          strokeWidth: 1,
        }),
      ],
    });
  }

  /* Ranks over the editions. */
  function editions(years) {
    const axis = { title: null, labelAngle: 0, labelOverlap: true, labelFlush: false };
    const down = number(
      "rank",
      { reverse: true, domain: [1, { expr: "last" }] },
      {
        title: null,
        grid: true,
        gridColor: PALE,
        gridWidth: 0.6,
        values: { expr: "marks" },
        labelExpr: "format(datum.value, 'd')",
      },
    );
    const line = (kind, mark) => ({ transform: [{ filter: `datum.kind === '${kind}'` }], mark });
    return spec({
      autosize: { type: "fit", contains: "padding" },
      params: [
        { name: "last", value: 10 },
        { name: "marks", value: [1, 5, 10] },
      ],
      data: { name: "lines" },
      encoding: {
        x: { field: "year", type: "ordinal", axis, scale: { domain: years, padding: 0.3 } },
        y: down,
        detail: { field: "code" },
        tooltip: { field: "tip", type: "nominal" },
      },
      layer: [
        line("peer", { type: "line", strokeWidth: 1, color: "#c3c8cc" }),
        line("one", { type: "line", strokeWidth: 2.2, color: ACCENT }),
        line("one", {
          type: "point",
          filled: true,
          opacity: 1,
          size: 60,
          color: ACCENT,
          stroke: "white",
          strokeWidth: 1,
        }),
      ],
    });
  }

  /* Dots on a plane with a graticule; `dots` are the layers that fill them. */
  function plane(map, dots) {
    const [x, y] = [{ domain: [0, map.width] }, { domain: [0, map.height] }];
    const rule = (values, channel, scale) => ({
      data: { values: values.map((at) => ({ at })) },
      mark: { type: "rule", color: PALE, strokeWidth: 0.6 },
      encoding: { [channel]: number("at", scale) },
    });
    const at = (across, up) => ({ x: number(across, x), y: number(up, y) });
    const tip = { tooltip: { field: "tip", type: "nominal" } };
    return spec({
      autosize: { type: "fit", contains: "padding" },
      padding: 0,
      params: [{ name: "letter", value: 9 }],
      data: { name: "dots" },
      layer: [
        rule(map.parallels, "y", y),
        rule(map.meridians, "x", x),
        {
          mark: { type: "text", fontSize: { expr: "letter" }, font: FONT },
          encoding: {
            ...at("u", "v"),
            text: { field: "code" },
            color: { condition: { test: "datum.one", value: ACCENT }, value: GREY },
          },
        },
        ...dots.map((layer) => ({ ...layer, encoding: { ...at("x", "y"), ...tip, ...layer.encoding } })),
        {
          transform: [{ filter: "datum.one" }],
          mark: { type: "point", size: 260, stroke: ACCENT, strokeWidth: 2, fill: null },
          encoding: at("x", "y"),
        },
      ],
    });
  }

  /* Dots shaded by quarter of the scores. */
  function map(where) {
    const fill = {
      field: "quarter",
      type: "nominal",
      scale: { domain: [0, 1, 2, 3], range: QUARTERS },
      legend: { orient: "bottom", columns: COLUMNS, symbolType: "circle", labelExpr: "quarters[datum.value]" },
    };
    const dots = [{ mark: { type: "point", size: 70, opacity: 1, stroke: INK, strokeWidth: 0.8 }, encoding: { fill } }];
    const made = plane(where, dots);
    return { ...made, params: [...made.params, { name: "quarters", value: Array(4).fill("0.000 to 0.000") }] };
  }

  /* Dots by recommended mode. */
  function modes(where, names) {
    const range = (list) => names.map((_, i) => list[i % list.length]);
    const legend = { orient: "bottom", columns: COLUMNS, encode: OUTLINED };
    const domain = [...names, NONE];
    const fill = { field: "mode", type: "nominal", scale: { domain, range: [...range(KINDS), "#ffffff"] }, legend };
    const shape = { field: "mode", type: "nominal", scale: { domain, range: [...range(SHAPES), "circle"] }, legend };
    const dots = [
      { mark: { type: "point", size: 85, opacity: 1, stroke: INK, strokeWidth: 0.6 }, encoding: { fill, shape } },
    ];
    return plane(where, dots);
  }

  return { NONE, ranks, profile, editions, map, modes };
})();
