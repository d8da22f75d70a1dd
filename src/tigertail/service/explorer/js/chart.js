/** Dots with error bars: one panel per group, one row per system. All panels have the same scale, so they compare. */

import { h, s } from "./dom.js";
import { formatDecimal, text } from "./language.js";

/**
 * @typedef {import("./types.js").Estimate} Estimate
 *
 * @typedef {object} Panel
 * @property {string} name
 * @property {number} queries
 * @property {(Estimate | null)[]} values  One per system.
 *
 * @typedef {object} Chart
 * @property {string[]} systems
 * @property {string} reference  The system with a mark of its own.
 * @property {Panel[]} panels
 * @property {string} metric
 *
 * @typedef {{max: number, step: number}} Scale
 */

const WIDTH = 340;
const LABEL_WIDTH = 138;
const MARGIN = 12;
const ROW_HEIGHT = 21;
const LINE_HEIGHT = 13;
const TOP = 8;
const MAX_TICKS = 4;
const LINE_LENGTH = 21; // characters of a label

/** @param {number} max @returns {number} A round step between ticks. */
function tickStep(max) {
  const rough = max / MAX_TICKS || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

/**
 * @param {Chart} chart
 * @returns {HTMLElement}
 */
export function intervalChart(chart) {
  const highs = chart.panels.flatMap(({ values }) => values.map((value) => value?.high ?? value?.mean ?? 0));
  const step = tickStep(Math.max(...highs, 0));
  const max = Math.max(Math.ceil(Math.max(...highs, 0) / step) * step, step);
  return h("div", { class: "chart" }, ...chart.panels.map((panel) => panelFigure(panel, chart, { max, step })));
}

/**
 * @param {Panel} panel
 * @param {Chart} chart
 * @param {Scale} scale
 */
function panelFigure({ name, queries, values }, { systems, reference, metric }, { max, step }) {
  const x = (/** @type {number} */ value) => LABEL_WIDTH + (Math.max(value, 0) / max) * (WIDTH - LABEL_WIDTH - MARGIN);
  const rowHeight = ROW_HEIGHT + LINE_HEIGHT * (Math.max(...systems.map((system) => linesOf(system).length)) - 1);
  const bottom = TOP + systems.length * rowHeight;
  const ticks = Array.from({ length: Math.round(max / step) + 1 }, (_, index) => index * step);
  const means = values.map((value) => value?.mean ?? -Infinity);
  const best = systems[means.indexOf(Math.max(...means))];
  return h(
    "figure",
    { class: "chart-panel" },
    h("figcaption", {}, h("b", {}, name), " ", text("item.queries", { n: queries })),
    s(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${bottom + 22}`, role: "img", "aria-label": text("evaluation.chart", { metric, group: name, system: best }) },
      ...ticks.map((tick) => s("g", { class: "tick" }, s("line", { x1: x(tick), x2: x(tick), y1: TOP, y2: bottom }), s("text", { x: x(tick), y: bottom + 15, "text-anchor": "middle" }, tickLabel(tick)))),
      ...systems.map((system, index) => systemMark(system, values[index], TOP + (index + 0.5) * rowHeight, x, system === reference, system === best)),
    ),
  );
}

/** @param {number} tick @returns {number} As many as two figures need. */
const decimalsOf = (tick) => (String(Number(tick.toPrecision(2))).split(".")[1] ?? "").length;

/** @param {number} tick */
const tickLabel = (tick) => formatDecimal(tick, decimalsOf(tick));

/** @param {string} system @returns {string[]} Its name in lines, broken after spaces and hyphens. */
function linesOf(system) {
  const lines = [""];
  for (const word of system.match(/[^\s-]+[\s-]*|[\s-]+/g) ?? []) {
    if (lines[0] && (lines[lines.length - 1] + word).trimEnd().length > LINE_LENGTH) lines.push("");
    lines[lines.length - 1] += word;
  }
  return lines.map((line) => line.trimEnd());
}

/** @param {string} system @param {number} y  Of its middle. */
function labelOf(system, y) {
  const lines = linesOf(system);
  const first = y + 4 - ((lines.length - 1) * LINE_HEIGHT) / 2;
  // A line without a place to break it is pressed together.
  const fitted = (/** @type {string} */ line) => (line.length > LINE_LENGTH ? { textLength: LABEL_WIDTH - 12, lengthAdjust: "spacingAndGlyphs" } : {});
  return s("text", { "text-anchor": "end", lang: "en" }, ...lines.map((line, index) => s("tspan", { x: LABEL_WIDTH - 10, y: first + index * LINE_HEIGHT, ...fitted(line) }, line)));
}

/**
 * @param {string} system
 * @param {Estimate | null} value
 * @param {number} y
 * @param {(value: number) => number} x
 * @param {boolean} isReference
 * @param {boolean} isBest
 */
function systemMark(system, value, y, x, isReference, isBest) {
  const className = `mark${isReference ? " reference" : ""}${isBest ? " best" : ""}`;
  const label = labelOf(system, y);
  if (!value || value.mean === null) return s("g", { class: className }, label, s("text", { class: "no-data", x: x(0) + 6, y: y + 4 }, text("evaluation.noData")));
  const { mean, low, high } = value;
  const bar = low === null || high === null ? null : s("line", { x1: x(low), x2: x(high), y1: y, y2: y });
  const dot = isReference ? s("rect", { x: x(mean) - 4.5, y: y - 4.5, width: 9, height: 9, transform: `rotate(45 ${x(mean)} ${y})` }) : s("circle", { cx: x(mean), cy: y, r: 3.6 });
  const interval = bar ? ` [${formatDecimal(low ?? 0, 4)}, ${formatDecimal(high ?? 0, 4)}]` : "";
  return s("g", { class: className }, label, bar, dot, s("title", {}, `${system}: ${formatDecimal(mean, 4)}${interval}`));
}
